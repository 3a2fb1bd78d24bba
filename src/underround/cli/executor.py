"""`underround executor run`: trading in a process of its own, fed from the signal queue."""

import os
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from underround.app.config import load_config
from underround.app.logs import log_to_stderr
from underround.app.session import SessionRequest, run_session
from underround.app.stopping import run_live
from underround.cli.live_gate import trading_mode
from underround.cli.run import ConfigPath, Json, LogForm, Seconds, Verbose, end, log_flags

app = App(name="executor", help="Trade what is signalled, in a process of its own.")


@app.command
def run(
    *,
    live: Annotated[bool, Parameter(negative=(), help="with real money; else on paper")] = False,
    account: Annotated[str | None, Parameter(help="the account's name, for --live")] = None,
    recording: Annotated[Path | None, Parameter(help="where to record (a new folder)")] = None,
    config: ConfigPath = None,
    seconds: Seconds = None,
    log_format: LogForm = None,
    json: Json = False,
    verbose: Verbose = False,
) -> int:
    """Take signals as the group `executor` and trade them; one process an account.

    Another `underround run` finds the signals. A second executor on the same journal ends with 1
    and names the first.
    """
    logging = load_config(config, os.environ, log_flags(log_format)).logging
    log_to_stderr(verbose, logging.format, level=logging.level)
    request = SessionRequest(
        config_path=config,
        flags=log_flags(log_format),
        kind="executor",
        recording=recording,
        seconds=seconds,
        shows=not json,
        verbose=verbose,
        trades=trading_mode(config, {}, paper=not live, live=live, account=account),
        from_queue=True,
    )
    return end(run_live(run_session(request)), json)
