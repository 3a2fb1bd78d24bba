"""How trading behaves: leg order, patience, collars; made by the shell from the configuration."""

from enum import StrEnum

from msgspec import Struct, field

from underround.core.instrument import Venue
from underround.core.trading.risk_limits import RiskLimits
from underround.core.units import NS_PER_MS, NS_PER_SECOND


class LegPolicy(StrEnum):
    """Which leg goes first.

    CERTAINTY: the one whose book holds least beyond what is wanted. SETTLEMENT: the one whose match
    may still fail. LATENCY: the slower venue, so that the hedge is quick. TOGETHER: all at once
    where every book holds several times what is wanted, else by certainty.
    """

    CERTAINTY = "certainty"
    SETTLEMENT = "settlement"
    LATENCY = "latency"
    TOGETHER = "together"


class TradingSettings(Struct, frozen=True, kw_only=True):
    """What the trading desk goes by. Times in ns, prices in price_e4, edges in usd_e6 a contract.

    `min_edge_e6` is what the worst case of a plan must leave. A hedge that fell short is tried
    again `hedge_tries` times, up to `hedge_slack_e4` dearer, until `deadline_ns` after the signal.
    An order is presumed able to live for `order_life_ns` after its sending. `unwind_slip_e4`: how
    far below the best bid an unwinding order may go, more with each try.
    """

    limits: RiskLimits = field(default_factory=RiskLimits)
    policy: LegPolicy = LegPolicy.SETTLEMENT
    min_edge_e6: int = 2_000
    together_depth: int = 3
    all_or_nothing: bool = False
    hedge_tries: int = 2
    hedge_slack_e4: int = 200
    deadline_ns: int = 3 * NS_PER_SECOND
    order_life_ns: int = 3 * NS_PER_SECOND
    unwind_tries: int = 5
    unwind_slip_e4: int = 100
    unwind_pause_ns: int = 500 * NS_PER_MS
    query_every_ns: int = NS_PER_SECOND
    page_after_ns: int = 30 * NS_PER_SECOND
    min_marketable_usd_e6: int = 1_000_000
    slower: tuple[Venue, ...] = (Venue.POLYMARKET, Venue.KALSHI)
    """Venues from the slowest to the fastest to answer an order."""
    settles_late: tuple[Venue, ...] = (Venue.POLYMARKET,)
    """Venues whose matches may still fail."""
