"""The streaming guide's name for the execution layer, `ArbitrageExecutor`."""

from underround.app.trading.arbitrage_executor import ArbitrageExecutor

__all__ = ["ArbitrageExecutor"]
