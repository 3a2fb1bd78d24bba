"""One Bitcoin session from configuration to session file: what `underround pipeline` does.

Live and simulated differ in addresses only. Prints for a person unless told to be silent.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from underround.app.bitcoin.guide_lines import (
    ending_line,
    heading,
    index_line,
    signal_line,
    view_lines,
)
from underround.app.bitcoin.session_file import session_summary, write_session
from underround.app.bitcoin.session_log import SessionLog
from underround.app.bitcoin.simulated import simulated_bitcoin
from underround.app.bitcoin.window_run import Addresses, RunPlan, WindowRun, running_windows
from underround.app.clock import file_stamp, steady_clock
from underround.app.config import Config, load_config
from underround.app.output import write_line
from underround.app.page.bitcoin import as_running, with_bitcoin
from underround.app.page.face import Face, face_options
from underround.app.run_log import logging_chances
from underround.app.run_status import show_page
from underround.app.stopping import stop_on_signals, wait
from underround.app.telemetry.beside import exporters_for, names_of, telemetry
from underround.core.errors import ConfigError
from underround.core.opportunity import SignalKind
from underround.core.units import NS_PER_MS
from underround.core.windows.pricing_effect import PricingEffect, ValueRaised, WindowEnded
from underround.core.windows.spot_event import Asset
from underround.venues.kalshi.windows import asset_of

_log = logging.getLogger("underround")

FOLDER: Final = Path("data")
DEFAULT_EVERY_S: Final = 2.0


class BitcoinRequest(Struct, frozen=True, kw_only=True):
    """What a person asked for on the command line; `every_s` only sets the printing."""

    series: tuple[str, ...] = ()
    every_s: float = DEFAULT_EVERY_S
    seconds: float | None = None
    simulated: bool = False
    seed: int = 7
    faults: tuple[str, ...] = ()
    config_path: Path | None = None
    flags: dict[str, Any] = {}
    shows: bool = True
    records: bool = True
    face: Face | None = None


@asynccontextmanager
async def venues_for(request: BitcoinRequest) -> AsyncIterator[tuple[Config, Addresses]]:
    """Give the configuration and addresses of a live run, or start a simulated world for it."""
    config = load_config(request.config_path, os.environ, request.flags)
    if not request.simulated:
        yield config, Addresses()
        return
    for series in request.series or config.bitcoin.series:
        if asset_of(series) not in (Asset.BTC, None):
            raise ConfigError(f"the simulated world has no {series}: it knows Bitcoin alone")
    async with simulated_bitcoin(config, request.seed, request.faults) as (simulated, addresses, _):
        yield simulated, addresses


async def run_bitcoin_session(request: BitcoinRequest) -> dict[str, Any]:
    """Run until stopped or for the seconds asked; save the session and return its summary."""
    stop = stop_on_signals()
    name = f"realtime_session_{file_stamp()}"
    async with venues_for(request) as (config, addresses):
        exporters = exporters_for(config.telemetry, os.environ)
        series = request.series or config.bitcoin.series
        recording = FOLDER / name if request.records else None
        plan = RunPlan(series=series, recording=recording, addresses=addresses)
        async with running_windows(config, plan, steady_clock()) as run, AsyncExitStack() as stack:
            log = SessionLog(run)
            run.pipeline.on_pricing.append(log.hear)
            if config.logging.format == "json":
                stack.enter_context(logging_chances(run.pipeline.on_pricing))
            printing = _start_printing(run, log, request, series)
            seen, sight = as_running(run), None
            if exporters is not None:
                watched = telemetry(seen, "pipeline", exporters, names_of(seen))
                sight = await stack.enter_async_context(watched)
            if request.face is not None:
                options = replace(face_options(config, "pipeline"), sight=sight)
                shown = request.face(seen, with_bitcoin(options, run, log))
                show_page(await stack.enter_async_context(shown), request.shows)
            await wait(stop, request.seconds)
            if printing is not None:
                printing.cancel()
            facts: dict[str, Any] = {
                "series": list(series),
                "simulated": request.simulated,
                "seed": request.seed if request.simulated else None,
                "has_key": run.has_key,
                "session": str(FOLDER / f"{name}.json"),
            }
            summary = session_summary(run, log) | facts
        # The recording is complete only now, its losses known.
        write_session(FOLDER / f"{name}.json", run, log, facts)
    return summary


def _start_printing(
    run: WindowRun, log: SessionLog, request: BitcoinRequest, series: tuple[str, ...]
) -> "asyncio.Task[None] | None":
    if not request.shows:
        return None
    for line in heading(series, request.every_s):
        write_line(line)
    if not run.has_key:
        write_line("no Kalshi key: its books are polled over REST, and there is no official index")
    run.pipeline.on_pricing.append(_show)
    return asyncio.create_task(_print_every(log, request.every_s))


def _show(effect: PricingEffect) -> None:
    if isinstance(effect, ValueRaised) and effect.signal.kind is not SignalKind.CHANGED:
        write_line(signal_line(effect.signal))
    elif isinstance(effect, WindowEnded):
        write_line(ending_line(effect))


async def _print_every(log: SessionLog, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        for line in status_lines(log):
            write_line(line)


def status_lines(log: SessionLog) -> list[str]:
    """Return the lines of a moment: each asset's windows, then its index."""
    lines = []
    for asset, tick in log.last_tick.items():
        view = log.last_view.get(asset)
        if view is not None:
            lines += view_lines(view)
        last_ns = log.brti.last_ns
        latency_ms = None if last_ns is None else last_ns / NS_PER_MS
        official = None if view is None else view.official
        lines.append(index_line(asset, tick.value, latency_ms, official))
    return lines
