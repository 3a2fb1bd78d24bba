"""A recording of one question on two venues in which an underround opens, changes and is bought up.

Written line by line as a run would record it; times are milliseconds since `START_NS`.
"""

from collections.abc import Iterable
from pathlib import Path

import zstandard

from tests.core.desk import KALSHI, NO, POLYMARKET, TICKER, USUAL, YES, market, token
from tests.venues.kalshi import wire as kalshi
from tests.venues.polymarket import wire as polymarket
from underround.app.pipeline import Plan, plan_arguments
from underround.app.recordings.replay import describe
from underround.core.instrument import Outcome, Venue
from underround.core.pair import Pair, Polarity
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS
from underround.stores.recorded import (
    FORMAT,
    VERSION,
    RecordableInput,
    RecordedBatch,
    RecordedCommand,
    RecordedConnection,
    RecordedHeader,
    RecordedTimer,
    encode_header,
    encode_input,
)

START_NS = 1_770_000_000_000 * NS_PER_MS
LINES = 13
"""How many lines the story has, its header included."""


def at(ms: int) -> int:
    return START_NS + ms * NS_PER_MS


def header() -> RecordedHeader:
    yes = token(YES, NO, Outcome.YES, USUAL[0])
    no = token(NO, YES, Outcome.NO, USUAL[0])
    listed = market(USUAL[1])
    pair = Pair.of("rain", yes, listed, Polarity.SAME, "both read the same gauge")
    made_of = describe(Settings(), [yes, no, listed], [pair])
    return RecordedHeader(format=FORMAT, version=VERSION, created_at_ns=START_NS, **made_of)


def _plan(connection: str, venue: Venue, *names: str) -> RecordedCommand:
    return RecordedCommand(at(0), "plan", plan_arguments(Plan(connection, venue, names)))


def _polymarket(number: int, ms: int, *messages: dict) -> RecordedBatch:
    frames = tuple(polymarket.wire(message) for message in messages)
    return RecordedBatch(POLYMARKET, number, at(ms), frames)


def _kalshi(number: int, ms: int, *messages: dict) -> RecordedBatch:
    return RecordedBatch(KALSHI, number, at(ms), tuple(kalshi.wire(each) for each in messages))


def _book(asset: str, bids: list, asks: list) -> dict:
    levels = [[polymarket.level(*level) for level in side] for side in (bids, asks)]
    stamp = str(START_NS // NS_PER_MS)
    return polymarket.book(asset, bids=levels[0], asks=levels[1], timestamp=stamp)


def ask(ms: int, price: str, size: str, best_bid: str, best_ask: str) -> dict:
    """Write a change of YES's asks."""
    entry = polymarket.entry(
        YES, price=price, size=size, side="SELL", best_bid=best_bid, best_ask=best_ask
    )
    return polymarket.change(entry, timestamp=str(START_NS // NS_PER_MS + ms))


def trade(ms: int, price: str, size: str) -> dict:
    return {
        "market": polymarket.MARKET,
        "asset_id": YES,
        "price": price,
        "size": size,
        "side": "BUY",
        "timestamp": str(START_NS // NS_PER_MS + ms),
        "event_type": "last_trade_price",
        "fee_rate_bps": "0",
    }


def story() -> list[RecordableInput]:
    """Return what happens: opened at 100 ms, changed at 230, bought up at 250."""
    snapshot = kalshi.snapshot(
        market_ticker=TICKER,
        yes_dollars_fp=[["0.4800", "100.00"], ["0.5000", "60.00"]],
        no_dollars_fp=[["0.4000", "80.00"]],
    )
    return [
        _plan(POLYMARKET, Venue.POLYMARKET, YES, NO),
        _plan(KALSHI, Venue.KALSHI, TICKER),
        RecordedConnection(POLYMARKET, at(1), "opened"),
        RecordedConnection(KALSHI, at(2), "opened"),
        _polymarket(1, 3, _book(YES, [("0.40", "50")], [("0.55", "100")])),
        _polymarket(2, 4, _book(NO, [("0.45", "100")], [("0.60", "50")])),
        _kalshi(3, 80, snapshot),
        _polymarket(4, 100, ask(100, "0.45", "75", "0.40", "0.45")),
        RecordedTimer(at(120), "tick"),
        _polymarket(5, 150, ask(150, "0.45", "40", "0.40", "0.45")),
        RecordedTimer(at(230), "tick"),
        _polymarket(6, 250, trade(249, "0.45", "40"), ask(250, "0.45", "0", "0.40", "0.55")),
    ]


def written(folder: Path, inputs: Iterable[RecordableInput] | None = None) -> Path:
    """Write the story, or other inputs, as a recording."""
    folder.mkdir(exist_ok=True)
    told = story() if inputs is None else inputs
    lines = [encode_header(header()), *(encode_input(each) for each in told), b""]
    (folder / "000001.jsonl.zst").write_bytes(zstandard.compress(b"\n".join(lines)))
    return folder
