"""`underround run`: live books, underrounds and signals; and `underround record`, books only."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from underround.app.config import load_config
from underround.app.logs import LogFormat, log_to_stderr
from underround.app.output import write_json
from underround.app.run_status import show_summary
from underround.app.session import SessionRequest, run_session
from underround.app.stopping import run_live
from underround.cli.errors import ExitCode
from underround.cli.live_gate import trading_mode
from underround.cli.page import HIDDEN, PageFlags
from underround.core.errors import RiskHaltError

ConfigPath = Annotated[Path | None, Parameter(help="configuration file (TOML)")]
Seconds = Annotated[
    float | None, Parameter(validator=Number(gt=0), help="end by itself after this long")
]
KalshiEnvironment = Annotated[
    Literal["production", "demo"] | None, Parameter(help="which Kalshi to speak to")
]
Json = Annotated[bool, Parameter(negative=(), help="one JSON object on stdout at the end")]
Quiet = Annotated[bool, Parameter(negative=(), help="show no progress")]
LogForm = Annotated[
    LogFormat | None, Parameter(name="--log-format", help="how the log is written; else [logging]")
]
Verbose = Annotated[bool, Parameter(negative=(), help="log more")]


def run(
    *,
    config: ConfigPath = None,
    pairs: Annotated[Path | None, Parameter(help="the pairs to compare (pairs.toml)")] = None,
    kalshi_env: KalshiEnvironment = None,
    transport: Annotated[
        Literal["socket", "rest"], Parameter(help="rest polls everything, the old way")
    ] = "socket",
    every: Annotated[
        float, Parameter(validator=Number(gte=1, lte=3600), help="seconds between polls with rest")
    ] = 20.0,
    prices: Annotated[str | None, Parameter(help="price store: memory://, redis://…")] = None,
    recording: Annotated[Path | None, Parameter(help="where to record (a new folder)")] = None,
    record: Annotated[bool, Parameter(help="record every input")] = True,
    paper: Annotated[bool, Parameter(negative=(), help="trade what is found, on paper")] = False,
    live: Annotated[bool, Parameter(negative=(), help="trade it with real money")] = False,
    account: Annotated[str | None, Parameter(help="the account's name, for --live")] = None,
    seconds: Seconds = None,
    page: PageFlags = HIDDEN,
    log_format: LogForm = None,
    json: Json = False,
    verbose: Verbose = False,
) -> int:
    """Stream both venues' books live and find underrounds; trade them on paper or live.

    Needs no key: without one Kalshi's books are polled over REST and marked slow. Without a pairs
    file it watches the most traded markets. Everything is recorded; `underround replay` runs it
    again. Ctrl+C stops and prints a summary.
    """
    flags: dict[str, Any] = {}
    if pairs is not None:
        flags["pairs"] = str(pairs)
    if prices is not None:
        flags["storage"] = {"prices": prices}
    flags |= environment_flags(kalshi_env)
    request = SessionRequest(
        config_path=config,
        flags=flags | page.settings() | log_flags(log_format),
        kind="run",
        recording=recording,
        records=record,
        seconds=seconds,
        transport=transport,
        every_s=every,
        shows=not json,
        verbose=verbose,
        trades=trading_mode(config, flags, paper=paper, live=live, account=account),
        face=page.face(),
    )
    return _carry_out(request, json, verbose)


def record(
    *,
    out: Annotated[Path | None, Parameter(help="where to record (a new folder)")] = None,
    config: ConfigPath = None,
    kalshi_env: KalshiEnvironment = None,
    seconds: Seconds = None,
    log_format: LogForm = None,
    json: Json = False,
    verbose: Verbose = False,
) -> int:
    """Record both venues' books as they arrive, without looking for anything.

    The most traded markets of both venues, or those the configuration names. The recording can
    be replayed, byte for byte what the venues sent.
    """
    request = SessionRequest(
        config_path=config,
        flags=environment_flags(kalshi_env) | log_flags(log_format),
        kind="record",
        recording=out,
        seconds=seconds,
        shows=not json,
        verbose=verbose,
        detects=False,
    )
    return _carry_out(request, json, verbose)


def environment_flags(kalshi_env: str | None) -> dict[str, Any]:
    """Return the flag that names Kalshi's environment, where one was given."""
    return {} if kalshi_env is None else {"venues": {"kalshi": {"environment": kalshi_env}}}


def log_flags(form: LogFormat | None) -> dict[str, Any]:
    """Return the flag that says how the log is written, where one was given."""
    return {} if form is None else {"logging": {"format": form}}


def _carry_out(request: SessionRequest, json: bool, verbose: bool) -> int:
    config = load_config(request.config_path, os.environ, request.flags)
    log_to_stderr(verbose, config.logging.format, level=config.logging.level)
    return end(run_live(run_session(request)), json)


def end(result: dict[str, Any] | None, json: bool) -> int:
    """Write what a session returned, and return the exit code.

    RiskHaltError where trading stands halted at its end: that is for a person, not for a restart.
    """
    if result is None:
        return ExitCode.INTERRUPTED
    if json:
        write_json(result)
    else:
        show_summary(result)
    if (halt := result.get("trades", {}).get("halt")) is not None:
        raise RiskHaltError(f"trading is halted: {halt}; `underround resume` lets it go on")
    return ExitCode.OK
