"""The simulated clock: order kept, no waiting, honest about standstill."""

import asyncio
import time
from typing import Any

import pytest

from underround.app.simulated.virtual_time import (
    ORIGIN_NS,
    NothingLeftError,
    VirtualLoop,
    run_virtually,
)


def test_an_hour_passes_at_once_and_in_order() -> None:
    heard: list[tuple[str, int]] = []

    async def work(loop: VirtualLoop) -> int:
        async def say(word: str, after_s: float) -> None:
            await asyncio.sleep(after_s)
            heard.append((word, loop.now_ns() - ORIGIN_NS))

        await asyncio.gather(say("late", 3_600), say("soon", 0.25), say("first", 0.0))
        return loop.now_ns()

    began = time.monotonic()
    assert run_virtually(work) == ORIGIN_NS + 3_600 * 10**9
    assert time.monotonic() - began < 60
    assert heard == [("first", 0), ("soon", 250_000_000), ("late", 3_600 * 10**9)]


def test_timeouts_end_by_simulated_time() -> None:
    async def work(loop: VirtualLoop) -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(12.5):
                await asyncio.Event().wait()
        return loop.time()

    assert run_virtually(work) == 12.5


def test_work_for_another_thread_takes_no_time() -> None:
    async def work(loop: VirtualLoop) -> tuple[int, float]:
        answer = await asyncio.to_thread(sum, (1, 2))
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(divmod, 1, 0)
        return answer, loop.time()

    assert run_virtually(work) == (3, 0.0)


def test_waiting_for_what_never_comes_is_said() -> None:
    async def work(loop: VirtualLoop) -> Any:
        await loop.create_future()

    with pytest.raises(NothingLeftError, match="nothing is scheduled"):
        run_virtually(work)
