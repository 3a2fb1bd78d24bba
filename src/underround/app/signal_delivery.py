"""Where a raised signal goes: the journal first, then whoever waits for it.

The journal's write is the only thing here that the signal waits for (tens of microseconds, no
disk sync); queue and stream are fed behind it. While the journal cannot be written signals wait,
in order and up to a bound, and nobody beyond this process hears of them.
"""

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec
from redis.asyncio import Redis

from underround.app.config import StorageConfig
from underround.core.errors import UnderroundError
from underround.core.opportunity import Signal
from underround.stores.signal_journal import SignalJournal
from underround.stores.signal_relay import SignalRelay
from underround.stores.signals import SignalQueue

_log = logging.getLogger("underround")

MOST_WAITING: Final = 10_000
RETRY_S: Final = 1.0
PATIENCE: Final = 5
"""Attempts after which a journal that another program holds counts as failing; a full disk does
at once."""
BUSY_MS: Final = 50
"""So long a signal waits for another program's write; detection waits with it."""

Row = tuple[str, str, str, int, bytes]


class SignalDelivery:
    """Journals signals of one run and passes them on; `run_id` makes their ids unique.

    `failure` says why signals wait, None while they do not; `on_failure` hears it once an outage.
    """

    def __init__(
        self, journal: SignalJournal, queue: SignalQueue, relay: SignalRelay | None, run_id: str
    ) -> None:
        self.relay = relay
        self.failure: str | None = None
        self.lost = 0
        self.on_failure: list[Callable[[str], None]] = []
        self._journal = journal
        self._queue = queue
        self._run_id = run_id
        self._count = 0
        self._tries = 0
        self._waiting: deque[Row] = deque()
        self._stuck = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many signals are not journaled yet."""
        return len(self._waiting)

    def take(self, signal: Signal) -> None:
        """Journal a signal and see it on its way, now or when the journal can be written."""
        self._count += 1
        body = msgspec.json.encode(signal)
        name = f"{self._run_id}/{self._count}"
        row = (name, signal.pair, signal.kind.value, signal.at_ns, body)
        if self._waiting or not self._write(row):
            self._keep(row)

    async def run(self) -> None:
        """Try again once a second for as long as signals wait; until cancelled."""
        while True:
            await self._stuck.wait()
            await asyncio.sleep(RETRY_S)
            self.retry()

    def retry(self) -> None:
        """Write what waits, in order, as far as it goes."""
        waited = len(self._waiting)
        while self._waiting and self._write(self._waiting[0]):
            self._waiting.popleft()
        if self._waiting:
            return
        self._stuck.clear()
        self._tries = 0
        if self.failure is not None:
            self.failure = None
            lost = f", {self.lost} are lost" if self.lost else ""
            _log.warning("signals are journaled again; %d had waited%s", waited, lost)

    def close(self) -> None:
        """Try a last time, and say what is lost with the process."""
        self.retry()
        if self._waiting:
            _log.error(
                "%d signals could not be journaled and are lost but for the recording",
                len(self._waiting),
            )

    def _write(self, row: Row) -> bool:
        try:
            self._journal.append(*row)
        except UnderroundError as fault:
            self._tries += 1
            if self.failure is None and (not _is_busy(fault) or self._tries >= PATIENCE):
                self.failure = str(fault)
                _log.error("%s", fault)
                for tell in self.on_failure:
                    tell(self.failure)
            return False
        self._queue.put(row[-1])
        if self.relay is not None:
            self.relay.wake()
        return True

    def _keep(self, row: Row) -> None:
        self._stuck.set()
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(row)
            return
        self.lost += 1
        if self.lost == 1:
            _log.error("%d signals wait for the journal; more are lost", MOST_WAITING)


@asynccontextmanager
async def signal_delivery(
    storage: StorageConfig, queue: SignalQueue, run_id: str
) -> AsyncIterator[SignalDelivery]:
    """Open the journal, and a relay into the stream where prices are shared through Redis.

    Raises UnusableError for a file that is no journal.
    """
    journal = SignalJournal(Path(storage.journal))
    journal.database.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    made = SignalDelivery(journal, queue, None, run_id)
    try:
        if storage.prices.startswith(("redis://", "rediss://")):
            async with Redis.from_url(storage.prices) as client:
                made.relay = SignalRelay(journal, client)
                yield made
        else:
            yield made
    finally:
        made.close()
        journal.close()


def _is_busy(fault: UnderroundError) -> bool:
    code = getattr(fault.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY
