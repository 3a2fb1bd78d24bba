"""One live run from configuration to summary: what `run` and `record` share.

Holds no detection and no protocol; prints for a person unless told to be silent.
"""

import asyncio
import os
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from underround.app.clock import file_stamp, steady_clock
from underround.app.config import Config, load_config
from underround.app.connections import Options
from underround.app.logs import log_as
from underround.app.output import write_line
from underround.app.page.face import Face, face_options
from underround.app.pairs.file import PairEntry, configured_pairs
from underround.app.pairs.reload import PairReload
from underround.app.reload import Reload
from underround.app.retention import keep_room
from underround.app.run_log import RunLog
from underround.app.run_status import live_books, show_page, show_signal, show_status, summary
from underround.app.service_notice import ServiceNotice
from underround.app.stopping import giving_up, hangups, stop_on_signals, wait
from underround.app.supervision import kept_running
from underround.app.telemetry.beside import exporters_for, names_of, telemetry
from underround.app.trading.end import finish_trading
from underround.app.trading.executor_queue import queue_of
from underround.app.trading.live import live_brokers
from underround.app.trading.setup import paper_brokers
from underround.app.wiring import Running, running


class SessionRequest(Struct, frozen=True, kw_only=True):
    """What a person asked for on the command line."""

    config_path: Path | None
    flags: dict[str, Any]
    kind: str
    recording: Path | None = None
    records: bool = True
    seconds: float | None = None
    transport: str = "socket"
    every_s: float = 20.0
    shows: bool = True
    detects: bool = True
    trades: Literal["paper", "live"] | None = None
    from_queue: bool = False
    face: Face | None = None
    verbose: bool = False


def configured(request: SessionRequest) -> tuple[Config, list[PairEntry], list[str]]:
    """Load configuration and pairs; the third part names what is wrong or missing."""
    config = load_config(request.config_path, os.environ, request.flags)
    if not request.detects:
        return config, [], []
    entries, problems = configured_pairs(config)
    return config, entries, problems


async def run_session(request: SessionRequest) -> dict[str, Any] | None:
    """Run until stopped or for the seconds asked; return the summary.

    None when it was stopped before it had begun, while the venues' lists were still awaited.
    """
    config, entries, remarks = configured(request)
    exporters = exporters_for(config.telemetry, os.environ)
    stop, asked = stop_on_signals(hangs_up=False), hangups()
    notice = ServiceNotice(os.environ)
    recording = request.recording or new_recording(config, request.kind)
    clock_ns = steady_clock()
    makers = {"paper": paper_brokers, "live": live_brokers}
    options = Options(
        recording=recording if request.records else None,
        transport=request.transport,
        every_s=request.every_s,
        make_brokers=makers[request.trades](config, clock_ns) if request.trades else None,
        from_queue=request.from_queue,
    )
    async with AsyncExitStack() as stack:
        try:
            async with giving_up(stop):
                run = await stack.enter_async_context(running(config, entries, options, clock_ns))
        except asyncio.CancelledError:
            if not stop.is_set():
                raise
            return None
        names = names_of(run)
        sight = None
        if exporters is not None:
            watched = telemetry(run, request.kind, exporters, names)
            sight = await stack.enter_async_context(watched)
        if request.face is not None:
            seen = replace(face_options(config, request.kind), sight=sight)
            show_page(await stack.enter_async_context(request.face(run, seen)), request.shows)
        if request.shows:
            _greet(run.universe.problems, remarks)
            write_line(
                f"watching {len(run.engine.books)} books, {len(run.universe.pairs)} pairs; "
                f"Ctrl+C stops"
            )
            run.pipeline.on_signal.append(show_signal)
        reload = _reload(request, config, entries, run, asked)
        hears = run.pipeline.on_signal, run.pipeline.on_trading
        logged = stack.enter_context(RunLog(*hears, None if sight is None else names))
        logged.take_up(config)
        reload.on_change.append(logged.take_up)
        queue = await stack.enter_async_context(AsyncExitStack())
        if request.from_queue:
            await queue.enter_async_context(queue_of(config, run))
        beside = [asyncio.create_task(work) for work in _beside(request, reload, run, notice)]
        notice.tell("READY=1")
        await wait(stop, request.seconds)
        notice.tell("STOPPING=1")
        for task in beside:
            task.cancel()
        live, shared = live_books(run), run.prices.status().state
        await queue.aclose()  # before the end is waited for: nothing new out of it
        trades = None if run.trading is None else await finish_trading(run, clock_ns, stop.hurried)
    problems = [*remarks, *run.universe.problems]
    made = summary(run) | {"books_live": live, "prices": shared, "problems": problems}
    return made if trades is None else made | {"trades": trades}


def _reload(
    request: SessionRequest,
    config: Config,
    entries: Sequence[PairEntry],
    run: Running,
    asked: asyncio.Event,
) -> Reload:
    """Make what a SIGHUP asks for; the alerts' change comes first, because it may be refused."""
    pairs = PairReload(config, entries, run) if request.detects else None
    load = partial(load_config, request.config_path, os.environ, request.flags)
    made = Reload(config, load, pairs, asked)
    if (alerts := run.alerts) is not None:
        made.on_change.append(lambda fresh: alerts.take_up(fresh.alerts))
    if not request.verbose:
        made.on_change.append(lambda fresh: log_as(fresh.logging))
    return made


def _beside(
    request: SessionRequest, reload: Reload, run: Running, notice: ServiceNotice
) -> Iterator[Coroutine[Any, Any, None]]:
    """Yield what goes on beside a run: lines for a person, signs of life, making room."""
    if request.shows:
        yield show_status(run)
    yield notice.keep_alive(lambda: True)  # that the loop turns is all there is to tell
    writing = None if run.recorder is None else run.recorder.directory
    yield kept_running("reading the configuration again", reload.on_hangup)
    yield kept_running("making room", partial(keep_room, reload.storage, writing))


def _greet(problems: Sequence[str], remarks: Sequence[str]) -> None:
    for line in (*remarks, *problems):
        write_line(f"note: {line}")


def new_recording(config: Config, kind: str) -> Path:
    """Name a folder for a recording that starts now."""
    return Path(config.storage.recordings) / f"{kind}-{file_stamp()}"
