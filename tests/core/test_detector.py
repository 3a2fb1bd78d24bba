"""The life of an opportunity: opened when sure, changed when it matters, closed at once."""

import pytest

from tests.core.desk import (
    KALSHI,
    NO,
    POLYMARKET,
    TICKER,
    USUAL,
    YES,
    Desk,
    kinds,
    signals,
)
from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import Leg, Signal, SignalKind, Underround
from underround.core.pair import Polarity

MS = 10**6
ONE = 1_000_000


def opened(desk: Desk) -> list[Signal]:
    return [one for one in signals(desk.heard) if one.kind is SignalKind.OPENED]


@pytest.fixture
def desk() -> Desk:
    """YES at 0.40 here and NO at 0.45 there: 15 cents of edge, nothing the other way round."""
    made = Desk()
    made.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], [(5_600, 10)]))
    return made


def test_an_opening_says_what_to_buy_and_what_is_left_after_fees():
    desk = Desk(fees=USUAL)
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 12)], []))
    assert signals(desk.heard) == [
        Signal(
            kind=SignalKind.OPENED,
            id="rain/yes_no/1",
            pair="rain",
            direction="yes_no",
            at_ns=desk.now_ns,
            tick_at_ns=desk.now_ns,
            # 1 - 0.40 - 0.05 x 0.40 x 0.60 - 0.45 - 0.07 x 0.45 x 0.55
            edge_top_e6=120_675,
            # Fees of 10: 0.12 there, 0.17325 here, of which 0.1733 leaves the account.
            edge_e6=120_670,
            size_e6=10 * ONE,
            cost_usd_e6=8_793_300,
            fee_usd_e6=293_300,
            edge_usd_e6=1_206_700,
            legs=(
                Leg(
                    Venue.POLYMARKET, YES, Outcome.YES, 4_000, 4_000, 10 * ONE, 10 * ONE, 4_120_000
                ),
                Leg(Venue.KALSHI, TICKER, Outcome.NO, 4_500, 4_500, 10 * ONE, 10 * ONE, 4_673_300),
            ),
            underround=Underround.CROSS_VENUE,
            capital_usd_e6={Venue.POLYMARKET: 4_120_000, Venue.KALSHI: 4_673_300},
            return_bps=1_372,  # 1.2067 of 8.7933
            worst_payoff_usd_e6=4_500_000,  # Kalshi voids at 0.45 and YES loses
        )
    ]


@pytest.mark.parametrize(
    ("polarity", "yes", "no", "kalshi", "direction", "outcome"),
    [
        (Polarity.SAME, 4_000, 9_000, (5_500, 9_000), "yes_no", Outcome.NO),
        (Polarity.SAME, 9_000, 4_000, (1_000, 4_500), "no_yes", Outcome.YES),
        (Polarity.INVERSE, 4_000, 9_000, (1_000, 4_500), "yes_no", Outcome.YES),
        (Polarity.INVERSE, 9_000, 4_000, (5_500, 9_000), "no_yes", Outcome.NO),
    ],
)
def test_both_directions_of_both_polarities(polarity, yes, no, kalshi, direction, outcome):
    desk = Desk(polarity=polarity)
    desk.opening([(yes, 10)], [(no, 10)], ([(kalshi[0], 10)], [(kalshi[1], 10)]))
    (signal,) = signals(desk.heard)
    assert (signal.direction, signal.edge_top_e6) == (direction, 150_000)
    first, second = signal.legs
    assert (first.outcome, first.price_e4) == (Outcome(direction.split("_")[0]), 4_000)
    assert (second.outcome, second.price_e4) == (outcome, 4_500)


@pytest.mark.parametrize(("bid_e4", "opens"), [(6_050, True), (6_040, False)])
def test_an_edge_counts_from_the_threshold_on(bid_e4: int, opens: bool):
    desk = Desk(kalshi_facts={"ranges": ((0, 10_000, 10),)})
    desk.opening([(6_000, 10)], [], ([(bid_e4, 10)], []))
    assert [signal.edge_top_e6 for signal in signals(desk.heard)] == [5_000] * opens


def test_the_edge_counts_after_fees_and_not_before():
    # 0.015 before fees, 0.0124 of fee at one venue alone.
    desk = Desk(fees=USUAL)
    desk.opening([(4_500, 10)], [], ([(4_650, 10)], []))
    assert signals(desk.heard) == []


def test_it_closes_at_once_and_opens_again_under_a_new_name(desk: Desk):
    desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=1))
    desk.polymarket(YES, [], [(4_000, 10)])
    desk.wait(1)
    desk.hear(KALSHI, desk.snapshot([(5_500, 10)]))
    assert kinds(desk.heard) == ["opened", "closed edge gone", "opened"]
    ids = [signal.id for signal in signals(desk.heard)]
    assert ids == ["rain/yes_no/1", "rain/yes_no/1", "rain/yes_no/2"]
    last, closed, _ = signals(desk.heard)
    assert (closed.edge_top_e6, closed.legs) == (last.edge_top_e6, last.legs)


@pytest.mark.parametrize(
    ("price_e4", "size", "changes"),
    [(4_000, 9.01, []), (4_000, 9, ["changed"]), (4_100, 10, ["changed"]), (4_000, 10, [])],
)
def test_it_is_told_anew_when_the_edge_or_the_size_moved_enough(desk, price_e4, size, changes):
    desk.heard.clear()
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 0), ("ask", price_e4, size)))
    assert kinds(desk.heard) == []
    assert kinds(desk.tick(100)) == changes


# An unfinished group of Kalshi's changes.


def test_an_edge_made_by_an_unfinished_group_waits_for_quiet(desk: Desk):
    desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=1))
    desk.heard.clear()
    effects = desk.hear(KALSHI, desk.delta("bid", 5_500, 10, group=2))
    assert [effect.at_ns - desk.now_ns for effect in effects] == [5 * MS]
    assert desk.tick(4.9) == ()
    assert kinds(desk.tick(0.1)) == ["opened"]
    (signal,) = opened(desk)
    assert (signal.held_ns, signal.held_for) == (5 * MS, "group")
    assert signal.tick_at_ns == desk.now_ns - 5 * MS


def test_another_change_of_the_group_makes_the_quiet_begin_again(desk: Desk):
    desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=1))
    desk.heard.clear()
    desk.hear(KALSHI, desk.delta("bid", 5_500, 10, group=2))
    desk.wait(3)
    desk.hear(KALSHI, desk.delta("bid", 1_000, 1, group=2))
    (wake,) = desk.tick(2)
    assert wake.at_ns == desk.now_ns + 3 * MS
    assert kinds(desk.tick(3)) == ["opened"]


def test_a_later_group_of_the_market_ends_the_wait(desk: Desk):
    desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=1))
    desk.heard.clear()
    desk.hear(KALSHI, desk.delta("bid", 5_500, 10, group=2))
    desk.wait(1)
    assert kinds(desk.hear(KALSHI, desk.delta("bid", 1_000, 1, group=3))) == ["opened"]
    assert [(s.held_ns, s.held_for) for s in opened(desk)] == [(MS, "group")]


def test_a_later_group_that_follows_in_the_same_read_ends_the_wait_too(desk: Desk):
    desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=1))
    desk.heard.clear()
    desk.hear(KALSHI, desk.delta("bid", 5_500, 10, group=2))
    desk.wait(1)
    desk.hear(
        KALSHI,
        desk.delta("bid", 1_000, 1, group=2),
        desk.delta("bid", 1_100, 1, group=3),
        desk.delta("bid", 1_200, 1, group=4),
    )
    assert kinds(desk.heard) == ["opened"]


def test_a_phantom_inside_a_group_never_opens(desk: Desk):
    desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=1))
    desk.heard.clear()
    desk.hear(KALSHI, desk.delta("bid", 5_500, 10, group=2))
    desk.wait(2)
    desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=2))
    desk.wait(2)
    desk.hear(KALSHI, desk.delta("bid", 1_000, 1, group=3))
    desk.tick(9)
    assert signals(desk.heard) == []


def test_a_phantom_undone_together_with_the_next_group_never_opens(desk: Desk):
    desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=1))
    desk.heard.clear()
    desk.hear(KALSHI, desk.delta("bid", 5_500, 10, group=2))
    desk.wait(2)
    desk.hear(
        KALSHI,
        desk.delta("bid", 5_500, -10, group=2),
        desk.delta("bid", 5_500, 10, group=3),
    )
    assert signals(desk.heard) == []
    assert kinds(desk.tick(5)) == ["opened"]
    assert [signal.held_ns for signal in opened(desk)] == [5 * MS]


def test_without_a_clock_only_quiet_ends_the_wait(desk: Desk):
    desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=""))
    desk.heard.clear()
    desk.hear(KALSHI, desk.delta("bid", 5_500, 10, group=""))
    for price_e4 in (1_000, 1_100, 1_200):
        desk.wait(2)
        desk.hear(KALSHI, desk.delta("bid", price_e4, 1, group=""))
    assert signals(desk.heard) == []
    desk.tick(2)
    assert kinds(desk.tick(3)) == ["opened"]


def test_an_edge_made_elsewhere_waits_for_the_unfinished_group_as_well(desk: Desk):
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 0)))
    desk.hear(KALSHI, desk.delta("bid", 5_400, 10, group=1))
    desk.heard.clear()
    desk.wait(4)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 10)))
    assert signals(desk.heard) == []
    assert [s.held_ns for s in signals(desk.tick(1))] == [MS]
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 0)))
    desk.wait(4.1)
    (signal,) = signals(desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 10))))
    assert (signal.held_ns, signal.held_for) == (0, "")


def test_an_open_one_closes_inside_a_group(desk: Desk):
    effects = desk.hear(KALSHI, desk.delta("bid", 5_500, -10, group=1))
    assert kinds(effects) == ["closed edge gone"]


# Too little to trade, and pauses.


def test_an_edge_too_small_to_trade_opens_when_its_size_suffices():
    desk = Desk(polymarket_facts={"min_size_e6": 5 * ONE})
    desk.opening([(4_000, 4)], [(9_000, 10)], ([(5_500, 10)], []))
    assert signals(desk.heard) == []
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 4.99)))
    assert signals(desk.heard) == []
    assert kinds(desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 5)))) == ["opened"]
    assert kinds(desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 4)))) == ["closed edge gone"]
    assert kinds(desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 6)))) == ["opened"]
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 0)))
    sides = [side for book in desk.engine.books.values() for side in (book.bids, book.asks)]
    assert [side.open_count for side in sides] == [0] * 6


def test_a_pause_lets_nothing_open_and_what_stands_opens_when_it_ends(desk: Desk):
    desk.command("pause")
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 0)))
    desk.wait(100)
    desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_000, 10)))
    assert kinds(desk.heard) == ["opened", "closed edge gone"]
    desk.wait(100)
    (signal,) = signals(desk.command("resume"))
    assert (signal.kind, signal.held_for, signal.held_ns) == ("opened", "pause", 100 * MS)


def test_a_polled_book_is_said_to_be_slow():
    desk = Desk(is_slow=True)
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], []))
    assert [signal.is_slow for signal in signals(desk.heard)] == [True]
    assert desk.book(NO).link is desk.engine.links[POLYMARKET]
