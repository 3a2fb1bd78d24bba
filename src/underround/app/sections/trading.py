"""The operator's rails and habits of trading: `[risk]`, `[trading]` and `[paper]`.

The limits ship ON and small; raising one takes a line of its own. Reads no file, opens nothing.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.settings import LegPolicy, TradingSettings
from underround.core.units import NS_PER_MS, NS_PER_SECOND, parse_price_e4, parse_usd_e6
from underround.execution.paper import PaperSettings

Money = Annotated[
    str,
    Meta(pattern=r"^\d{1,9}(\.\d{1,6})?$", description='dollars without a sign, such as "25"'),
]
Price = Annotated[
    str, Meta(pattern=r"^0?\.\d{1,4}$", description='dollars below 1, such as "0.05"')
]
Patience = Annotated[
    int, Meta(ge=1, le=600_000, description="a whole number of milliseconds, 1 … 600000")
]
Seconds = Annotated[int, Meta(ge=0, le=86_400, description="a whole number of seconds")]
Number = Annotated[int, Meta(ge=0, le=100_000, description="a whole number, 0 … 100000")]
Rate = Annotated[int, Meta(ge=0, le=10_000, description="basis points, 0 … 10000")]
Path = Annotated[str, Meta(min_length=1, description="a text that is not empty")]


class RiskConfig(Struct, frozen=True, kw_only=True):
    """Every rail of the risk gate. Money in dollars."""

    max_order_usd: Money = "25"
    max_pair_usd: Money = "100"
    max_venue_usd: Money = "500"
    max_day_usd: Money = "1000"
    max_unsettled_usd: Money = "500"
    max_daily_loss_usd: Money = "25"
    max_naked_contracts: Number = 50
    max_naked_seconds: Seconds = 10
    max_orders_per_minute: Number = 60
    collar_usd: Price = "0.05"
    max_quote_age_ms: Patience = 2_000
    balance_reserve_usd: Money = "10"
    before_close_s: Seconds = 60

    def limits(self) -> RiskLimits:
        """Return the rails in the engine's units."""
        return RiskLimits(
            max_order_usd_e6=parse_usd_e6(self.max_order_usd),
            max_pair_usd_e6=parse_usd_e6(self.max_pair_usd),
            max_venue_usd_e6=parse_usd_e6(self.max_venue_usd),
            max_day_usd_e6=parse_usd_e6(self.max_day_usd),
            max_unsettled_usd_e6=parse_usd_e6(self.max_unsettled_usd),
            max_daily_loss_usd_e6=parse_usd_e6(self.max_daily_loss_usd),
            max_naked_e6=self.max_naked_contracts * 10**6,
            max_naked_ns=self.max_naked_seconds * NS_PER_SECOND,
            max_orders_per_minute=self.max_orders_per_minute,
            collar_e4=parse_price_e4(self.collar_usd),
            max_quote_age_ns=self.max_quote_age_ms * NS_PER_MS,
            balance_reserve_usd_e6=parse_usd_e6(self.balance_reserve_usd),
            before_close_ns=self.before_close_s * NS_PER_SECOND,
        )


class TradingConfig(Struct, frozen=True, kw_only=True):
    """How trades are made, where they are journaled, and the file that stops them."""

    account: Path = "paper"
    journal: Path = "data/trades.db"
    kill_file: Path = "data/kill"
    leg_order: Literal["certainty", "settlement", "latency", "together"] = "settlement"
    all_or_nothing: bool = False
    min_edge_usd: Price = "0.002"
    hedge_tries: Number = 2
    hedge_slack_usd: Price = "0.02"
    deadline_ms: Patience = 3_000
    order_life_ms: Patience = 3_000
    unwind_tries: Number = 5

    def settings(self, risk: RiskConfig) -> TradingSettings:
        """Return these habits, and the rails, in the engine's units."""
        return TradingSettings(
            limits=risk.limits(),
            policy=LegPolicy(self.leg_order),
            all_or_nothing=self.all_or_nothing,
            min_edge_e6=parse_usd_e6(self.min_edge_usd),
            hedge_tries=self.hedge_tries,
            hedge_slack_e4=parse_price_e4(self.hedge_slack_usd),
            deadline_ns=self.deadline_ms * NS_PER_MS,
            order_life_ns=self.order_life_ms * NS_PER_MS,
            unwind_tries=max(self.unwind_tries, 1),
        )


class PaperConfig(Struct, frozen=True, kw_only=True):
    """How hard paper trading is. Rates in basis points (1 = 0.01 %).

    `latency_ms` takes the place of the measured distributions when it is not empty.
    """

    balance_usd: Money = "10000"
    latency_ms: tuple[Patience, ...] = ()
    rejects_bps: Rate = 100
    unanswered_bps: Rate = 50
    settlement_failures_bps: Rate = 100
    rivals_bps: Rate = 1_000
    seed: Number = 0

    def settings(self) -> PaperSettings:
        """Return these figures in the broker's units."""
        made = PaperSettings(
            balance_usd_e6=parse_usd_e6(self.balance_usd),
            rejects_e4=self.rejects_bps,
            unanswered_e4=self.unanswered_bps,
            settlement_failures_e4=self.settlement_failures_bps,
            rivals_e4=self.rivals_bps,
        )
        if not self.latency_ms:
            return made
        drawn = tuple(each * NS_PER_MS for each in self.latency_ms)
        return PaperSettings(
            balance_usd_e6=made.balance_usd_e6,
            latencies_ns=dict.fromkeys(made.latencies_ns, drawn),
            rejects_e4=made.rejects_e4,
            unanswered_e4=made.unanswered_e4,
            settlement_failures_e4=made.settlement_failures_e4,
            rivals_e4=made.rivals_e4,
        )
