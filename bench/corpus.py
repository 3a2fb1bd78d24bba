"""A seeded corpus of venue messages: paired markets on both venues, in the proportions seen live.

97 % of the Polymarket messages are `price_change` with mirrored entries, the rest whole books;
Kalshi sends deltas. Seven messages in ten are Polymarket's.
"""

import json
import random
from dataclasses import dataclass, field

from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.core.pair import Pair, Polarity

POLYMARKET_FEES = FeeTerms("polymarket", 500)
KALSHI_FEES = FeeTerms("quadratic", 700)


@dataclass
class Corpus:
    """Instruments, pairs, opening frames and the stream of (venue, frame)."""

    instruments: list[Instrument] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    opening: list[tuple[Venue, bytes]] = field(default_factory=list)
    frames: list[tuple[Venue, bytes]] = field(default_factory=list)


def compact(message: object) -> bytes:
    """Write JSON as the venues do: no spaces."""
    return json.dumps(message, separators=(",", ":")).encode()


class Market:
    """One question on both venues, with plain dict books that the messages are made from."""

    def __init__(self, number: int, rng: random.Random) -> None:
        self.rng = rng
        self.step = 10 if number % 4 == 3 else 100
        self.condition = f"0x{rng.getrandbits(256):064x}"
        self.yes = str(rng.getrandbits(255) | 1 << 254)
        self.no = str(rng.getrandbits(255) | 1 << 254)
        self.ticker = f"KXBENCH-26NOV21-T{number}"
        self.uuid = f"{rng.getrandbits(32):08x}-84b0-4f3f-956c-{rng.getrandbits(48):012x}"
        self.middle = rng.randrange(30, 70) * 100
        self.poly: dict[bool, dict[int, float]] = {True: {}, False: {}}
        self.kalshi: dict[bool, dict[int, float]] = {True: {}, False: {}}
        self.clock = rng.randrange(10**6)
        # One market in twenty stands apart on the venues, so that edges open and close.
        self.apart = rng.choice((-700, 700)) if number % 20 == 4 else 0
        for level in range(30):
            for is_bid in (True, False):
                self.poly[is_bid][self.price(is_bid, level)] = self.size()
                price = self.price(is_bid, level, self.apart)
                self.kalshi[is_bid][price] = float(rng.randrange(1, 500))

    def price(self, is_bid: bool, level: int, apart: int = 0) -> int:
        offset = apart + (level + 1) * (-self.step if is_bid else self.step)
        return min(max(self.middle + offset, self.step), 10_000 - self.step)

    def size(self) -> float:
        return round(self.rng.uniform(1, 3_000), 2)

    def text(self, price_e4: int) -> str:
        return f"{price_e4 / 10_000:.{3 if self.step == 10 else 2}f}"

    def best(self, is_yes: bool) -> tuple[str, str]:
        bid = max((p for p, s in self.poly[True].items() if s), default=0)
        ask = min((p for p, s in self.poly[False].items() if s), default=10_000)
        if not is_yes:
            bid, ask = 10_000 - ask, 10_000 - bid
        return (self.text(bid) if bid else "0"), (self.text(ask) if ask < 10_000 else "1")

    def instruments(self) -> list[Instrument]:
        common = {"title": self.ticker, "ranges": ((0, 10_000, self.step),)}
        return [
            Instrument(
                venue=Venue.POLYMARKET,
                id=token,
                market_id=self.condition,
                outcome=outcome,
                complement_id=other,
                fees=POLYMARKET_FEES,
                min_size_e6=5_000_000,
                **common,
            )
            for token, other, outcome in (
                (self.yes, self.no, Outcome.YES),
                (self.no, self.yes, Outcome.NO),
            )
        ] + [
            Instrument(
                venue=Venue.KALSHI,
                id=self.ticker,
                market_id=self.ticker,
                outcome=Outcome.YES,
                fees=KALSHI_FEES,
                **common,
            )
        ]

    def pair(self) -> Pair:
        return Pair(
            id=self.ticker,
            polymarket_yes=self.yes,
            polymarket_no=self.no,
            kalshi=self.ticker,
            polarity=Polarity.SAME,
        )

    def book(self, is_yes: bool, now_ms: int) -> dict[str, object]:
        bids, asks = self.poly[True], self.poly[False]
        if not is_yes:
            bids, asks = ({10_000 - p: s for p, s in side.items()} for side in (asks, bids))
        return {
            "market": self.condition,
            "asset_id": self.yes if is_yes else self.no,
            "bids": [
                {"price": self.text(p), "size": f"{s:g}"} for p, s in sorted(bids.items()) if s
            ],
            "asks": [
                {"price": self.text(p), "size": f"{s:g}"}
                for p, s in sorted(asks.items(), reverse=True)
                if s
            ],
            "hash": f"{self.rng.getrandbits(160):040x}",
            "timestamp": str(now_ms),
            "event_type": "book",
        }

    def change(self, now_ms: int) -> bytes:
        is_bid = self.rng.random() < 0.5
        level = min(int(self.rng.expovariate(0.5)), 29)
        price = self.price(is_bid, level)
        size = 0.0 if self.rng.random() < 0.25 else self.size()
        self.poly[is_bid][price] = size
        entries = []
        for token, is_yes in ((self.yes, True), (self.no, False)):
            bid, ask = self.best(is_yes)
            entries.append(
                {
                    "asset_id": token,
                    "price": self.text(price if is_yes else 10_000 - price),
                    "size": f"{size:g}",
                    "side": "BUY" if is_bid == is_yes else "SELL",
                    "hash": f"{self.rng.getrandbits(160):040x}",
                    "best_bid": bid,
                    "best_ask": ask,
                }
            )
        return compact(
            {
                "market": self.condition,
                "price_changes": entries,
                "timestamp": str(now_ms),
                "event_type": "price_change",
            }
        )

    def snapshot(self, sequence: int) -> bytes:
        return compact(
            {
                "type": "orderbook_snapshot",
                "sid": 1,
                "seq": sequence,
                "msg": {
                    "market_ticker": self.ticker,
                    "market_id": self.uuid,
                    "clock": self.clock,
                    "yes_dollars_fp": self.kalshi_side(is_bid=True),
                    "no_dollars_fp": self.kalshi_side(is_bid=False),
                },
            }
        )

    def kalshi_side(self, is_bid: bool) -> list[list[str]]:
        prices = {p if is_bid else 10_000 - p: s for p, s in self.kalshi[is_bid].items()}
        return [[f"{p / 10_000:.4f}", f"{s:.2f}"] for p, s in sorted(prices.items()) if s]

    def delta(self, sequence: int, now_ms: int) -> bytes:
        is_bid = self.rng.random() < 0.5
        price = self.price(is_bid, min(int(self.rng.expovariate(0.5)), 29), self.apart)
        before = self.kalshi[is_bid].get(price, 0.0)
        if before and self.rng.random() < 0.4:
            after = 0.0
        else:
            after = round(max(0.0, before + self.rng.choice((-50, -1.5, 10, 25.25, 100))), 2)
        self.kalshi[is_bid][price] = after
        self.clock += 1
        return compact(
            {
                "type": "orderbook_delta",
                "sid": 1,
                "seq": sequence,
                "msg": {
                    "market_ticker": self.ticker,
                    "market_id": self.uuid,
                    "clock": self.clock,
                    "price_dollars": f"{(price if is_bid else 10_000 - price) / 10_000:.4f}",
                    "delta_fp": f"{after - before:.2f}",
                    "side": "yes" if is_bid else "no",
                    "ts": "2026-11-21T12:00:00.123456Z",
                    "ts_ms": now_ms,
                },
            }
        )


def make(pair_count: int, message_count: int, seed: int = 7) -> Corpus:
    """Make a corpus of `pair_count` paired markets and `message_count` messages."""
    rng = random.Random(seed)
    markets = [Market(number, rng) for number in range(pair_count)]
    corpus = Corpus()
    sequence = 0
    for market in markets:
        corpus.instruments += market.instruments()
        corpus.pairs.append(market.pair())
        books = [market.book(is_yes, 1_000) for is_yes in (True, False)]
        corpus.opening.append((Venue.POLYMARKET, compact(books) + b"\n"))
        sequence += 1
        corpus.opening.append((Venue.KALSHI, market.snapshot(sequence)))
    for number in range(message_count):
        market = rng.choice(markets)
        now_ms = 2_000 + number
        if rng.random() < 0.7:
            is_book = rng.random() < 0.016
            frame = (
                compact(market.book(rng.random() < 0.5, now_ms))
                if is_book
                else market.change(now_ms)
            )
            corpus.frames.append((Venue.POLYMARKET, frame))
        else:
            sequence += 1
            corpus.frames.append((Venue.KALSHI, market.delta(sequence, now_ms)))
    return corpus
