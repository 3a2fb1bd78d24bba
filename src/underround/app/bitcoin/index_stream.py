"""The live index by itself: one value, or one every few seconds; what `underround brti` does.

Knows no market. Prints nothing; whoever asked is told line by line.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from underround.app.bitcoin.index_books import describe
from underround.app.bitcoin.session import BitcoinRequest, venues_for
from underround.app.bitcoin.session_file import difference_summary, feeds_summary
from underround.app.bitcoin.session_log import SessionLog
from underround.app.bitcoin.window_run import RunPlan, running_windows
from underround.app.clock import steady_clock
from underround.app.stopping import stop_on_signals, wait
from underround.core.errors import ConfigError
from underround.core.units import NS_PER_MS
from underround.core.windows.index_ticker import IndexTick
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import from_e8

FIRST_WITHIN_S: Final = 10.0
WHOLE_WITHIN_S: Final = 3.0
_LOOK_S: Final = 0.05

Tell = Callable[[dict[str, Any]], None]


class StreamRequest(Struct, frozen=True, kw_only=True):
    """One value (`every_s` None), or one every so many seconds until `seconds` are over."""

    venues: BitcoinRequest
    every_s: float | None = None
    seconds: float | None = None
    recording: Path | None = None
    asset: Asset = Asset.BTC


async def stream_index(request: StreamRequest, tell: Tell) -> dict[str, Any]:
    """Tell values as they are due and return a summary with all of them.

    The first one waits for every exchange that is asked, three seconds at most, or ten until
    there is an index at all.
    """
    stop = stop_on_signals()
    if request.venues.simulated and request.asset is not Asset.BTC:
        raise ConfigError(f"the simulated world has no {request.asset}: it knows Bitcoin alone")
    async with venues_for(request.venues) as (config, addresses):
        plan = RunPlan(asset=request.asset, recording=request.recording, addresses=addresses)
        async with running_windows(config, plan, steady_clock()) as run:
            log = SessionLog(run)
            run.pipeline.on_pricing.append(log.hear)
            wanted = len(config.bitcoin.exchanges)
            await _until_whole(log, wanted, run.has_key, stop)
            values = [_said(log, tell)]
            if request.every_s is not None:
                values += await _stream(log, request, stop, tell)
            return {
                "values": values,
                "prints": log.print_count,
                "official": difference_summary(log.differences),
                "feeds": feeds_summary(run),
                "recording": None if run.recorder is None else str(run.recorder.directory),
            }


async def _stream(
    log: SessionLog, request: StreamRequest, stop: asyncio.Event, tell: Tell
) -> list[dict[str, Any]]:
    assert request.every_s is not None
    loop = asyncio.get_running_loop()
    began = loop.time()
    values: list[dict[str, Any]] = []
    while not stop.is_set():
        due = began + (len(values) + 1) * request.every_s
        if request.seconds is not None and due > began + request.seconds + _LOOK_S:
            break
        await wait(stop, max(due - loop.time(), 0.0))
        if not stop.is_set():
            values.append(_said(log, tell))
    return values


async def _until_whole(
    log: SessionLog, wanted: int, awaits_official: bool, stop: asyncio.Event
) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    while (waited_s := loop.time() - began) < FIRST_WITHIN_S and not stop.is_set():
        tick = next(iter(log.last_tick.values()), None)
        used = 0 if tick is None else len(tick.value.used)
        is_whole = used >= wanted and (bool(log.differences) or not awaits_official)
        if is_whole or (used and waited_s >= WHOLE_WITHIN_S):
            return
        await asyncio.sleep(_LOOK_S)


def _said(log: SessionLog, tell: Tell) -> dict[str, Any]:
    tick = next(iter(log.last_tick.values()), None)
    value = value_of(log, tick)
    tell(value)
    return value


def value_of(log: SessionLog, tick: IndexTick | None) -> dict[str, Any]:
    """Return one calculation as JSON-ready values, with its latency and the official value."""
    if tick is None:
        return {"at_ms": None, "index": None, "failure": "no calculation yet", "used": []}
    desk = log.index_desk(tick.asset)
    official = None if desk.official is None else from_e8(desk.official.value_e8)
    last_ns = log.brti.last_ns
    index = tick.value.index
    return {
        "asset": str(tick.asset),
        "at_ms": tick.at_ns // NS_PER_MS,
        **describe(tick.value, desk.ticker.parameters),
        "latency_ms": None if last_ns is None or index is None else round(last_ns / NS_PER_MS, 3),
        "official": official,
        "difference": desk.basis.last,
    }
