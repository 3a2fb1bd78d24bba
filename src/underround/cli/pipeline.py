"""`underround pipeline`: index windows live, from one to the next. It prints."""

import os
from typing import Annotated

from cyclopts import CycloptsError, Parameter

from underround.app.bitcoin.guide_lines import summary_lines
from underround.app.bitcoin.session import DEFAULT_EVERY_S, BitcoinRequest, run_bitcoin_session
from underround.app.config import load_config
from underround.app.logs import log_to_stderr
from underround.app.output import write_json, write_line
from underround.app.stopping import run_live
from underround.cli.errors import ExitCode
from underround.cli.page import HIDDEN, PageFlags
from underround.cli.run import (
    ConfigPath,
    Json,
    KalshiEnvironment,
    LogForm,
    Seconds,
    Verbose,
    environment_flags,
    log_flags,
)

Simulated = Annotated[
    bool, Parameter(negative=(), help="on simulated exchanges and venues on this machine")
]
Seed = Annotated[int, Parameter(help="the simulated world")]
Fault = Annotated[
    tuple[str, ...],
    Parameter(
        name="--fault",
        negative=(),
        help="a fault of the simulated world, KIND:NAME, for instance freeze:kraken",
    ),
]


def pipeline(
    *words: Annotated[str, Parameter(help="series, then seconds between BRTI lines")],
    simulated: Simulated = False,
    seconds: Seconds = None,
    seed: Seed = 7,
    fault: Fault = (),
    record: Annotated[bool, Parameter(help="record every input")] = True,
    page: PageFlags = HIDDEN,
    config: ConfigPath = None,
    kalshi_env: KalshiEnvironment = None,
    log_format: LogForm = None,
    json: Json = False,
    verbose: Verbose = False,
) -> int:
    """Price Kalshi's index windows live against a BRTI of our own: SERIES… BRTI_SECONDS.

    Default KXBTC15M 2: `underround pipeline`, `underround pipeline KXBTC15M KXBTCD 5`. Rolls from
    window to window, prints markets, index and signals, and saves everything to
    data/realtime_session_<UTC time>.json with the recording beside it. Ctrl+C stops.
    """
    series, every_s = parse_words(words)
    flags = environment_flags(kalshi_env) | page.settings() | log_flags(log_format)
    logging = load_config(config, os.environ, flags).logging
    log_to_stderr(verbose, logging.format, level=logging.level)
    request = BitcoinRequest(
        series=series,
        every_s=every_s,
        seconds=seconds,
        simulated=simulated,
        seed=seed,
        faults=checked(fault, simulated),
        config_path=config,
        flags=flags,
        face=page.face(),
        shows=not json,
        records=record,
    )
    result = run_live(run_bitcoin_session(request))
    if json:
        write_json(result)
    else:
        for line in summary_lines(result):
            write_line(line)
    has_anything = result["brti"]["prints"] or result["windows"]["seen"]
    return ExitCode.OK if has_anything else ExitCode.VENUE


def parse_words(words: tuple[str, ...]) -> tuple[tuple[str, ...], float]:
    """Split series from the seconds that may follow them; a usage error names what is wrong."""
    series = list(words)
    every_s = DEFAULT_EVERY_S
    if series and series[-1][:1].isdigit():
        every_s = positive_seconds(series.pop())
    for name in series:
        if not name.isalnum() or name[:1].isdigit():
            raise CycloptsError(
                msg=f"{name!r} is no series; write SERIES… BRTI_SECONDS, for instance KXBTC15M 2"
            )
    return tuple(name.upper() for name in series), every_s


def positive_seconds(text: str) -> float:
    """Read a number of seconds above 0; a usage error otherwise."""
    try:
        seconds = float(text)
    except ValueError:
        raise CycloptsError(msg=f"{text!r} is no number of seconds") from None
    if not 0 < seconds < 86_400:
        raise CycloptsError(msg=f"{text} s is not between 0 and a day")
    return seconds


def checked(faults: tuple[str, ...], simulated: bool) -> tuple[str, ...]:
    """Return the faults; a usage error without a simulated world to have them."""
    if faults and not simulated:
        raise CycloptsError(msg="--fault needs --simulated: live venues have their own")
    return faults
