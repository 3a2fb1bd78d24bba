"""An event loop whose time is simulated: when nothing is ready it jumps to the next timer.

Everything that waits by the loop (sleeps, timeouts, call_later) runs in its usual order and takes
no time. Nothing here may wait for the world outside: a loop with nothing left to do says so.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from underround.core.units import NS_PER_SECOND

ORIGIN_NS: Final = 1_799_085_600 * NS_PER_SECOND
"""The epoch time at which a rehearsal begins: Monday, 4 January 2027, 18:00 UTC."""

Result = TypeVar("Result")


class NothingLeftError(RuntimeError):
    """Every task waits for something that nobody will ever do."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """One thread, one order of events, no waiting. Work for an executor is done at once."""

    def __init__(self) -> None:
        self._now_s = 0.0
        super().__init__(_Jump(self))
        self._clock_resolution = 1e-9

    def time(self) -> float:
        """Return simulated seconds since the loop was made."""
        return self._now_s

    def now_ns(self) -> int:
        """Return the simulated time, epoch ns."""
        return ORIGIN_NS + round(self._now_s * NS_PER_SECOND)

    def jump(self, seconds: float) -> None:
        """Let so much time pass."""
        self._now_s += seconds

    def run_in_executor(  # type: ignore[override]  # done before it returns
        self, executor: Any, function: Callable[..., Any], *arguments: Any
    ) -> "asyncio.Future[Any]":
        """Do the work now, in this thread: another thread would keep a time of its own."""
        done = self.create_future()
        try:
            done.set_result(function(*arguments))
        except Exception as error:  # noqa: BLE001 - it belongs to whoever awaits the work
            done.set_exception(error)
        return done


class _Jump(selectors.SelectSelector):
    """Never waits: what a loop would have waited for passes at once."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready (signals wake a loop this way), else let the time pass."""
        if timeout == 0.0:
            return []
        ready = super().select(0.0)
        if ready:
            return ready
        if timeout is None:
            raise NothingLeftError("nothing is scheduled and nothing is ready")
        self._loop.jump(timeout)
        return []


def run_virtually(work: Callable[[VirtualLoop], Coroutine[Any, Any, Result]]) -> Result:
    """Run a coroutine on a loop of its own, which is given to it; return what it returns."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        return runner.run(work(loop))
