"""The simulation's own index: by hand on small books, and against the product's on large ones."""

import random

import pytest

from underround.core.windows.index import IndexCalculator
from underround.core.windows.index_parameters import IndexParameters
from underround.core.windows.spot_event import SpotSnapshot
from underround.simulation.bitcoin_world.truth import cents_half_up, true_index
from underround.simulation.exchanges.spot_book import ONE_E8, SimulatedBook


def book(bids, asks) -> SimulatedBook:
    """Return a book of exactly these levels, in dollars and coins."""
    made = SimulatedBook(random.Random(1), 100 * ONE_E8, levels_a_side=0)
    made.bids = {round(price * ONE_E8): round(size * ONE_E8) for price, size in bids}
    made.asks = {round(price * ONE_E8): round(size * ONE_E8) for price, size in asks}
    return made


def test_one_level_a_side_is_its_middle():
    assert true_index([book([(199, 3)], [(201, 3)])]) == pytest.approx(200.0)


def test_a_curve_is_weighted_towards_the_touch():
    # Depth 1: 199/201, depth 2: 197/201; 2 is within half a percent as well: (201/199 - 1) > 0.5 %
    value = true_index([book([(1_999, 1), (1_997, 1)], [(2_001, 2)])])
    assert 1_999 < value < 2_000
    assert value > 1_999.5  # the first depth has more weight


def test_a_book_six_percent_off_is_left_out():
    sound = book([(199, 3)], [(201, 3)])
    stray = book([(211, 3)], [(213, 3)])
    assert true_index([sound, sound, stray]) == true_index([sound, sound])


def test_without_books_there_is_none():
    assert true_index([]) is None
    assert true_index([book([], [(201, 3)])]) is None


@pytest.mark.parametrize("seed", range(6))
def test_two_builds_of_the_method_agree(seed):
    dice = random.Random(seed)
    names = [f"x{place}" for place in range(5)]
    books = {
        name: SimulatedBook(dice, round((80_000 + dice.uniform(-5, 5)) * ONE_E8), half_spread_e8=n)
        for n, name in enumerate(names, ONE_E8)
    }
    calculator = IndexCalculator(IndexParameters(constituents=tuple(names)))
    for name, each in books.items():
        calculator.apply(SpotSnapshot(name, each.levels(-1), each.levels(1), 0))
    ours = calculator.calculate(None)
    assert ours.refused == {}
    assert true_index(books.values()) == pytest.approx(ours.index, abs=1e-6)


def test_published_cents_are_rounded_half_up():
    assert [cents_half_up(price) for price in (1.125, 1.1249, 80_000.125)] == [113, 112, 8_000_013]
