"""Trading in the demo: rails raised for play money, a journal beside the recording."""

from pathlib import Path

from msgspec.structs import replace

from underround.app.config import Config
from underround.app.sections.trading import PaperConfig, RiskConfig, TradingConfig


def trading_demo_config(config: Config, recording: Path, seed: int) -> Config:
    """Return the demo's configuration with paper trading: a journal beside the recording."""
    return replace(
        config,
        risk=RiskConfig(
            max_pair_usd="2000",
            max_venue_usd="5000",
            max_day_usd="20000",
            max_unsettled_usd="20000",
            max_daily_loss_usd="500",
            max_naked_contracts=1_000,
            max_orders_per_minute=1_000,
            before_close_s=5,
        ),
        trading=TradingConfig(
            journal=f"{recording}.trades.db", kill_file=f"{recording}.kill", account="demo"
        ),
        paper=PaperConfig(latency_ms=(5, 10, 15, 25, 40), seed=seed + 1),
    )
