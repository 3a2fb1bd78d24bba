"""The whole replayed path against typed decoding alone, alternating rounds in one process.

Path: decode, sequence and staleness, books, edge, signal; one frame a batch, which is the dearest
way to feed it. Gate: after every message the best prices and sizes of every touched book equal
those of plain dictionaries kept beside it.
"""

import gc
import statistics
import time
from collections.abc import Callable

import msgspec

from bench import corpus as corpora
from underround.core.engine import Engine
from underround.core.event import Batch, ConnectionOpened, MarketEvent
from underround.core.instrument import Venue
from underround.core.settings import Settings
from underround.venues.kalshi import codec as kalshi
from underround.venues.kalshi.messages import WireMessage as KalshiMessage
from underround.venues.polymarket import codec as polymarket
from underround.venues.polymarket.messages import WireMessage as PolymarketMessage

ROUNDS = 9
LIMITS = {20: 3.5, 1_000: 5.5}
DECODERS: dict[Venue, Callable[[bytes, list[MarketEvent]], None]] = {
    Venue.POLYMARKET: polymarket.decode,
    Venue.KALSHI: kalshi.decode,
}


def opened_engine(corpus: corpora.Corpus) -> Engine:
    """Return an engine whose books stand as after the opening frames."""
    engine = Engine(Settings(), corpus.instruments, corpus.pairs)
    for venue in Venue:
        names = [one.id for one in corpus.instruments if one.venue is venue]
        engine.process(ConnectionOpened(venue, venue, 1, names))
    for venue, frame in corpus.opening:
        feed(engine, venue, frame, 1)
    return engine


def feed(engine: Engine, venue: Venue, frame: bytes, at_ns: int) -> int:
    """Run one frame through codec and engine; return the number of effects."""
    events: list[MarketEvent] = []
    DECODERS[venue](frame, events)
    return len(engine.process(Batch(venue, at_ns, events)))


def replay(engine: Engine, corpus: corpora.Corpus) -> int:
    """Feed every frame as a batch of its own, a microsecond apart; return nanoseconds of CPU."""
    decode_polymarket, decode_kalshi, process = polymarket.decode, kalshi.decode, engine.process
    at_ns = 1_000_000
    started = time.thread_time_ns()
    for venue, frame in corpus.frames:
        events: list[MarketEvent] = []
        if venue is Venue.POLYMARKET:
            decode_polymarket(frame, events)
        else:
            decode_kalshi(frame, events)
        at_ns += 1_000
        process(Batch(venue, at_ns, events))
    return time.thread_time_ns() - started


def decode_only(corpus: corpora.Corpus) -> int:
    """Decode every frame into its typed struct; return nanoseconds of CPU."""
    one = msgspec.json.Decoder(PolymarketMessage, strict=False).decode
    two = msgspec.json.Decoder(KalshiMessage, strict=False).decode
    started = time.thread_time_ns()
    for venue, frame in corpus.frames:
        if venue is Venue.POLYMARKET:
            one(frame)
        else:
            two(frame)
    return time.thread_time_ns() - started


def gate(corpus: corpora.Corpus) -> int:
    """Compare every book with plain dictionaries after every message; return comparisons made."""
    engine = opened_engine(corpus)
    plain = PlainBooks()
    for venue, frame in corpus.opening:
        plain.apply(venue, msgspec.json.decode(frame))
    compared = 0
    for number, (venue, frame) in enumerate(corpus.frames):
        feed(engine, venue, frame, 2_000_000 + number)
        for name in plain.apply(venue, msgspec.json.decode(frame)):
            assert engine.books[name].top() == plain.top(name), f"message {number}: {name}"
            compared += 1
    return compared


class PlainBooks:
    """The slow and obvious way: dictionaries from price to size, max and min."""

    def __init__(self) -> None:
        self.sides: dict[str, tuple[dict[int, int], dict[int, int]]] = {}

    def top(self, name: str) -> tuple[int | None, int | None, int | None, int | None]:
        bids, asks = self.sides[name]
        bid, ask = max(bids, default=None), min(asks, default=None)
        return (bid, None if bid is None else bids[bid], ask, None if ask is None else asks[ask])

    def apply(self, venue: Venue, message: object) -> list[str]:
        if isinstance(message, list):
            return [name for one in message for name in self.apply(venue, one)]
        assert isinstance(message, dict)
        if venue is Venue.KALSHI:
            return [self.kalshi(message["type"], message["msg"])]
        if "bids" in message:
            self.sides[message["asset_id"]] = tuple(  # type: ignore[assignment]
                {e4(one["price"]): e6(one["size"]) for one in message[side]}
                for side in ("bids", "asks")
            )
            return [message["asset_id"]]
        for one in message["price_changes"]:
            side = self.sides[one["asset_id"]][0 if one["side"] == "BUY" else 1]
            put(side, e4(one["price"]), e6(one["size"]))
        return [one["asset_id"] for one in message["price_changes"]]

    def kalshi(self, kind: str, body: dict[str, object]) -> str:
        name = str(body["market_ticker"])
        if kind == "orderbook_snapshot":
            self.sides[name] = (
                {e4(p): e6(s) for p, s in body.get("yes_dollars_fp", [])},
                {10_000 - e4(p): e6(s) for p, s in body.get("no_dollars_fp", [])},
            )
            return name
        is_yes = body["side"] == "yes"
        price = e4(body["price_dollars"]) if is_yes else 10_000 - e4(body["price_dollars"])
        side = self.sides[name][0 if is_yes else 1]
        put(side, price, side.get(price, 0) + e6(body["delta_fp"]))
        return name


def put(side: dict[int, int], price: int, size: int) -> None:
    if size:
        side[price] = size
    else:
        side.pop(price, None)


def e4(text: object) -> int:
    return round(float(str(text)) * 10_000)


def e6(text: object) -> int:
    return round(float(str(text)) * 1_000_000)


def measure(pair_count: int, message_count: int) -> dict[str, float]:
    """Measure one universe; returns medians in microseconds a message and the median ratio."""
    corpus = corpora.make(pair_count, message_count)
    compared = gate(corpus)
    ratios, whole, floor = [], [], []
    for number in range(ROUNDS):
        engine = opened_engine(corpus)
        gc.collect()
        gc.freeze()
        if number % 2:
            path, alone = replay(engine, corpus), decode_only(corpus)
        else:
            alone, path = decode_only(corpus), replay(engine, corpus)
        gc.unfreeze()
        ratios.append(path / alone)
        whole.append(path / len(corpus.frames) / 1_000)
        floor.append(alone / len(corpus.frames) / 1_000)
    return {
        "pairs": pair_count,
        "compared": compared,
        "signals": engine.counts.signals,
        "path_us": statistics.median(whole),
        "decode_us": statistics.median(floor),
        "ratio": statistics.median(ratios),
        "limit": LIMITS.get(pair_count, float("nan")),
    }


def main() -> bool:
    """Measure 20 and 1,000 pairs; tell whether both ratios keep their limit."""
    held = True
    for pair_count, message_count in ((20, 60_000), (1_000, 60_000)):
        found = measure(pair_count, message_count)
        held = held and found["ratio"] <= found["limit"]
        figures = (
            f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
            for name, value in found.items()
        )
        print("hot path:", "  ".join(figures))
    return held


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
