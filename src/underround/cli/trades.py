"""`underround trades`, `positions` and `pnl`: what the trade journal says, for all readers."""

import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from underround.app.config import load_config
from underround.app.output import write_json, write_line
from underround.app.trade_control import opened_journal, portfolio_of
from underround.app.trade_reports import (
    line_of,
    position_rows,
    profit,
    tax_csv,
    trade_rows,
    trades_csv,
)
from underround.cli.run import ConfigPath, Json
from underround.core.units import format_usd
from underround.stores.journal import restore

Journal = Annotated[Path | None, Parameter(help="the journal, instead of the configured one")]


def trades(
    *,
    limit: Annotated[int, Parameter(validator=Number(gte=1), help="how many of the latest")] = 20,
    csv: Annotated[Path | None, Parameter(help="write every trade to this file")] = None,
    tax: Annotated[Path | None, Parameter(help="write every fill and payout to this file")] = None,
    backup: Annotated[Path | None, Parameter(help="copy the journal to this new file")] = None,
    restore_from: Annotated[Path | None, Parameter(help="make the journal from a backup")] = None,
    journal: Journal = None,
    config: ConfigPath = None,
    json: Json = False,
) -> None:
    """Show the latest trades, oldest first; or copy, restore or export all of them."""
    path = journal_path(config, journal)
    if restore_from is not None:
        write_line(f"{path}: {restore(restore_from, path)} records restored")
        return
    if backup is not None:
        with opened_journal(path) as opened:
            write_line(f"{backup}: {opened.backup(backup)} records")
        return
    portfolio = portfolio_of(path)
    for target, text in ((csv, trades_csv), (tax, tax_csv)):
        if target is not None:
            target.write_text(text(portfolio), encoding="utf-8")
    rows = trade_rows(portfolio)[-limit:]
    if json:
        write_json({"trades": rows, "halt": portfolio.halt})
        return
    for row in rows:
        write_line(line_of(row))
    if portfolio.halt is not None:
        write_line(f"halted: {portfolio.halt}; `underround resume` when it is understood")


def positions(*, journal: Journal = None, config: ConfigPath = None, json: Json = False) -> None:
    """Show what is held at each venue, by the journal."""
    rows = position_rows(portfolio_of(journal_path(config, journal)))
    if json:
        write_json({"positions": rows})
        return
    for row in rows:
        write_line(
            f"{row['venue']:12} {row['contracts']:>10}  uncovered {row['uncovered']:>8}"
            f"  {row['instrument']}"
        )


def pnl(*, journal: Journal = None, config: ConfigPath = None, json: Json = False) -> None:
    """Show realised against quoted edge, and what became of the difference."""
    made = profit(portfolio_of(journal_path(config, journal)))
    if json:
        write_json(made)
        return
    for day, sums in [*made["days"].items(), ("all", made["all"])]:
        parts = [
            f"{name.removesuffix('_usd_e6')} {format_usd(value)}"
            for name, value in sums.items()
            if name.endswith("_usd_e6")
        ]
        write_line(f"{day:10} {sums['trades']:4} trades  " + "  ".join(parts))
    if made["presumed"]:
        write_line(f"{made['presumed']} trades have not settled: a dollar a set is presumed")


def journal_path(config: Path | None, journal: Path | None) -> Path:
    """Return the journal that was named, or the configured one."""
    return journal or Path(load_config(config, os.environ).trading.journal)
