"""Baskets in the engine: programs asked for, answers that must hold on the books as they are."""

from fractions import Fraction

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.core.desk import KALSHI, ONE
from tests.core.hall import Hall, legs, on_kalshi, said
from tests.core.test_structures_against_oracle import EVERY_EDGE, a_market, deliver
from tests.oracles.outcomes import by_simplex, by_trying_all
from underround.core.basket_event import BasketSolved, SolveBasket
from underround.core.event import Batch
from underround.core.opportunity import Underround
from underround.core.structure import Basket, Partition, question_of
from underround.core.venue_event import TradingHalted

NAMES = ("LOW", "BAND", "HIGH", "FROM")
WORLDS = ((True, False, False, False), (False, True, False, True), (False, False, True, True))
"""Three bands, and a threshold that is the two upper ones together."""
CALM = ([(2_900, 50)], [(3_400, 50)])


def cluster(**quotes) -> Hall:
    """The cluster on Kalshi, the bands at 0.29/0.34 (0.45) and the threshold at 0.60/0.66."""
    instruments, questions = on_kalshi(*NAMES)
    hall = Hall(instruments, [Basket(id="b", questions=questions, worlds=WORLDS, proof="drawn")])
    books = {"LOW": ([(2_900, 50)], [(4_500, 50)]), "BAND": CALM, "HIGH": CALM}
    books |= {"FROM": ([(6_000, 50)], [(6_600, 50)])}
    for name, (bids, asks) in (books | quotes).items():
        hall.book(name, bids, asks)
    return hall


CHEAP = {"BAND": ([(2_400, 50)], [(2_500, 50)]), "HIGH": ([(2_400, 50)], [(2_500, 40)])}


def test_a_program_is_asked_for_and_its_answer_opens():
    hall = cluster(**CHEAP)
    assert hall.open == []
    hall.tick(50)
    assert said(hall.solve()) == ["basket opened"]
    (opened,) = hall.open
    assert opened.underround is Underround.BASKET
    assert legs(opened) == [("BAND", "yes", 40.0), ("HIGH", "yes", 40.0), ("FROM", "no", 40.0)]
    # 0.25 and 0.25 and 0.40 pay a dollar whatever happens.
    assert (opened.edge_top_e6, opened.edge_usd_e6) == (100_000, 4_000_000)


def test_nothing_is_asked_while_nothing_moves_or_an_answer_is_awaited():
    hall = cluster()
    hall.tick(50)
    hall.book("BAND", [(2_800, 50)], [(3_300, 50)])
    hall.tick(50)
    assert sum(isinstance(effect, SolveBasket) for effect in hall.heard) == 1
    assert hall.solve() == ()
    hall.tick(50)
    assert sum(isinstance(effect, SolveBasket) for effect in hall.heard) == 1
    hall.solve()
    hall.tick(50)
    hall.tick(50)
    assert not any(isinstance(effect, SolveBasket) for effect in hall.heard)


def test_an_answer_that_came_too_late_for_the_books_opens_nothing():
    hall = cluster(**CHEAP)
    hall.tick(50)
    hall.book("BAND", [(2_900, 50)], [(3_700, 50)])
    assert hall.solve() == ()
    assert hall.opened == []


def test_an_answer_for_more_than_is_left_is_scaled_down():
    hall = cluster(**CHEAP)
    hall.tick(50)
    hall.book("HIGH", [(2_400, 50)], [(2_500, 7)])
    hall.solve()
    assert [one[2] for one in legs(hall.open[0])] == [7.0, 7.0, 7.0]


def test_an_answer_that_nobody_waits_for_is_ignored():
    hall = cluster(**CHEAP)
    assert hall.process(BasketSolved("b", [ONE] * 8, 1, hall.now_ns)) == ()
    assert hall.process(BasketSolved("unknown", [ONE], 1, hall.now_ns)) == ()


def test_it_closes_with_its_edge_and_with_its_gates():
    hall = cluster(**CHEAP)
    hall.tick(50)
    hall.solve()
    effects = hall.book("FROM", [(5_000, 50)], [(6_600, 50)])
    assert said(effects) == ["basket closed edge gone"]
    hall.book("FROM", [(6_000, 50)], [(6_600, 50)])
    hall.tick(50)
    hall.solve()
    halted = TradingHalted("HIGH", is_halted=True, reason="")
    effects = hall.process(Batch(KALSHI, hall.now_ns, [halted]))
    assert said(effects) == ["basket closed halted"]
    hall.tick(100)
    hall.solve()
    assert hall.open == []


def test_what_a_simpler_set_finds_is_not_found_twice():
    instruments, questions = on_kalshi(*NAMES)
    structures = [
        Partition(id="p", questions=questions[:3], is_exclusive=True, is_exhaustive=True, proof=""),
        Basket(id="b", questions=questions, worlds=WORLDS, proof="drawn"),
    ]
    hall = Hall(instruments, structures)
    for name in NAMES[:3]:
        hall.book(name, [(2_400, 50)], [(2_500, 50)])
    hall.book("FROM", [(6_000, 50)], [(6_600, 50)])
    hall.tick(50)
    assert [one.underround for one in hall.open] == [Underround.PARTITION]
    assert not any(isinstance(effect, SolveBasket) for effect in hall.heard)


@settings(max_examples=50, deadline=None)
@given(st.data(), st.lists(st.integers(0, 11), max_size=4))
def test_random_clusters_against_brute_force(data, order):
    markets = [data.draw(a_market(f"M{n}", 1_500, 4_500)) for n in range(2)]
    markets.append(data.draw(a_market("FROM", 4_000, 8_000)))
    worlds = ((False, False, False), (True, False, True), (False, True, True))
    questions = tuple(question_of(one[0][0]) for one in markets)
    hall = Hall(
        [one for market in markets for one in market[0]],
        [Basket(id="b", questions=questions, worlds=worlds, proof="drawn")],
        EVERY_EDGE,
    )
    deliver(hall, markets, order)
    for _ in range(4):
        hall.solve()
        hall.tick(100)
        hall.answer()
    payoffs = [
        [int(won == is_yes) for won in world for is_yes in (True, False)] for world in worlds
    ]
    offers = [offer for market in markets for offer in market[2]]
    whole, profit = by_trying_all(payoffs, offers), Fraction(0)
    profit = sum((Fraction(one.edge_usd_e6, ONE) for one in hall.open), profit)
    rounding = sum(len(offer.levels) for offer in offers) * Fraction(11, 100_000)
    event("an edge" if whole else "none")
    assert whole * 999 / 1_000 - rounding <= profit <= by_simplex(payoffs, offers)
    assert (profit > 0) <= (whole > 0)
