"""The streaming guide's name for the execution layer: `underround.app.arbitrage_executor`."""

from underround.app.arbitrage_executor import ArbitrageExecutor

__all__ = ["ArbitrageExecutor"]
