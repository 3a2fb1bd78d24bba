"""`underround backtest`: recordings traded on paper, latency by latency."""

import os
import re
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from underround.app.config import load_config
from underround.app.output import write_json, write_line
from underround.app.progress import reading
from underround.app.trading.backtest import run_backtest
from underround.app.trading.backtest_chart import profit_chart
from underround.cli.run import ConfigPath, Json, Quiet
from underround.core.errors import UnusableError


def backtest(
    *recordings: Annotated[Path, Parameter(help="folders that `run` or `demo` recorded")],
    latency: Annotated[str, Parameter(help="from sending to matching")] = "50ms,100ms,250ms,1s",
    seed: Annotated[int, Parameter(help="of chance in the paper broker")] = 1,
    chart: Annotated[Path | None, Parameter(help="write profit against latency (SVG)")] = None,
    config: ConfigPath = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Trade recordings on paper and show what each latency leaves of the profit.

    The whole pipe runs over them: codecs, engine, risk gate, paper broker. Limits and paper's
    hardness are those of the configuration.
    """
    if not recordings:
        raise UnusableError("name at least one recording (a folder)")
    settings = load_config(config, os.environ)
    delays_ms = latencies_ms(latency)
    with reading("trading", recordings, quiet=quiet, times=len(delays_ms)):
        rows = run_backtest(
            recordings,
            delays_ms,
            settings.trading.settings(settings.risk),
            settings.paper.settings(),
            seed,
        )
    if chart is not None:
        chart.write_text(profit_chart(rows), encoding="utf-8")
    if json:
        write_json({"seed": seed, "latencies": rows})
        return
    for row in rows:
        made = row["profit_a_trade_usd"]
        low, high = made["low"], made["high"]
        shown = "too few trades" if low is None else f"${low:+.3f} … ${high:+.3f} a trade"
        write_line(
            f"{row['latency_ms']:6} ms  {row['trades']:4} trades  {row['hedged']:4} hedged"
            f"  {row['no_fill']:4} missed  {row['unwound']:4} unwound"
            f"  still there {row['still_there']:.0%}  profit ${row['profit_usd']:+.2f}"
            f" of ${row['quoted_usd']:.2f} ({shown})"
        )


def latencies_ms(text: str) -> list[int]:
    """Return latencies of a text such as "50ms,1s"; UnusableError for anything else."""
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,6})\s*(ms|s)\s*", part)
        if match is None:
            raise UnusableError(f"latency {part.strip()!r} is not like 50ms or 1s")
        found.append(int(match[1]) * (1_000 if match[2] == "s" else 1))
    return found
