"""The executor in a process of its own: signals out of the queue, into the trading desk.

At least once: a signal is acknowledged when the desk has heard of it, and the desk trades none
twice. Its own engine detects nothing; its books are there for quotes and for the way out.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from redis.exceptions import RedisError

from underround.app.config import Config
from underround.app.signal_reading import consumer_of
from underround.app.wiring import Running
from underround.core.errors import UnderroundError
from underround.core.opportunity import Signal
from underround.core.trading.blocking import DETECTION
from underround.core.trading.event import SignalTaken
from underround.stores.signal_consumers import SignalConsumer

GROUP: Final = "executor"
POLL_S: Final = 0.02
AGAIN_S: Final = 1.0

_log = logging.getLogger("underround")


@asynccontextmanager
async def queue_of(config: Config, run: Running) -> AsyncIterator[None]:
    """Take signals for as long as the block runs; UnderroundError where there is no queue yet."""
    run.pipeline.command("pause", {"from": "trading", "of": DETECTION})
    async with consumer_of(config, GROUP, None) as consumer:
        task = asyncio.create_task(_take(consumer, run))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _take(consumer: SignalConsumer, run: Running) -> None:
    """Take until cancelled; while the queue cannot be used nothing new is heard of."""
    failure: str | None = None
    while True:
        try:
            taken = await _take_some(consumer, run)
        except (sqlite3.Error, UnderroundError, OSError, RedisError) as fault:
            if failure is None:
                failure = str(fault)
                _log.error("signals cannot be taken out of the queue: %s; tried again", failure)
            await asyncio.sleep(AGAIN_S)
            continue
        if failure is not None:
            failure = None
            _log.warning("signals are taken out of the queue again")
        if not taken:
            await asyncio.sleep(POLL_S)


async def _take_some(consumer: SignalConsumer, run: Running) -> int:
    deliveries = await consumer.take(20)
    for delivery in deliveries:
        signal = msgspec.json.decode(delivery.body, type=Signal)
        # An opportunity is one trade, however many signals tell of it.
        key = f"{delivery.id.partition('/')[0]}/{signal.id}"
        if signal.kind.value != "closed":
            run.pipeline.tell(SignalTaken(key, signal, run.clock_ns()))
        await consumer.acknowledge(delivery.seq)
    return len(deliveries)
