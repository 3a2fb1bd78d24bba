"""What a trade ties up by venue, and what it earns on that."""

import pytest

from tests.core.desk import FREE, YES, Desk, signals
from underround.core.carry import annual_return_bps, capital_by_venue, latest, return_bps
from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import Leg

MONTH_NS = 30 * 24 * 3600 * 10**9


def leg(venue: Venue, cost_usd_e6: int) -> Leg:
    return Leg(venue, "X", Outcome.YES, 4_000, 4_000, 1, 1, cost_usd_e6)


def test_capital_is_counted_where_it_must_lie():
    legs = [leg(Venue.KALSHI, 10), leg(Venue.POLYMARKET, 5), leg(Venue.KALSHI, 3)]
    assert capital_by_venue(legs) == {Venue.KALSHI: 13, Venue.POLYMARKET: 5}
    assert capital_by_venue([]) == {}


@pytest.mark.parametrize(
    ("edge", "cost", "expected"), [(3, 97, 309), (0, 97, 0), (-1, 10_000, -1), (5, 0, 0)]
)
def test_a_return_is_rounded_down(edge: int, cost: int, expected: int):
    assert return_bps(edge, cost) == expected


@pytest.mark.parametrize(
    ("cost", "resolves_at_ns", "expected"),
    [
        (100_000_000, MONTH_NS, 1_216),  # 1 % a month, 365 / 30 times
        (100_000_000, None, None),
        (100_000_000, 0, None),
        (0, MONTH_NS, None),
    ],
)
def test_a_year_of_a_locked_edge(cost: int, resolves_at_ns: int | None, expected: int | None):
    assert annual_return_bps(1_000_000, cost, 0, resolves_at_ns) == expected


def test_money_is_locked_until_the_last_leg_resolves():
    assert latest([3, 7, 5]) == 7
    assert latest([3, None]) is None
    assert latest([]) is None


@pytest.mark.parametrize("kalshi_in_ns", [MONTH_NS, None])
def test_signals_tell_when_the_money_is_free_again(kalshi_in_ns: int | None):
    facts = {"resolves_at_ns": kalshi_in_ns and 10**12 + kalshi_in_ns}
    desk = Desk(fees=FREE, polymarket_facts={"resolves_at_ns": 10**12 + 1}, kalshi_facts=facts)
    desk.opening([(4_000, 10)], [], ([(5_900, 10)], []))
    desk.polymarket(YES, [], [])
    opened, closed = signals(desk.heard)
    # 0.19 earned on 0.81 in thirty days.
    assert opened.resolves_at_ns == (kalshi_in_ns and 10**12 + kalshi_in_ns)
    assert opened.annual_return_bps == (kalshi_in_ns and 28_539)
    assert (closed.annual_return_bps, closed.capital_usd_e6) == (
        opened.annual_return_bps,
        {Venue.POLYMARKET: 4_000_000, Venue.KALSHI: 4_100_000},
    )
