"""`underround markets`: what is traded most on each venue now."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.table import Table

from underround.app.config import load_config
from underround.app.market_table import market_rows
from underround.app.output import write_json
from underround.cli.run import ConfigPath, Json, KalshiEnvironment, environment_flags


def markets(
    *,
    top: Annotated[int, Parameter(validator=Number(gte=1, lte=1000))] = 10,
    config: ConfigPath = None,
    kalshi_env: KalshiEnvironment = None,
    json: Json = False,
) -> None:
    """List the most traded markets of each venue, by volume of the last 24 hours.

    Needs no key. The ids shown are those that a pairs file names.

    Parameters
    ----------
    top
        How many of each venue.
    """
    path: Path | None = config
    settings = load_config(path, os.environ, environment_flags(kalshi_env))
    rows, faults = asyncio.run(market_rows(settings, top))
    for fault in faults:
        if not rows:
            raise fault
        print(f"warning: {fault}", file=sys.stderr)
    if json:
        write_json({"markets": rows, "failed": [str(fault) for fault in faults]})
        return
    console = Console()
    for venue, listed in rows.items():
        table = Table("24 h volume", "fee", "id", "question", title=venue)
        for row in listed:
            table.add_row(row["volume_24h"], f"{row['fee_rate']:.3f}", row["id"], row["title"])
        console.print(table)
