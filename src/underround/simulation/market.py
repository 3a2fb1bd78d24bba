"""The simulated markets and pairs: what each venue lists, and the state its engine keeps.

State only; the exchange changes it, the wires show it. Kalshi's NO side is kept as the asks of
the YES book, as Polymarket's NO token is: each venue has one book a market.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from underround.core.instrument import (
    CENTI_CENT,
    DECI_CENT,
    LINEAR_CENT,
    TAPERED_DECI_CENT,
    PriceGrid,
)
from underround.simulation.book import Book, Side

Direction = Literal["yes_no", "no_yes"]
"""`yes_no` buys YES on Polymarket and its opposite on Kalshi; `no_yes` the other two."""
DIRECTIONS: tuple[Direction, Direction] = ("yes_no", "no_yes")

STRUCTURES: dict[str, PriceGrid] = {
    "linear_cent": LINEAR_CENT,
    "tapered_deci_cent": TAPERED_DECI_CENT,
    "deci_cent": DECI_CENT,
    "banded_centi_cent": CENTI_CENT,
}
_TRADES_KEPT = 100


class Trade(NamedTuple):
    """A print: `taker` is the side of the YES book that the taker was on."""

    taker: Side
    price_e4: int
    size_e6: int
    at_ns: int


@dataclass(slots=True, frozen=True, kw_only=True)
class PolymarketEvent:
    """What Gamma tells of an event with several markets.

    `neg_risk`: exactly one of all its outcomes wins; `is_augmented`: outcomes may still be added.
    """

    id: str
    slug: str
    title: str
    neg_risk: bool = False
    neg_risk_id: str = ""
    is_augmented: bool = False


@dataclass(slots=True, frozen=True, kw_only=True)
class KalshiEvent:
    """What Kalshi tells of an event with several markets; exclusive: at most one of them wins."""

    title: str
    is_exclusive: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class PolymarketMarket:
    """One Gamma market with its two tokens and the one book they share.

    `winner` is the index of the token that paid, once the market is resolved; `rank` its place
    among the markets of its event, `label` its name there; `ends_at_s` an end by the calendar.
    """

    condition_id: str
    gamma_id: str
    slug: str
    question: str
    category: str
    tokens: tuple[str, str]
    fee_rate_e4: int
    tick_e4: int
    neg_risk: bool
    volume_24h: float
    end_after_s: float
    min_size_e6: int = 5_000_000
    fee_exponent: int = 1
    version: Literal["v1", "v2"] = "v1"
    description: str = ""
    outcomes: tuple[str, str] = ("Yes", "No")
    book: Book = field(default_factory=Book)
    last_trade_price_e4: int | None = None
    changed_at_ms: int = 0
    accepting: bool = True
    frozen: bool = False
    winner: int | None = None
    event: PolymarketEvent | None = None
    label: str = ""
    rank: int = 0
    is_other: bool = False
    ends_at_s: int | None = None

    @property
    def grid(self) -> PriceGrid:
        """The prices this market may trade at now."""
        return PriceGrid.uniform(self.tick_e4)

    @property
    def is_open(self) -> bool:
        """Whether orders trade now."""
        return self.accepting


@dataclass(slots=True, kw_only=True, eq=False)
class KalshiMarket:
    """One Kalshi market; `clock` is its exchange clock, which counts actions and may skip.

    `halted`: its shard or the whole exchange takes no orders; `strike` is dollars, absent until
    it is known (`cap` where it is a band's upper end); `expiration_value` is what the settlement
    was read from; `closes_at_s` a close by the calendar; `listing` has fields of the catalog that
    differ from what it makes of the rest.
    """

    ticker: str
    event_ticker: str
    series_ticker: str
    market_id: str
    title: str
    yes_sub_title: str
    rules: str
    category: str
    structure: str
    series_multiplier_e4: int
    volume_24h: float
    closes_after_s: float
    event_multiplier_e4: int | None = None
    strike_type: str = "custom"
    strike: float | None = None
    cap: float | None = None
    event: KalshiEvent | None = None
    closes_at_s: int | None = None
    book: Book = field(default_factory=Book)
    clock: int = 0
    status: str = "active"
    frozen: bool = False
    halted: bool = False
    trades: deque[Trade] = field(default_factory=lambda: deque(maxlen=_TRADES_KEPT))
    traded_e6: int = 0
    result: str = ""
    expiration_value: str = ""
    listing: dict[str, Any] = field(default_factory=dict)

    @property
    def grid(self) -> PriceGrid:
        """The prices this market may trade at."""
        return STRUCTURES[self.structure]

    @property
    def fee_multiplier_e4(self) -> int:
        """The fee multiplier in force: the event's, else the series'."""
        if self.event_multiplier_e4 is not None:
            return self.event_multiplier_e4
        return self.series_multiplier_e4

    @property
    def shard(self) -> int:
        """The exchange index that it trades on."""
        return SHARD_OF_CATEGORY.get(self.category, 0)

    @property
    def is_open(self) -> bool:
        """Whether orders trade now."""
        return self.status == "active" and not self.halted

    @property
    def is_over(self) -> bool:
        """Whether orders will never trade again."""
        return self.status in ("closed", "determined", "finalized")


SHARDS = ("Default", "Combos", "Crypto & Commodities", "Tennis, Baseball, Basketball")
SHARD_OF_CATEGORY = {"Crypto": 2, "Sports": 3}

Market = PolymarketMarket | KalshiMarket


@dataclass(slots=True, kw_only=True, eq=False)
class Pair:
    """Two markets on one question; `inverse` when Polymarket YES pays as Kalshi NO does.

    `compared`: the pairs file names it and the flow plays on it; the others fill the lists.
    """

    id: str
    polymarket: PolymarketMarket
    kalshi: KalshiMarket
    inverse: bool
    note: str
    fair_e4: int
    unit_e4: int
    messages_per_s: float
    closes: bool = False
    reticks: bool = False
    compared: bool = True

    @property
    def is_open(self) -> bool:
        """Whether both legs could be taken."""
        return self.kalshi.is_open and self.polymarket.accepting

    @property
    def is_over(self) -> bool:
        """Whether one leg can never be taken again."""
        return self.kalshi.is_over or not self.polymarket.accepting
