"""The book of one spot exchange: two sparse ladders in price_e8 and size_e8.

Applies snapshots and deltas and knows whether the result may be used. It may not know any
exchange's wire, sequence or checksum rule: those are settled before an event gets here.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from enum import StrEnum

from underround.core.windows.spot_event import Level, SpotDelta, SpotFault, SpotSnapshot


class SpotLadder:
    """One side of a book: sizes by price, and the prices in order.

    `sizes` maps price_e8 to size_e8 (> 0). `keys` holds the prices ascending in merit, so the best
    is last and changes near the touch move few entries: bids as they are, asks negated.
    """

    __slots__ = ("keys", "sign", "sizes")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.keys: list[int] = []
        self.sizes: dict[int, int] = {}

    @staticmethod
    def of_bids() -> "SpotLadder":
        """Return an empty ladder on which higher prices are better."""
        return SpotLadder(1)

    @staticmethod
    def of_asks() -> "SpotLadder":
        """Return an empty ladder on which lower prices are better."""
        return SpotLadder(-1)

    def set(self, price_e8: int, size_e8: int) -> int:
        """Give a level a size (0 deletes it); return the size it had, 0 if none."""
        sizes = self.sizes
        before_e8 = sizes.get(price_e8, 0)
        if size_e8:
            sizes[price_e8] = size_e8
            if not before_e8:
                insort(self.keys, self.sign * price_e8)
        elif before_e8:
            del sizes[price_e8]
            keys = self.keys
            del keys[bisect_left(keys, self.sign * price_e8)]
        return before_e8

    def replace(self, levels: Sequence[Level]) -> None:
        """Take these levels instead; equal prices add up, sizes of 0 are left out."""
        sizes = self.sizes = _summed(levels)
        sign = self.sign
        self.keys = sorted(sizes) if sign > 0 else sorted([-price_e8 for price_e8 in sizes])

    def become_sum(self, parts: Sequence["SpotLadder"]) -> None:
        """Take the summed sizes of other ladders of the same side."""
        sizes: dict[int, int] = {}
        keys: list[int] = []
        for part in parts:
            keys += part.keys
            shared = sizes.keys() & part.sizes.keys()  # few: sets and updates do the rest
            sums = {price_e8: sizes[price_e8] + part.sizes[price_e8] for price_e8 in shared}
            sizes.update(part.sizes)
            sizes.update(sums)
        keys.sort()  # runs in order already, so this is a merge
        self.sizes = sizes
        self.keys = keys if len(keys) == len(sizes) else list(dict.fromkeys(keys))

    def changes_to(self, levels: Sequence[Level]) -> list[Level]:
        """Return the levels to `set` so that this ladder becomes `levels`."""
        target, sizes = _summed(levels), self.sizes
        changes = [(price_e8, 0) for price_e8 in sizes.keys() - target.keys()]
        changes += [level for level in target.items() if sizes.get(level[0]) != level[1]]
        return changes

    @property
    def best_e8(self) -> int | None:
        """The best price, None when the side is empty."""
        return self.sign * self.keys[-1] if self.keys else None

    def top(self, count: int) -> list[Level]:
        """Return the best levels, best first."""
        sign, sizes = self.sign, self.sizes
        return [(sign * key, sizes[sign * key]) for key in self.keys[: -count - 1 : -1]]

    def __iter__(self) -> Iterator[Level]:
        """Walk the levels from the best outwards."""
        sign, sizes = self.sign, self.sizes
        for key in reversed(self.keys):
            price_e8 = sign * key
            yield price_e8, sizes[price_e8]

    def __len__(self) -> int:
        return len(self.keys)


def _summed(levels: Sequence[Level]) -> dict[int, int]:
    """Return sizes by price, equal prices added up, sizes of 0 left out."""
    sizes = dict(levels)
    if len(sizes) == len(levels) and all(sizes.values()):
        return sizes
    sizes = {}
    for price_e8, size_e8 in levels:
        if size_e8:
            sizes[price_e8] = sizes.get(price_e8, 0) + size_e8
    return sizes


class SpotState(StrEnum):
    """Whether a spot book may be used."""

    EMPTY = "empty"  # no snapshot yet
    LIVE = "live"
    SUSPECT = "suspect"  # a gap, a wrong checksum or a lost connection; waits for a snapshot


class SpotBook:
    """The book of one exchange and the times that say how fresh it is."""

    __slots__ = ("asks", "bids", "exchange", "exchange_at_ns", "fault", "received_at_ns", "state")

    def __init__(self, exchange: str) -> None:
        self.exchange = exchange
        self.bids = SpotLadder.of_bids()
        self.asks = SpotLadder.of_asks()
        self.state = SpotState.EMPTY
        self.fault: str | None = None
        self.received_at_ns: int | None = None
        self.exchange_at_ns: int | None = None

    def note(self, event: SpotSnapshot | SpotDelta | SpotFault) -> bool:
        """Take up the state and times of an event; return whether its levels are to be applied."""
        if isinstance(event, SpotFault):
            if event.kind.breaks_book:
                self.state = SpotState.SUSPECT
                self.fault = f"{event.kind}: {event.detail}"
            return False
        if isinstance(event, SpotDelta) and self.state is not SpotState.LIVE:
            return False  # a delta without its snapshot means nothing
        self.state = SpotState.LIVE
        self.fault = None
        self.received_at_ns = event.received_at_ns
        self.exchange_at_ns = event.exchange_at_ns
        return True

    def apply(self, event: SpotSnapshot | SpotDelta | SpotFault) -> None:
        """Apply an event of this exchange."""
        if not self.note(event) or isinstance(event, SpotFault):
            return
        if isinstance(event, SpotSnapshot):
            self.bids.replace(event.bids)
            self.asks.replace(event.asks)
            return
        for price_e8, size_e8 in event.bids:
            self.bids.set(price_e8, size_e8)
        for price_e8, size_e8 in event.asks:
            self.asks.set(price_e8, size_e8)

    @property
    def mid_twice_e8(self) -> int | None:
        """Best bid + best ask (twice the mid, so that it stays whole); None when one is absent."""
        bid_e8, ask_e8 = self.bids.best_e8, self.asks.best_e8
        return None if bid_e8 is None or ask_e8 is None else bid_e8 + ask_e8

    @property
    def crossed(self) -> bool:
        """Whether the best bid is at or above the best ask."""
        bid_e8, ask_e8 = self.bids.best_e8, self.asks.best_e8
        return bid_e8 is not None and ask_e8 is not None and bid_e8 >= ask_e8
