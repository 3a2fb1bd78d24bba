"""Running until told to stop: the loop, signals of the operating system, waits that end early.

Knows nothing of what runs.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from underround.app.patient_output import patient_output


def run_until_done(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a program's coroutine on the fastest loop there is."""
    if sys.platform == "win32":
        return asyncio.run(work)
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def run_live(work: Coroutine[Any, Any, Any]) -> Any:
    """Run what watches markets: no reader of its lines, however slow, holds it up."""
    with patient_output():
        return run_until_done(work)


class Stop(asyncio.Event):
    """Set by whoever wants the end; `hurried` by the second who does."""

    def __init__(self) -> None:
        super().__init__()
        self.hurried = asyncio.Event()

    def ask(self) -> None:
        """Ask for the end, and once more for it to come at once."""
        if self.is_set():
            self.hurried.set()
        self.set()


def stop_on_signals(*, hangs_up: bool = True) -> Stop:
    """Return an event that SIGINT and SIGTERM set; must be called inside the loop.

    SIGHUP, a terminal that is gone, sets it too unless `hangs_up` is false or whoever started the
    program (nohup) has it ignored.
    """
    stop = Stop()
    numbers = [signal.SIGINT, signal.SIGTERM]
    if hangs_up and sys.platform != "win32" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    loop = asyncio.get_running_loop()
    for number in numbers:
        try:
            loop.add_signal_handler(number, stop.ask)
        except NotImplementedError:  # Windows: Ctrl+C arrives as KeyboardInterrupt
            return stop
    return stop


def hangups() -> asyncio.Event:
    """Return an event that SIGHUP sets, from now on; never set where there is no SIGHUP."""
    asked = asyncio.Event()
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)
    return asked


@asynccontextmanager
async def giving_up(stop: asyncio.Event) -> AsyncIterator[None]:
    """Cancel the block when `stop` is set before it ends: it then raises CancelledError."""
    task = asyncio.current_task()
    assert task is not None

    async def watch() -> None:
        await stop.wait()
        task.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    finally:
        watcher.cancel()


async def wait(stop: asyncio.Event, seconds: float | None) -> None:
    """Wait for `stop`, at most `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
