"""Dual-leg execution for programs of one's own: a run that trades, paper by default.

The checks of capital and slippage are the risk gate's; nothing here goes around it.
"""

from pathlib import Path
from typing import Any

from underround.app.session import SessionRequest, run_session
from underround.core.opportunity import Signal
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.settings import TradingSettings
from underround.core.trading.trade_plan import order_room_e6
from underround.core.units import NS_PER_MS


class ArbitrageExecutor:
    """`await ArbitrageExecutor().run(seconds=60)` trades on paper what is found meanwhile."""

    def __init__(self, config: Path | None = None, limits: RiskLimits | None = None) -> None:
        self._config = config
        self.settings = TradingSettings(limits=limits or RiskLimits())

    async def run(self, seconds: float | None = None) -> dict[str, Any] | None:
        """Trade on paper until stopped or for so long; return the summary with its `trades`."""
        request = SessionRequest(
            config_path=self._config,
            flags={},
            kind="executor",
            seconds=seconds,
            shows=False,
            trades="paper",
        )
        return await run_session(request)

    def contracts_allowed(self, signal: Signal) -> int:
        """Return how many contracts of a signal the rails of one order leave (millionths)."""
        return min(signal.size_e6, order_room_e6(signal.legs, self.settings))

    def refusal(self, signal: Signal, now_ns: int) -> str | None:
        """Say why a signal should not be traded now for its age or slippage; None when it may."""
        limits = self.settings.limits
        age_ns = now_ns - signal.at_ns
        if age_ns > limits.max_quote_age_ns:
            return f"the signal is {age_ns // NS_PER_MS} ms old"
        for leg in signal.legs:
            if leg.limit_e4 - leg.price_e4 > limits.collar_e4:
                return f"{leg.venue}: its size needs prices beyond the collar"
        return None
