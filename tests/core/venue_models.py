"""Two venues in a few lines each: what is true there, what was said of it, what one may know.

`known` is what an ideal listener believes: the latest word on every level counts, whenever it came.
"""

from tests.core.desk import NO, ONE, STREAM, TICKER, YES
from underround.core.event import (
    BookReplaced,
    FrameRejected,
    LevelAdded,
    LevelsSet,
    MarketEvent,
    SequenceTaken,
)

Sides = dict[bool, dict[int, int]]
"""Bids (True) and asks: size_e6 by price_e4."""


def empty() -> Sides:
    return {True: {}, False: {}}


def put(side: dict[int, int], price_e4: int, size_e6: int) -> None:
    side[price_e4] = size_e6
    if not size_e6:
        del side[price_e4]


def levels(sides: Sides) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    return sorted(sides[True].items(), reverse=True), sorted(sides[False].items())


class TokenModel:
    """One Polymarket token: absolute sizes with times, no numbers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.true = empty()
        self.true_ms = 1
        self.whole: BookReplaced | None = None
        self.latest: dict[tuple[bool, int], tuple[int, int]] = {}

    @property
    def known(self) -> Sides:
        """The last whole book taken, and over it the latest word on every level."""
        sides = empty()
        if self.whole is not None:
            sides = {True: dict(self.whole.bids), False: dict(self.whole.asks)}
            for (is_bid, price_e4), (time_ms, size_e6) in self.latest.items():
                if time_ms >= self.whole.time_ms:
                    sides[is_bid].pop(price_e4, None)
                    if size_e6:
                        sides[is_bid][price_e4] = size_e6
        return sides

    @property
    def latest_ms(self) -> int:
        """The time of the latest word."""
        whole_ms = 0 if self.whole is None else self.whole.time_ms
        return max([whole_ms, *(time_ms for time_ms, _ in self.latest.values())])

    def move(self, is_bid: bool, price_e4: int, size_e6: int, time_ms: int) -> LevelsSet:
        """Change a level at the venue; return what the venue says of it."""
        put(self.true[is_bid], price_e4, size_e6)
        self.true_ms = time_ms
        bid, ask = max(self.true[True], default=0), min(self.true[False], default=10_000)
        claims = f"{bid / 10_000:.2f}" if bid else "0", f"{ask / 10_000:.2f}"
        if ask == 10_000:
            claims = claims[0], "1"
        return LevelsSet([(self.name, is_bid, price_e4, size_e6, *claims)], time_ms)

    def image(self) -> BookReplaced:
        bids, asks = levels(self.true)
        return BookReplaced(self.name, bids, asks, time_ms=self.true_ms)

    def hear_change(self, message: LevelsSet) -> None:
        (_, is_bid, price_e4, size_e6, _, _) = message.changes[0]
        time_ms = message.time_ms
        if time_ms >= self.latest.get((is_bid, price_e4), (0, 0))[0]:
            self.latest[is_bid, price_e4] = time_ms, size_e6

    def forget(self) -> None:
        self.whole = None
        self.latest.clear()


class MarketModel:
    """One Kalshi market: signed changes in a numbered stream."""

    def __init__(self) -> None:
        self.true = empty()
        self.known = empty()
        self.number = 0
        self.heard = 0
        self.group = 0
        self.is_sure = False

    def _next(self) -> int:
        self.number += 1
        return self.number

    def move(self, is_bid: bool, price_e4: int, size_e6: int, *, begins: bool) -> LevelAdded:
        """Change a level at the venue; return what the venue says of it."""
        self.group += begins
        before_e6 = self.true[is_bid].get(price_e4, 0)
        put(self.true[is_bid], price_e4, size_e6)
        return LevelAdded(
            stream=STREAM,
            sequence=self._next(),
            instrument=TICKER,
            is_bid=is_bid,
            price_e4=price_e4,
            change_e6=size_e6 - before_e6,
            group=self.group,
        )

    def snapshot(self) -> BookReplaced:
        bids, asks = levels(self.true)
        return BookReplaced(
            TICKER, bids, asks, stream=STREAM, sequence=self._next(), group=self.group
        )

    def image(self) -> BookReplaced:
        bids, asks = levels(self.true)
        return BookReplaced(TICKER, bids, asks)

    def spoilt(self, message: LevelAdded, *, is_read: bool) -> list[MarketEvent]:
        """Return what a codec makes of a message that cannot be read, or not even its number."""
        named = (TICKER,) if is_read else None
        rejected = FrameRejected("bad", "sample", named)
        return [SequenceTaken(STREAM, message.sequence), rejected] if is_read else [rejected]

    def hear(self, message: LevelAdded | BookReplaced) -> None:
        number = message.sequence
        if number <= self.heard:
            return
        if isinstance(message, BookReplaced):
            self.known = {True: dict(message.bids), False: dict(message.asks)}
            self.is_sure = True
        elif number != self.heard + 1:
            self.is_sure = False
        elif self.is_sure:
            side = self.known[message.is_bid]
            put(side, message.price_e4, side.get(message.price_e4, 0) + message.change_e6)
        self.heard = number

    def restart(self) -> None:
        self.number = self.heard = 0
        self.is_sure = False


def edge_e6(tokens: dict[str, TokenModel], market: MarketModel, direction: str) -> int | None:
    """Return the edge of the best prices known, without fees; None when a price is missing."""
    token = tokens[YES if direction == "yes_no" else NO]
    if not token.known[False]:
        return None
    if direction == "yes_no":
        if not market.known[True]:
            return None
        other_e4 = 10_000 - max(market.known[True])
    else:
        if not market.known[False]:
            return None
        other_e4 = min(market.known[False])
    return ONE - (min(token.known[False]) + other_e4) * 100
