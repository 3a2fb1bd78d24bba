"""A recording of underrounds that come once a second and last exactly so long, without a socket."""

from pathlib import Path

import msgspec

from tests.app.desk import MARKET, NO_TOKEN, YES_TOKEN, Desk
from underround.app.pipeline import Plan
from underround.core.instrument import Venue
from underround.core.pair import Pair, Polarity
from underround.core.units import NS_PER_MS

ROUNDS = 8
POLL_MS = 25
PAIR = Pair.of("rain", YES_TOKEN, MARKET, Polarity.SAME, "")


def recorded_underrounds(folder: Path, lasting_ms: int) -> Path:
    """Record both venues, polled: YES at 0.40 here against NO at 0.50 there, for a while."""
    desk = Desk(pairs=(PAIR,), recording=folder)
    plans = (
        Plan("p", Venue.POLYMARKET, (YES_TOKEN.id, NO_TOKEN.id), is_slow=True),
        Plan("k", Venue.KALSHI, (MARKET.id,), is_slow=True),
    )
    for plan in plans:
        desk.pipeline.plan(plan)
        desk.pipeline.opened(plan.connection, desk.now_ns)
    for _ in range(ROUNDS):
        for at_ms in range(0, 1_000, POLL_MS):
            desk.now_ns += POLL_MS * NS_PER_MS
            is_open = 100 <= at_ms < 100 + lasting_ms
            desk.pipeline.polled("p", polymarket(desk.now_ns, "0.40" if is_open else "0.55"))
            desk.pipeline.polled("k", kalshi())
            desk.pipeline.timer("tick")
    assert desk.recorder is not None
    desk.recorder.close()
    return folder


def polymarket(now_ns: int, ask: str) -> bytes:
    """Return both tokens' books: YES is offered at `ask`."""
    stamp = str(now_ns // NS_PER_MS)
    other = f"{1 - float(ask):.2f}"

    def book(token: str, bid: str, offer: str) -> dict:
        return {
            "market": "0x1",
            "asset_id": token,
            "timestamp": stamp,
            "hash": "",
            "bids": [{"price": bid, "size": "5000"}],
            "asks": [{"price": offer, "size": "5000"}],
        }

    return msgspec.json.encode([book(YES_TOKEN.id, "0.38", ask), book(NO_TOKEN.id, other, "0.62")])


def kalshi() -> bytes:
    """Return the market's book: YES bid 0.50 (NO at 0.50), asked at 0.56."""
    levels = {"yes_dollars": [["0.5000", "5000.00"]], "no_dollars": [["0.4400", "5000.00"]]}
    return msgspec.json.encode({"orderbooks": [{"ticker": MARKET.id, "orderbook_fp": levels}]})
