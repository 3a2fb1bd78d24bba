"""The records that wait for the trade journal, and the thread that writes them.

What cannot be written is kept, in order, until there is room, up to a bound. Beyond it nothing more
is kept for the rest of the run: the journal then ends as if the program had, never with a hole, and
the next start compares it with the venues. Sends nothing.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from underround.core.trading.journal_record import HaltCleared, JournalRecord
from underround.stores.journal import TradeJournal

_log = logging.getLogger("underround")

Result = TypeVar("Result")

MOST_WAITING: Final = 50_000
"""Records of some hundred bytes; halted, a run makes a few a second at most."""


class JournalLine:
    """Records on their way to one journal; `halt` is told once an outage why trading must stop."""

    def __init__(
        self,
        journal: TradeJournal,
        halt: Callable[[str], None],
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self.failure: str | None = None
        self.lost = 0
        self._journal = journal
        self._halt = halt
        self._most_waiting = most_waiting
        self._waiting: list[JournalRecord] = []
        self._has_said = False
        self._thread = ThreadPoolExecutor(1, "journal")

    @property
    def waiting(self) -> int:
        """How many records are not written yet."""
        return len(self._waiting)

    async def open(self) -> None:
        """Take the reserve; where there is no room even for that trading halts at once."""
        fault = await self.do(self._journal.reserve.fill)
        if fault is not None:
            self._halt(f"no room to trade in: {fault}")

    def add(self, record: JournalRecord) -> None:
        """Keep a record for the next write; one too many ends the journal of this run."""
        if self.lost or len(self._waiting) >= self._most_waiting:
            self.lost += 1
            if self.lost == 1:
                _log.error(
                    "%s: %d records wait and no more are kept; the next start compares the journal"
                    " with the venues",
                    self._journal.path,
                    len(self._waiting),
                )
            return
        self._waiting.append(record)
        if isinstance(record, HaltCleared):
            self._has_said = False  # whoever lets it go on shall hear if nothing has changed

    async def write(self, notes: Sequence[JournalRecord]) -> bool:
        """Write what waits and the notes behind it, synced where there are any; tell if it went."""
        if self.lost and notes:  # what explains the order never will be on disk
            self._has_said = False
            self._tell("this run's journal has ended: records were lost; start it again")
            return False
        taken, self._waiting = self._waiting, []
        try:
            await self.do(lambda: self._journal.append([*taken, *notes], synced=bool(notes)))
        except (sqlite3.Error, OSError) as fault:
            self._waiting = taken + self._waiting
            self._tell(f"the journal cannot be written: {fault}")
            return False
        if self.failure is not None and not self.lost:
            _log.warning("the journal is written again; %d records had waited", len(taken))
            self.failure = None
        self._has_said = False
        if any(isinstance(record, HaltCleared) for record in taken):
            await self.open()
        return True

    def give_room(self) -> bool:
        """Give the reserve back to the disk; tell whether there was any."""
        return self._journal.reserve.release()

    async def do(self, work: Callable[[], Result]) -> Result:
        """Do something with the journal's file in the journal's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def close(self) -> None:
        """Write what is left, with the reserve's room if need be."""
        self.give_room()
        if self._waiting and not await self.write(()):
            _log.error(
                "%d records of the trade journal could not be written; the next start compares it"
                " with the venues",
                len(self._waiting),
            )
        self._thread.shutdown()

    def _tell(self, reason: str) -> None:
        self.failure = reason
        if not self._has_said:
            self._has_said = True
            self._halt(reason)
