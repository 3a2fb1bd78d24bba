"""Prices of a pair's legs that speak against it: noticed after a while, told once, taken back."""

import logging

import pytest

from tests.core.desk import KALSHI, Desk
from underround.app.pairs.price_alarms import PriceAlarms
from underround.core.pair import Polarity
from underround.matching.alarms import AlarmKind, AlarmLimits

LIMITS = AlarmLimits(lasting_ns=60 * 10**9)
SAME, INVERSE = Polarity.SAME, Polarity.INVERSE


class Watched:
    """A desk with books around two middles, looked at every ten seconds."""

    def __init__(self, polymarket_e4: int, kalshi_e4: int, polarity: Polarity = SAME) -> None:
        self.desk = Desk(polarity=polarity)
        self.alarms = PriceAlarms(self.desk.engine, LIMITS)
        self.quote(polymarket_e4, kalshi_e4)

    def quote(self, polymarket_e4: int, kalshi_e4: int, half_e4: int = 100) -> None:
        sides = [
            ([(middle - half_e4, 10)], [(middle + half_e4, 10)])
            for middle in (polymarket_e4, kalshi_e4)
        ]
        self.desk.polymarket("yes-token", *sides[0])
        self.desk.hear(KALSHI, self.desk.snapshot(*sides[1]))

    def look(self, seconds: int) -> dict[str, AlarmKind]:
        pairs = [self.desk.engine.directions[0].pair]
        for _ in range(0, seconds, 10):
            self.desk.wait(10_000)
            self.alarms.look(pairs, self.desk.now_ns)
        return {name: alarm.kind for name, alarm in self.alarms.standing.items()}


@pytest.mark.parametrize(
    ("polymarket_e4", "kalshi_e4", "polarity", "expected"),
    [
        (3_000, 3_200, SAME, None),
        (3_000, 7_000, SAME, AlarmKind.INVERTED),
        (3_000, 7_000, INVERSE, None),
        (3_000, 3_100, INVERSE, AlarmKind.INVERTED),
        (2_000, 5_000, SAME, AlarmKind.DIFFERENT),
        (4_800, 5_200, SAME, None),
    ],
)
def test_what_prices_hint_at(polymarket_e4, kalshi_e4, polarity, expected):
    watched = Watched(polymarket_e4, kalshi_e4, polarity)
    assert watched.look(50) == {}
    assert watched.look(30) == ({} if expected is None else {"rain": expected})


def test_an_alarm_is_told_once_and_taken_back(caplog):
    caplog.set_level(logging.INFO, "underround")
    watched = Watched(3_000, 7_000)
    watched.look(200)
    assert caplog.text.count("are its sides swapped?") == 1
    assert watched.alarms.rows() == {
        "rain": "its prices sum to one dollar: are its sides swapped? "
        "(0.30 on Polymarket, 0.70 on Kalshi)"
    }
    watched.quote(7_000, 7_000)
    assert watched.look(10) == {}
    assert "its prices agree again" in caplog.text


def test_a_wide_book_says_nothing():
    watched = Watched(3_000, 7_000)
    watched.quote(3_000, 7_000, half_e4=600)
    assert watched.look(200) == {}


def test_prices_before_a_pause_do_not_count_towards_the_time():
    watched = Watched(3_000, 7_000)
    assert watched.look(50) == {}
    watched.desk.wait(120_000)
    assert watched.look(50) == {}
    assert watched.look(30) == {"rain": AlarmKind.INVERTED}


def test_few_points_are_kept_however_long_it_runs():
    watched = Watched(3_000, 3_000)
    watched.look(2_000)
    assert len(watched.alarms._points["rain"]) <= 8
