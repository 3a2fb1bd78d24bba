"""The door to real money: limits shown, the account's name typed, place and clock asked.

Decides whether `--live` may go on; trades nothing itself.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any, Literal

from underround.app.config import Config, load_config
from underround.app.trading.live import check_before_live, limits_shown
from underround.core.errors import ConfigError, UnderroundError


def trading_mode(
    config: Path | None, flags: dict[str, Any], *, paper: bool, live: bool, account: str | None
) -> Literal["paper", "live"] | None:
    """Return what a run trades with; raises when live trading may not go on."""
    if paper and live:
        raise ConfigError("--paper and --live exclude each other")
    if not live:
        return "paper" if paper else None
    confirm_live(load_config(config, os.environ, flags), account)
    return "live"


def confirm_live(config: Config, account: str | None) -> None:
    """Show the limits, have the account named, and ask place and clock; raises on a no."""
    name = config.trading.account
    if name == "paper":
        raise ConfigError('trading.account is still "paper": name the account in [trading]')
    for line in (f"Real money on account {name!r}. The limits:", *limits_shown(config)):
        print(line, file=sys.stderr)
    if account is None and sys.stdin.isatty():
        print("Type the account's name to go on: ", end="", file=sys.stderr, flush=True)
        account = sys.stdin.readline().strip()
    if account != name:
        raise UnderroundError(
            f"not confirmed: the account is {name!r}; type it, or give --account {name}"
        )
    asyncio.run(check_before_live(config))
