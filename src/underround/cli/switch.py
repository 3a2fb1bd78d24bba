"""`underround kill` and `underround resume`: the kill switch, from any shell."""

import os
from typing import Annotated

from cyclopts import Parameter

from underround.app.clock import steady_clock
from underround.app.command_trail import note_command
from underround.app.config import load_config
from underround.app.output import write_json, write_line
from underround.app.trading.control import kill as kill_trading
from underround.app.trading.control import resume as resume_trading
from underround.cli.run import ConfigPath, Json


def kill(
    reason: Annotated[str, Parameter(help="why, for the journal")] = "by hand",
    *,
    config: ConfigPath = None,
    json: Json = False,
) -> None:
    """Stop everything that increases risk, at once and across restarts.

    Reductions and cancellations still pass: a leg that stands alone is still hedged or unwound.
    """
    settings, clock_ns = load_config(config, os.environ), steady_clock()
    done = kill_trading(settings, reason, clock_ns)
    note_command(settings, "kill", {"reason": reason, "done": done}, clock_ns())
    _say(done, json)


def resume(*, config: ConfigPath = None, json: Json = False) -> None:
    """Let trading go on after a halt."""
    settings, clock_ns = load_config(config, os.environ), steady_clock()
    done = resume_trading(settings, clock_ns)
    note_command(settings, "resume", {"done": done}, clock_ns())
    _say(done, json)


def _say(text: str, json: bool) -> None:
    if json:
        write_json({"done": text})
    else:
        write_line(text)
