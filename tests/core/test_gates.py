"""The table of gates says what the deciding code does, and the documents show the table."""

import re

from hypothesis import given
from hypothesis import strategies as st

from tests.core.desk import KALSHI, NO, POLYMARKET, START_NS, TICKER, YES, Desk
from tests.house_style import ROOT
from underround.core.event import FrameRejected, GridChanged, MarketClosed
from underround.core.gates import GATES, Sight, readings
from underround.core.instrument import Venue
from underround.core.standing import doubt
from underround.core.venue_event import TradingHalted, VenueStatusChanged
from underround.core.venue_status import VenueState

STEPS = {
    "wait a moment": lambda desk: desk.tick(200),
    "wait": lambda desk: desk.tick(4_000),
    "wait long": lambda desk: desk.tick(31_000),
    "polymarket speaks": lambda desk: desk.hear(POLYMARKET, desk.change(NO, ("ask", 9_000, 3))),
    "yes moves": lambda desk: desk.hear(POLYMARKET, desk.change(YES, ("ask", 4_100, 3))),
    "yes crosses": lambda desk: desk.hear(POLYMARKET, desk.change(YES, ("bid", 9_800, 3))),
    "kalshi moves": lambda desk: desk.hear(KALSHI, desk.delta("bid", 5_400, 5, group=7)),
    "kalshi gap": lambda desk: desk.hear(KALSHI, desk.delta("bid", 5_300, 5, skip=2)),
    "kalshi anew": lambda desk: desk.hear(KALSHI, desk.snapshot([(5_500, 10)], [(5_600, 10)])),
    "halted": lambda desk: desk.hear(KALSHI, TradingHalted(TICKER, is_halted=True, reason="pause")),
    "closed": lambda desk: desk.hear(POLYMARKET, MarketClosed(YES, "resolved")),
    "grid": lambda desk: desk.hear(POLYMARKET, GridChanged(YES, ((0, 10_000, 10),))),
    "unreadable": lambda desk: desk.hear(POLYMARKET, FrameRejected("odd", "{", (YES,))),
    "gone": lambda desk: desk.close(POLYMARKET),
    "paused": lambda desk: desk.process(
        VenueStatusChanged(Venue.KALSHI, VenueState.PAUSED, "night", desk.now_ns)
    ),
}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=6))
def test_a_gate_is_shut_exactly_where_no_signal_may_stand(steps):
    desk = Desk(kalshi_facts={"close_at_ns": START_NS + 40 * 10**9})
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], [(5_600, 10)]))
    for step in steps:
        STEPS[step](desk)
    engine, at_ns = desk.engine, desk.now_ns
    sides = (desk.book(YES).asks, desk.book(TICKER).bids)
    for side in sides:
        seen = readings(Sight(side, sides, at_ns, engine.trust, desk.settings))
        shut = [each.name for each in seen if not each.is_open and not each.only_opening]
        why = doubt(side, sides, desk.settings, at_ns) or engine.trust.blocker(side.book, at_ns)
        assert (shut == []) == (why is None), (shut, why)


def test_the_architecture_shows_the_table():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| (closes|holds) \|$", text, re.MULTILINE)
    told = [(gate.name, gate.asks, "holds" if gate.only_opening else "closes") for gate in GATES]
    assert rows == told
