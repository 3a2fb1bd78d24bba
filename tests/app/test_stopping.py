"""A run ends with its time, with a word, or with a signal of the operating system."""

import asyncio
import os
import signal

from underround.app.stopping import stop_on_signals, wait


async def test_waiting_ends_with_the_time_or_with_the_word():
    stop = asyncio.Event()
    async with asyncio.timeout(20):
        await wait(stop, 0.001)
        assert not stop.is_set()
        stop.set()
        await wait(stop, None)


async def test_a_signal_of_the_operating_system_sets_the_word():
    stop = stop_on_signals()
    os.kill(os.getpid(), signal.SIGTERM)
    try:
        async with asyncio.timeout(20):
            await stop.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().remove_signal_handler(number)
