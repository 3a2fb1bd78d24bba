"""`underround reconcile`: both accounts against the journal, outside any run."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from underround.app.clock import steady_clock
from underround.app.command_trail import note_command
from underround.app.config import load_config
from underround.app.output import write_json, write_line
from underround.app.trading.account_check import adopt, compared
from underround.cli.errors import ExitCode
from underround.cli.run import ConfigPath, Json
from underround.cli.trades import Journal


def reconcile(
    *,
    live: Annotated[bool, Parameter(negative=(), help="the real accounts; else paper's")] = False,
    take: Annotated[
        bool, Parameter(name="--adopt", negative=(), help="take differences as explained")
    ] = False,
    journal: Journal = None,
    config: ConfigPath = None,
    json: Json = False,
) -> int:
    """Read balances, open orders, fills and positions of both venues and compare.

    Exit code 1 when something differs; a run does not trade until that is explained. `--adopt`
    notes positions that were there before the journal, or that a person has explained.
    """
    settings = load_config(config, os.environ)
    path = journal or Path(settings.trading.journal)
    found = asyncio.run(compared(settings, path, steady_clock(), live=live))
    if take and found:
        said = {"differences": [each.text for each in found]}
        found = adopt(settings, path, found, steady_clock())
        note_command(settings, "adopt", said, steady_clock()())
    if json:
        rows = [{"venue": each.venue.value, "difference": each.text} for each in found]
        write_json({"differences": rows})
    else:
        for each in found:
            write_line(f"{each.venue}: {each.text}")
        if not found:
            write_line("both accounts are what the journal says")
    return ExitCode.FAILED if found else ExitCode.OK
