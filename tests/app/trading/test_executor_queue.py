"""Signals out of the queue: a queue that cannot be used for a while is tried again, and said."""

import asyncio
import logging
import sqlite3
from types import SimpleNamespace

import msgspec

from tests.app.signals import opened
from underround.app.trading import executor_queue
from underround.stores.signal_consumers import Delivery


class Queue:
    """A consumer whose disk is full at first, once when taking and once when acknowledging."""

    def __init__(self) -> None:
        body = msgspec.json.encode(opened(edge_e6=20_000))
        self.left = [Delivery(1, "run/1", body, 1)]
        self.faults = [sqlite3.OperationalError("database or disk is full")] * 3
        self.acknowledged: list[int] = []

    async def take(self, _limit: int) -> list[Delivery]:
        if len(self.faults) > 1:
            raise self.faults.pop()
        return list(self.left)

    async def acknowledge(self, seq: int) -> None:
        if self.faults:
            raise self.faults.pop()
        self.acknowledged.append(seq)
        self.left.clear()


async def test_a_full_disk_is_said_once_and_the_signal_comes_again(monkeypatch, caplog):
    monkeypatch.setattr(executor_queue, "AGAIN_S", 0.0)
    queue, told = Queue(), []
    run = SimpleNamespace(pipeline=SimpleNamespace(tell=told.append), clock_ns=lambda: 7)
    with caplog.at_level(logging.WARNING, "underround"):
        task = asyncio.create_task(executor_queue._take(queue, run))
        async with asyncio.timeout(20):
            while not queue.acknowledged:  # noqa: ASYNC110 - it sets no event
                await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [each.key for each in told] == ["run/rain/yes_no/1"] * 2  # the desk trades a key once
    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "signals cannot be taken out of the queue: database or disk is full; tried again",
        "signals are taken out of the queue again",
    ]
