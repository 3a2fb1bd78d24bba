"""From the journal to a Redis stream: everything, in order, again if need be, never twice.

An entry's id is the signal's number in the journal, and a stream takes no id below its last: what
arrived is not taken again, what did not is found missing by asking the stream for its last id.
Needs no memory of its own. While Redis is away signals wait in the journal.

Trimming: an entry goes when every consumer group has acknowledged it. A stream that nobody
consumes keeps its newest 10,000 entries; nothing is trimmed by length while a group exists.
"""

import asyncio
import logging
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from underround.stores.signal_consumers import BODY_FIELD, ID_FIELD, STREAM_KEY
from underround.stores.signal_journal import SignalJournal

_log = logging.getLogger(__name__)

KEPT_WITHOUT_GROUPS: Final = 10_000
BATCH: Final = 100
TRIM_EVERY_S: Final = 10.0
RETRY_S: Final = 0.5
IDLE_S: Final = 1.0


class SignalRelay:
    """Carries a journal into a stream for as long as it runs."""

    def __init__(self, journal: SignalJournal, client: Redis, *, stream: str = STREAM_KEY) -> None:
        self._journal = journal
        self._redis: Any = client
        self._stream = stream
        self._appended = asyncio.Event()
        self.failure: str | None = None

    def wake(self) -> None:
        """Say that the journal has something new."""
        self._appended.set()

    async def run(self) -> None:
        """Relay until cancelled; Redis may come and go."""
        loop = asyncio.get_running_loop()
        next_trim_s = 0.0
        while True:
            try:
                await self._catch_up()
                if loop.time() >= next_trim_s:
                    next_trim_s = loop.time() + TRIM_EVERY_S
                    await self.trim()
                self.failure = None
            except (RedisError, OSError) as fault:
                if self.failure is None:
                    _log.warning("signals wait in the journal: %s", fault)
                self.failure = str(fault)
                await asyncio.sleep(RETRY_S)
                continue
            await _wait(self._appended, IDLE_S)
            self._appended.clear()

    async def trim(self) -> int:
        """Remove what every group has acknowledged; return how many entries went."""
        groups = await self._groups()
        if not groups:
            kept = KEPT_WITHOUT_GROUPS
            return int(await self._redis.xtrim(self._stream, maxlen=kept, approximate=True))
        needed = []
        for group in groups:
            pending = await self._redis.xpending(self._stream, group["name"])
            needed.append(
                _number(pending["min"])
                if pending["pending"]
                else _number(group["last-delivered-id"]) + 1
            )
        return int(await self._redis.xtrim(self._stream, minid=min(needed), approximate=False))

    async def _catch_up(self) -> None:
        seq = await self._last_relayed()
        while signals := self._journal.after(seq, BATCH):
            pipe = self._redis.pipeline(transaction=False)
            for signal in signals:
                fields = {ID_FIELD: signal.id, BODY_FIELD: signal.body}
                pipe.xadd(self._stream, fields, id=f"{signal.seq}-0")
            answers = await pipe.execute(raise_on_error=False)
            for answer in answers:
                if isinstance(answer, ResponseError) and "equal or smaller" not in str(answer):
                    raise answer
                if isinstance(answer, Exception) and not isinstance(answer, ResponseError):
                    raise answer
            seq = signals[-1].seq

    async def _last_relayed(self) -> int:
        try:
            about = await self._redis.xinfo_stream(self._stream)
        except ResponseError:  # no such key yet
            return 0
        return _number(about["last-generated-id"])

    async def _groups(self) -> list[dict[str, Any]]:
        try:
            return list(await self._redis.xinfo_groups(self._stream))
        except ResponseError:
            return []


def _number(entry_id: bytes | str) -> int:
    text = entry_id.decode() if isinstance(entry_id, bytes) else entry_id
    return int(text.partition("-")[0])


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
