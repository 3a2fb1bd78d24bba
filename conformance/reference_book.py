"""The reference's books: dicts of Decimal, states, and what is asked for. Slow and plain.

Written from `corpus/README.md` alone; imports nothing of the product, so that a misreading is
not made twice.
"""

from decimal import Decimal
from typing import Final

from conformance.cases import CaseInstrument, Level

Levels = dict[str, list[tuple[Decimal, Decimal]]]
"""(price in dollars, contracts) by side, in any order."""
Change = tuple[int, str, Decimal, Decimal]
"""(the venue's time in ms, side, price, new size)."""

ONE: Final = Decimal(1)
BID: Final = "bid"
ASK: Final = "ask"
SUSPECT_PATIENCE_MS: Final = 1_000
ASK_AGAIN_MS: Final = 2_000
FIRST_BOOK_MS: Final = 5_000
PROBE_AFTER_MS: Final = 5_000
PROBE_EVERY_MS: Final = 2_500
CLAIM_PATIENCE_MS: Final = 1_000
STALE_AFTER_MS: Final = 10_000
GROUP_QUIET_MS: Final = 5

AFTER: Final = {
    "snapshot": {"empty", "suspect", "stale", "resync"},
    "gap": {"live", "suspect", "stale"},
    "disconnected": {"live", "suspect", "stale"},
    "grid_changed": {"live", "suspect", "stale"},
    "contradicted": {"live"},
    "agreed": {"suspect"},
    "silent": {"live"},
    "proven": {"stale"},
}
LEADS_TO: Final = {
    "snapshot": "live",
    "gap": "resync",
    "disconnected": "resync",
    "grid_changed": "resync",
    "contradicted": "suspect",
    "agreed": "live",
    "silent": "stale",
    "proven": "live",
}


class ReferenceBook:
    """One instrument's levels, its state, and when what happened (ms)."""

    def __init__(self, instrument: CaseInstrument) -> None:
        self.id = instrument.id
        self.closes_at_ms = instrument.closes_at_ms
        self.sides: dict[str, dict[Decimal, Decimal]] = {BID: {}, ASK: {}}
        self.state = "empty"
        self.since_ms = 0
        self.is_crossed_only = False
        self.has_snapshot = False
        self.snapshot_time = 0
        self.time = 0
        self.changes: list[Change] = []
        self.claims: tuple[int, str, str] | None = None
        self.group_at_ms = -GROUP_QUIET_MS
        self.proven_ms = -(10**9)
        self.updated_ms = -(10**9)
        self.connection: str | None = None
        self.stream: int | None = None
        self.is_closed = False
        self.is_halted = False
        self.top_claim: tuple[int, int | None, str, str] | None = None
        self.set_grid([(Decimal(a), Decimal(b), Decimal(c)) for a, b, c in instrument.ranges_e4])

    def set_grid(self, ranges_e4: list[tuple[Decimal, Decimal, Decimal]]) -> None:
        """Take over the price ranges; levels off the new grid are dropped."""
        self.ranges_e4 = ranges_e4
        for levels in self.sides.values():
            for price in [price for price in levels if not self.is_on_grid(price)]:
                del levels[price]

    def is_on_grid(self, price: Decimal) -> bool:
        """Tell whether a price (dollars) is one of the instrument's."""
        e4 = price * 10_000
        return 0 < price < 1 and any(
            start <= e4 <= end and (e4 - start) % step == 0 for start, end, step in self.ranges_e4
        )

    def refine(self) -> None:
        """Allow every price in steps of $0.0001: the catalog's grid was not the venue's."""
        self.ranges_e4 = [(Decimal(0), Decimal(10_000), ONE)]

    def set(self, side: str, price: Decimal, size: Decimal) -> None:
        """Give a level a size; zero removes it."""
        if size:
            self.sides[side][price] = size
        else:
            self.sides[side].pop(price, None)

    def best(self, side: str) -> Decimal | None:
        """Return the greatest bid or the least ask, None when there is none."""
        prices = self.sides[side]
        return (max if side == BID else min)(prices) if prices else None

    def is_crossed(self) -> bool:
        """Tell whether the best bid is at or above the best ask."""
        bid, ask = self.best(BID), self.best(ASK)
        return bid is not None and ask is not None and bid >= ask

    def agrees_with_claims(self) -> bool | None:
        """Compare with the best prices that the venue claimed last; None when it claimed none."""
        if self.claims is None:
            return None
        return self.has_best(self.claims[1], self.claims[2]) and not self.is_crossed()

    def has_best(self, bid: str, ask: str) -> bool:
        """Tell whether the best prices are these; "0" and "1" stand for empty sides."""
        for side, text, empty in ((BID, bid, 0), (ASK, ask, 1)):
            best = self.best(side)
            if text and Decimal(text) != (Decimal(empty) if best is None else best):
                return False
        return True

    def is_overtaken(self, time: int, side: str, price: Decimal) -> bool:
        """Tell whether a later message has changed the level."""
        return any(each[0] > time and each[1:3] == (side, price) for each in self.changes)

    def has_top(self, levels: Levels) -> bool:
        """Tell whether the best five levels of both sides are those of an image."""
        for side in (BID, ASK):
            image = {price: size for price, size in levels[side] if size}
            wanted = sorted(image.items(), reverse=side == BID)[:5]
            if sorted(self.sides[side].items(), reverse=side == BID)[:5] != wanted:
                return False
        return True

    def shown(self, side: str) -> list[Level]:
        """Return the levels in integers, best first."""
        levels = sorted(self.sides[side].items(), reverse=side == BID)
        return [(int(price * 10_000), int(size * 1_000_000)) for price, size in levels]


def parse_price(text: object) -> Decimal:
    """Return a price in dollars; ValueError unless text, 0…1 and in steps of $0.0001."""
    if not isinstance(text, str):
        raise ValueError(f"price {text!r} is not text")
    price = _finite(text)
    if not 0 <= price <= 1 or price * 10_000 % 1:
        raise ValueError(f"price {text!r}")
    return price


def parse_size(text: object, *, signed: bool = False) -> Decimal:
    """Return a count of contracts; ValueError unless text, finite and below a billion."""
    if not isinstance(text, str):
        raise ValueError(f"size {text!r} is not text")
    size = _finite(text)
    if abs(size) > 10**9 or (size < 0 and not signed):
        raise ValueError(f"size {text!r}")
    return size


def _finite(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except ArithmeticError:
        raise ValueError(text) from None
    if not number.is_finite():
        raise ValueError(text)
    return number
