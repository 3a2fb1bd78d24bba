"""`underround trades`, `positions` and `pnl`: what the trade journal says, for all readers.

`trades decide` is the one that changes it: a person's word on an order of unknown fate.
"""

import asyncio
import os
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from underround.app.clock import steady_clock
from underround.app.command_trail import note_command, person
from underround.app.config import load_config
from underround.app.output import write_json, write_line, write_table
from underround.app.trading.control import opened_journal, portfolio_of
from underround.app.trading.order_decision import Wanted, decide
from underround.app.trading.reports import (
    MONEY,
    POSITION_HEADS,
    TRADE_HEADS,
    cells_of,
    position_cells,
    position_rows,
    profit,
    tax_csv,
    trade_rows,
    trades_csv,
)
from underround.app.trading.trade_story import story_lines, trade_story
from underround.cli.run import ConfigPath, Json
from underround.core.errors import UnderroundError
from underround.core.units import (
    format_usd,
    parse_price_e4,
    parse_size_e6,
    parse_usd_e6,
)
from underround.stores.journal import restore

Journal = Annotated[Path | None, Parameter(help="the journal, instead of the configured one")]

trades = App(name="trades", help="Show trades; export, back up or restore the journal; decide.")


@trades.default
def show_trades(
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
    write_table(TRADE_HEADS, map(cells_of, rows), name=2, numeric=(3, 4, 5))
    if portfolio.halt is not None:
        write_line(f"halted: {portfolio.halt}; `underround resume` when it is understood")


@trades.command(name="show")
def show_trade(
    trade: Annotated[str, Parameter(help="its id, as `underround trades` and every call name it")],
    *,
    journal: Journal = None,
    config: ConfigPath = None,
    json: Json = False,
) -> None:
    """Show one trade: its legs, every step, order and fill with its time, and what came of it."""
    with opened_journal(journal_path(config, journal)) as opened:
        story = trade_story(opened.read(), trade)
    if json:
        write_json(story)
        return
    for line in story_lines(story):
        write_line(line)


@trades.command(name="decide")
def decide_order(
    order: Annotated[str, Parameter(help="the order's id, as the call for a person named it")],
    *,
    reason: Annotated[str, Parameter(help="how you know, for the journal")],
    filled: Annotated[str | None, Parameter(help="contracts@price, such as 12@0.45")] = None,
    fee: Annotated[str, Parameter(help="the fee of that fill in dollars")] = "0",
    absent: Annotated[bool, Parameter(negative=(), help="it never arrived")] = False,
    unasked: Annotated[
        bool, Parameter(negative=(), help="do not ask the venue, which will never answer")
    ] = False,
    by: Annotated[str | None, Parameter(help="who decides; else who is logged in")] = None,
    journal: Journal = None,
    config: ConfigPath = None,
    json: Json = False,
) -> None:
    """Decide what became of an order that nobody can tell of; journaled with who, when and why.

    Stop the run first. The venue is asked, and the decision refused while it can still tell.
    """
    if absent == (filled is not None):
        raise UnderroundError("say either --absent or --filled CONTRACTS@PRICE")
    size_e6, price_e4, fee_usd_e6 = _fill(filled, fee)
    settings = load_config(config, os.environ)
    wanted = Wanted(
        order=order,
        filled_e6=size_e6,
        price_e4=price_e4,
        fee_usd_e6=fee_usd_e6,
        who=by or person(),
        reason=reason,
        asks=not unasked,
    )
    path = journal or Path(settings.trading.journal)
    clock_ns = steady_clock()
    done = asyncio.run(decide(settings, path, wanted, clock_ns))
    said = {"order": order, "filled": filled or "absent", "reason": reason, "by": wanted.who}
    note_command(settings, "decide", said | {"asked": wanted.asks}, clock_ns())
    if json:
        write_json({"done": done})
    else:
        write_line(done)


def _fill(filled: str | None, fee: str) -> tuple[int, int, int]:
    """Read contracts, price and fee; UnderroundError for what is none."""
    if filled is None:
        return 0, 0, 0
    size, _, price = filled.partition("@")
    try:
        made = parse_size_e6(size), parse_price_e4(price), parse_usd_e6(fee)
    except ValueError as fault:
        raise UnderroundError(f"--filled {filled}: {fault}; write 12@0.45") from None
    if not made[0] or not made[1]:
        raise UnderroundError(f"--filled {filled}: use --absent for an order that never arrived")
    return made


def positions(*, journal: Journal = None, config: ConfigPath = None, json: Json = False) -> None:
    """Show what is held at each venue, by the journal."""
    rows = position_rows(portfolio_of(journal_path(config, journal)))
    if json:
        write_json({"positions": rows})
        return
    write_table(POSITION_HEADS, map(position_cells, rows), name=5, numeric=(3, 4))


def pnl(*, journal: Journal = None, config: ConfigPath = None, json: Json = False) -> None:
    """Show realised against quoted edge, and what became of the difference."""
    made = profit(portfolio_of(journal_path(config, journal)))
    if json:
        write_json(made)
        return
    cells = [
        (day, str(sums["trades"]), *(format_usd(sums[name]) for name in MONEY))
        for day, sums in [*made["days"].items(), ("all", made["all"])]
    ]
    heads = ("day", "trades", *(name.removesuffix("_usd_e6") for name in MONEY))
    write_table(heads, cells, name=0, numeric=range(1, len(heads)))
    if made["presumed"]:
        write_line(f"{made['presumed']} trades have not settled: a dollar a set is presumed")


def journal_path(config: Path | None, journal: Path | None) -> Path:
    """Return the journal that was named, or the configured one."""
    return journal or Path(load_config(config, os.environ).trading.journal)
