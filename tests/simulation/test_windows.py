"""Bitcoin windows follow each other, and each one's strike is the settlement before it."""

import random

import pytest

from tests.simulation.world import World
from underround.simulation.bitcoin import Bitcoin
from underround.simulation.lifecycle import Lifecycle
from underround.simulation.universe import draw_pairs
from underround.simulation.windows import Windows

STARTED_NS = 1_786_085_100_000_000_000  # 06:45:00 UTC


class Chain(World):
    """A world with windows, stepped on simulated time."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, pairs=3)
        assert self.flow is not None
        lifecycle = Lifecycle(self.exchange, self.pairs, self.now_ns)
        self.bitcoin = Bitcoin(seed, 1.0, self.flow, lifecycle, has_windows=True)
        self.bitcoin.begin(STARTED_NS)
        self.run(0.1)

    @property
    def windows(self) -> Windows:
        assert self.bitcoin.windows is not None
        return self.bitcoin.windows


@pytest.fixture(scope="module")
def chain() -> Chain:
    chain = Chain(7)
    chain.run(2 * 900 + 200)
    return chain


def test_windows_end_on_the_quarter_hour_and_are_named_by_it(chain) -> None:
    pairs = chain.windows.pairs
    assert [pair.kalshi.ticker for pair in pairs] == [
        "KXBTC15M-26AUG070300-00",
        "KXBTC15M-26AUG070315-15",
        "KXBTC15M-26AUG070330-30",
        "KXBTC15M-26AUG070345-45",
    ]
    assert pairs[0].kalshi.closes_after_s == 900
    assert pairs[1].polymarket.slug == f"btc-updown-15m-{STARTED_NS // 10**9 + 900}"
    assert pairs[0].polymarket.question.endswith("August 7, 2:45AM-3:00AM ET")


def test_a_strike_is_the_settlement_before_it_but_for_the_noise(chain) -> None:
    pairs = chain.windows.pairs
    for before, after in ((pairs[0], pairs[1]), (pairs[1], pairs[2])):
        assert after.kalshi.strike == pytest.approx(float(before.kalshi.expiration_value), abs=2e-6)
    assert pairs[3].kalshi.strike is None


def test_every_window_lived_and_paid_as_its_strike_says(chain) -> None:
    lives = [pair.kalshi.status for pair in chain.windows.pairs]
    assert lives == ["finalized", "finalized", "active", "initialized"]
    for pair in chain.windows.pairs[:2]:
        strike = round(pair.kalshi.strike or 0, 2)
        above = float(pair.kalshi.expiration_value) >= strike
        assert pair.kalshi.result == ("yes" if above else "no")
        assert pair.polymarket.winner in (0, 1)
        assert not pair.polymarket.accepting


def test_windows_disturb_no_other_history() -> None:
    with_windows, without = Chain(7), World(7, pairs=3)
    with_windows.run(20)
    without.run(20)
    names = {pair.id for pair in without.pairs}
    mine = [action for action in with_windows.actions if action[1] in names]
    theirs = without.actions
    assert mine == theirs


def test_some_strikes_carry_a_millionth_of_noise() -> None:
    chain = Chain(7)
    pair = draw_pairs(random.Random(1), 1)[0]
    strikes = []
    for _ in range(400):
        chain.windows._know(pair, 66_879.90)
        strikes.append(pair.kalshi.strike)
    assert set(strikes) == {66_879.90, 66_879.899999}
    assert 20 < strikes.count(66_879.899999) < 70
