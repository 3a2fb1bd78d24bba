"""`underround demo`: the whole on simulated venues, without key, server or network."""

import random
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from underround.app.config import Config
from underround.app.logs import LogFormat, log_to_stderr
from underround.app.output import write_json
from underround.app.run_status import show_summary
from underround.app.sections.web import WebConfig
from underround.app.session import new_recording
from underround.app.simulated.demo import run_demo
from underround.app.stopping import run_live
from underround.cli.kinds import Kinds
from underround.cli.page import SHOWN, ShownPageFlags
from underround.cli.run import Seconds
from underround.simulation.structures.structure import read_kinds


def demo(
    *,
    seconds: Seconds = None,
    seed: Annotated[int | None, Parameter(help="the venues' history; random by default")] = None,
    recording: Annotated[Path | None, Parameter(help="where to record (a new folder)")] = None,
    prices: Annotated[str, Parameter(help="price store")] = "embedded://",
    trade: Annotated[bool, Parameter(negative=(), help="trade what is found, on paper")] = False,
    orders: Annotated[
        Literal["paper", "venues"], Parameter(help="on paper, or at the simulated venues")
    ] = "paper",
    kinds: Kinds = "cross_venue",
    page: ShownPageFlags = SHOWN,
    log_format: Annotated[LogFormat, Parameter(help="how the log is written")] = "friendly",
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Watch true underrounds open and close on two simulated venues.

    Starts both venues on this machine, streams their books, finds underrounds, shares prices,
    records everything, and at the end compares what was found with the venues' own ledger.

    Parameters
    ----------
    json
        Write one JSON object to stdout at the end and nothing else.
    """
    if seed is None:
        seed = random.randrange(1_000_000)
    if recording is None:
        recording = new_recording(Config(), "demo")
    log_to_stderr(form=log_format)
    result = run_live(
        run_demo(
            seconds,
            seed,
            recording,
            prices,
            shows=not json,
            trades=orders if trade else None,
            kinds=read_kinds(kinds),
            face=page.face(),
            web=WebConfig(**page.settings()["web"]),
            logs_run=log_format == "json",
        )
    )
    if json:
        write_json(result)
    else:
        show_summary(result)
