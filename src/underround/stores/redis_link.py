"""One connection to Redis or Valkey, spoken to by one task and by nobody else.

Callers hand over commands and wait for an answer of their own, so that a cancelled caller can
never leave the connection answering the previous question. What is written behind is fetched
from its `Outbox` when there is time. While the server is away the link says so, goes on trying,
and answers every question with ConnectionError at once. It knows no key and no value.
"""

import asyncio
import logging
import os
import random
import re
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, Literal, Protocol

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from underround.stores.prices import StoreStatus

_log = logging.getLogger(__name__)

Command = tuple[str | bytes | int, ...]

FLUSH_GAP_S: Final = 0.002
_PING_INTERVAL_S: Final = 1.0
_TIMEOUT_S: Final = 2.0
_BACKOFF_FIRST_S: Final = 0.05
_BACKOFF_LIMIT_S: Final = 1.0
_ERRNO: Final = re.compile(r"\bErr(?:no|or) (\d+)\b")


class Outbox(Protocol):
    """Something that is written behind, a batch at a time."""

    def next_command(self) -> Command | None:
        """Take a batch and return the command that writes it; None when nothing waits."""

    def settle(self, reply: Any) -> None:
        """Note that the batch was written."""

    def put_back(self) -> None:
        """Keep a batch that may not have been written for another try; let nobody wait for it."""

    def renew(self) -> None:
        """Note that the server is back, perhaps with nothing in it."""

    async def flush(self) -> None:
        """Wait until what waits now is written, or put back."""


_Question = tuple[Command, asyncio.Future[Any], Callable[[Any], None] | None]


class RedisLink:
    """A connection that heals itself. Create and use it within one event loop."""

    def __init__(self, url: str) -> None:
        self.scheduled = False  # whether a flush is under way to what is marked now
        self._away: str | None = "not connected yet"
        self._refused: dict[Outbox, str] = {}
        self._retry_refused_at_s = 0.0
        # RESP2 needs no HELLO, which old servers lack. Retrying is for us to decide.
        self._client = Redis.from_url(
            url,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=_TIMEOUT_S,
            socket_timeout=_TIMEOUT_S,
        )
        self._execute: Callable[..., Awaitable[Any]] = self._client.execute_command
        self._outboxes: list[Outbox] = []
        self._questions: deque[_Question] = deque()
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None

    @property
    def reason(self) -> str | None:
        """Why the server does not do what it should; None while it does."""
        return self._away or next(iter(self._refused.values()), None)

    def status(self, pending: int, lost: int) -> StoreStatus:
        """Return how the server is doing, for a store with these counts."""
        reason = self.reason
        state: Literal["connected", "disconnected"] = "disconnected" if reason else "connected"
        return StoreStatus(state, reason, pending, lost)

    def add(self, outbox: Outbox) -> None:
        """Write this outbox behind from now on."""
        self._outboxes.append(outbox)

    async def open(self) -> None:
        """Connect; ConnectionError with the reason in one line when that is not possible."""
        try:
            await self._client.ping()
        except (RedisError, OSError) as error:
            await self._client.aclose()
            raise ConnectionError(_reason_of(error)) from None
        self._away = None
        self._task = asyncio.create_task(self._run(), name="redis")
        self._task.add_done_callback(lambda _: self._give_up("closed"))  # even if it never began

    async def close(self) -> None:
        """Write what waits, for two seconds at most, and disconnect."""
        task, self._task = self._task, None
        if task is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_TIMEOUT_S):
                for outbox in self._outboxes:
                    await outbox.flush()
        self.scheduled = True  # for good: nobody will come
        task.cancel()
        await asyncio.wait([task])
        self._give_up("closed")
        await self._client.aclose()

    def schedule(self) -> None:
        """See to it that the outboxes are emptied soon. Cheap, but ask `scheduled` before."""
        if not self.scheduled:
            self.scheduled = True
            self._loop.call_later(FLUSH_GAP_S, self._wake.set)

    def hurry(self) -> None:
        """See to it that the outboxes are emptied now."""
        self._wake.set()

    async def ask(self, *command: Any, deliver: Callable[[Any], None] | None = None) -> Any:
        """Return the answer to a command; ConnectionError while the server is away or refuses.

        `deliver` is given the answer as it arrives, even when the caller is cancelled meanwhile.
        """
        if self._away is not None:
            raise ConnectionError(self._away)
        future: asyncio.Future[Any] = self._loop.create_future()
        self._questions.append((command, future, deliver))
        self._wake.set()
        return await future

    async def _run(self) -> None:
        own = asyncio.current_task()
        assert own is not None
        # Asked each time round: on Python 3.11 the client may swallow a cancellation, since
        # `asyncio.wait_for` returns a result that comes at the same moment.
        while not own.cancelling():
            try:
                await self._wait()
                await self._serve()
            except Exception as error:  # noqa: BLE001 - a fault of ours must not end the link
                self._give_up(_reason_of(error))
                fault = None if isinstance(error, RedisError | OSError) else error
                _log.warning("Redis lost: %s; going on without it", self._away, exc_info=fault)
                await self._come_back(own)

    async def _wait(self) -> None:
        """Wait for something to do; look whether the server still lives when there is nothing."""
        try:
            async with asyncio.timeout(_PING_INTERVAL_S):
                await self._wake.wait()
        except TimeoutError:
            await self._client.ping()
        self._wake.clear()

    async def _serve(self) -> None:
        while self._questions:
            await self._answer(*self._questions.popleft())
        if self._refused and self._loop.time() >= self._retry_refused_at_s:
            self._refused.clear()
        self.scheduled = False
        for outbox in self._outboxes:
            if outbox not in self._refused and await self._write(outbox):
                self.schedule()

    async def _answer(
        self,
        command: Command,
        future: asyncio.Future[Any],
        deliver: Callable[[Any], None] | None,
    ) -> None:
        if future.done():
            return
        try:
            reply = await self._execute(*command)
        except (RedisError, OSError) as error:
            if not future.done():
                future.set_exception(ConnectionError(_reason_of(error)))
            if not isinstance(error, ResponseError):
                raise
        except BaseException:
            future.cancel()
            raise
        else:
            if deliver is not None:
                deliver(reply)
            if not future.done():
                future.set_result(reply)

    async def _write(self, outbox: Outbox) -> bool:
        """Write a batch; tell whether there was one and it was written."""
        command = outbox.next_command()
        if command is None:
            return False
        try:
            reply = await self._execute(*command)
        except ResponseError as error:
            if self.reason is None:
                _log.warning("Redis refuses to write: %s; trying on", error)
            self._refused[outbox] = f"refused: {_reason_of(error)}"
            self._retry_refused_at_s = self._loop.time() + _PING_INTERVAL_S
            outbox.put_back()
            return False
        except BaseException:
            outbox.put_back()
            raise
        outbox.settle(reply)
        return True

    def _give_up(self, reason: str) -> None:
        self._away = reason
        for outbox in self._outboxes:
            outbox.put_back()
        while self._questions:
            future = self._questions.popleft()[1]
            if not future.done():
                future.set_exception(ConnectionError(reason))

    async def _come_back(self, own: asyncio.Task[None]) -> None:
        delay_s = _BACKOFF_FIRST_S
        while self._away is not None and not own.cancelling():
            # A connection that failed is never used again: it may still answer old questions.
            await self._client.connection_pool.disconnect()
            await asyncio.sleep(random.uniform(0, delay_s))
            delay_s = min(2 * delay_s, _BACKOFF_LIMIT_S)
            try:
                await self._client.ping()
            except (RedisError, OSError) as error:
                self._away = _reason_of(error)
            else:
                self._away = None
        if self._away is None:
            for outbox in self._outboxes:
                outbox.renew()
            self._wake.set()
            _log.info("Redis is back")


def _reason_of(error: Exception) -> str:
    """Return in a few words why Redis failed: the system's own, where it is a system error."""
    text = str(error).partition("\n")[0] or type(error).__name__
    number = _ERRNO.search(text)
    return os.strerror(int(number[1])) if number else text
