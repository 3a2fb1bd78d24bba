"""Side tasks are kept, their faults told, and all of them ended together."""

import asyncio

from underround.app.side_tasks import SideTasks


async def test_a_fault_is_told_and_an_end_is_not() -> None:
    heard: list[BaseException] = []
    tasks = SideTasks(heard.append)
    done = asyncio.Event()

    async def fails() -> None:
        raise ValueError("wrong")

    async def ends() -> None:
        done.set()

    tasks.start(fails())
    tasks.start(ends())
    await done.wait()
    await tasks.close()
    assert [str(fault) for fault in heard] == ["wrong"]


async def test_closing_cancels_waits_and_tells_nothing() -> None:
    heard: list[BaseException] = []
    tasks = SideTasks(heard.append)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def waits() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    tasks.start(waits())
    await begun.wait()
    await tasks.close()
    assert (ended.is_set(), heard) == (True, [])
