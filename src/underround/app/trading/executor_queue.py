"""The executor in a process of its own: signals out of the queue, into the trading desk.

At least once: a signal is acknowledged when the desk has heard of it, and the desk trades none
twice. Its own engine detects nothing; its books are there for quotes and for the way out.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from underround.app.config import Config
from underround.app.signal_reading import consumer_of
from underround.app.wiring import Running
from underround.core.opportunity import Signal
from underround.core.trading.event import SignalTaken
from underround.stores.signal_consumers import SignalConsumer

GROUP: Final = "executor"
POLL_S: Final = 0.02


@asynccontextmanager
async def queue_of(config: Config, run: Running) -> AsyncIterator[None]:
    """Take signals for as long as the block runs; UnderroundError where there is no queue yet."""
    run.pipeline.command("pause", {"from": "trading"})
    async with consumer_of(config, GROUP, None) as consumer:
        task = asyncio.create_task(_take(consumer, run))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _take(consumer: SignalConsumer, run: Running) -> None:
    while True:
        deliveries = await consumer.take(20)
        for delivery in deliveries:
            signal = msgspec.json.decode(delivery.body, type=Signal)
            # An opportunity is one trade, however many signals tell of it.
            key = f"{delivery.id.partition('/')[0]}/{signal.id}"
            if signal.kind.value != "closed":
                run.pipeline.tell(SignalTaken(key, signal, run.clock_ns()))
            await consumer.acknowledge(delivery.seq)
        if not deliveries:
            await asyncio.sleep(POLL_S)
