"""The simulated markets and pairs: what each venue lists, and the state its engine keeps.

State only; the exchange changes it, the wires show it. Kalshi's NO side is kept as the asks of
the YES book, as Polymarket's NO token is: each venue has one book a market.
"""

from dataclasses import dataclass, field
from typing import Literal

from underround.core.instrument import LINEAR_CENT, TAPERED_DECI_CENT, PriceGrid
from underround.simulation.book import Book

Direction = Literal["yes_no", "no_yes"]
"""`yes_no` buys YES on Polymarket and its opposite on Kalshi; `no_yes` the other two."""
DIRECTIONS: tuple[Direction, Direction] = ("yes_no", "no_yes")

STRUCTURES: dict[str, PriceGrid] = {
    "linear_cent": LINEAR_CENT,
    "tapered_deci_cent": TAPERED_DECI_CENT,
}


@dataclass(slots=True, kw_only=True, eq=False)
class PolymarketMarket:
    """One Gamma market with its two tokens and the one book they share."""

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
    book: Book = field(default_factory=Book)
    last_trade_price_e4: int | None = None
    changed_at_ms: int = 0
    accepting: bool = True
    frozen: bool = False

    @property
    def grid(self) -> PriceGrid:
        """The prices this market may trade at now."""
        return PriceGrid.uniform(self.tick_e4)


@dataclass(slots=True, kw_only=True, eq=False)
class KalshiMarket:
    """One Kalshi market; `clock` is its exchange clock, which counts actions and may skip."""

    ticker: str
    event_ticker: str
    series_ticker: str
    market_id: str
    title: str
    yes_sub_title: str
    rules: str
    category: str
    structure: str
    fee_multiplier_e4: int
    volume_24h: float
    closes_after_s: float
    book: Book = field(default_factory=Book)
    clock: int = 0
    status: str = "active"
    frozen: bool = False

    @property
    def grid(self) -> PriceGrid:
        """The prices this market may trade at."""
        return STRUCTURES[self.structure]

    @property
    def is_open(self) -> bool:
        """Whether orders still trade."""
        return self.status == "active"


Market = PolymarketMarket | KalshiMarket


@dataclass(slots=True, kw_only=True, eq=False)
class Pair:
    """Two markets on one question; `inverse` when Polymarket YES pays as Kalshi NO does."""

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

    @property
    def is_open(self) -> bool:
        """Whether both legs could be taken."""
        return self.kalshi.is_open and self.polymarket.accepting
