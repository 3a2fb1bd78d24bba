"""What ended an opportunity, judged from the trades around its end."""

import pytest

from tests.core.desk import NO, TICKER, USUAL, YES, market, token
from underround.core.consumption import WITHIN_NS, Ended, Trade, consumption
from underround.core.event import TradePrinted
from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import Leg, Signal, SignalKind

AT_NS = 10**18
INSTRUMENTS = {
    YES: token(YES, NO, Outcome.YES, USUAL[0]),
    TICKER: market(USUAL[1]),
}


def closing(reason: str = "edge gone") -> Signal:
    return Signal(
        kind=SignalKind.CLOSED,
        id="rain/yes_no/1",
        pair="rain",
        direction="yes_no",
        at_ns=AT_NS,
        tick_at_ns=AT_NS,
        edge_top_e6=20_000,
        edge_e6=10_000,
        size_e6=10**6,
        cost_usd_e6=990_000,
        fee_usd_e6=0,
        edge_usd_e6=10_000,
        legs=(
            Leg(Venue.POLYMARKET, YES, Outcome.YES, 4_500, 4_600),
            Leg(Venue.KALSHI, TICKER, Outcome.NO, 5_000, 5_200),
        ),
        reason=reason,
    )


def ended(instrument: str, price_e4: int, buys: bool | None, after_ns: int = 0) -> Ended:
    printed = TradePrinted(instrument, price_e4, 10**6, 0, buys)
    return consumption(closing(), [Trade(AT_NS + after_ns, printed)], INSTRUMENTS.get).ended


@pytest.mark.parametrize(
    ("instrument", "price_e4", "buys"),
    [
        (YES, 4_500, True),
        (YES, 4_600, None),
        (NO, 5_500, False),  # selling NO at 0.55 takes the asks of YES at 0.45
        (TICKER, 5_000, False),  # selling YES at 0.50 takes what NO at 0.50 is bought from
        (TICKER, 4_800, False),
    ],
)
def test_a_trade_of_a_leg_s_levels_ended_it(instrument, price_e4, buys):
    assert ended(instrument, price_e4, buys) is Ended.TRADE


@pytest.mark.parametrize(
    ("instrument", "price_e4", "buys"),
    [
        (YES, 4_700, True),
        (YES, 4_500, False),
        (NO, 5_500, True),
        (TICKER, 5_000, True),
        (TICKER, 4_700, False),
        ("another", 4_500, True),
    ],
)
def test_another_trade_did_not(instrument, price_e4, buys):
    assert ended(instrument, price_e4, buys) is Ended.CANCEL


def test_a_trade_counts_near_the_end_only():
    assert ended(YES, 4_500, buys=True, after_ns=WITHIN_NS) is Ended.TRADE
    assert ended(YES, 4_500, buys=True, after_ns=-WITHIN_NS) is Ended.TRADE
    assert ended(YES, 4_500, buys=True, after_ns=WITHIN_NS + 1) is Ended.CANCEL


def test_a_gate_is_named():
    found = consumption(closing("stale"), [], INSTRUMENTS.get)
    assert (found.ended, found.words) == (Ended.GATE, "stale")
