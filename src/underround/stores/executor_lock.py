"""One executor an account: a lock that dies with its process, and a lease for other machines.

The lock is the operating system's (gone with the process, however it ends); the lease stands in
the journal, for folders that several machines share. Neither is ever waited for.
"""

import fcntl
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from underround.core.errors import UnderroundError
from underround.core.units import NS_PER_SECOND
from underround.stores.journal import TradeJournal

LEASE_NS: Final = 15 * NS_PER_SECOND


class ExecutorLock:
    """The right to trade one account; `renew` it every few seconds."""

    def __init__(self, journal: TradeJournal, account: str) -> None:
        self._journal = journal
        self.host = socket.gethostname()
        self.holder = f"process {os.getpid()} on {self.host} (account {account})"

    def renew(self, now_ns: int) -> None:
        """Prolong the lease; UnderroundError when somebody else has taken it."""
        other = self._journal.take_lease(self.holder, now_ns, now_ns + LEASE_NS)
        if other is not None:
            raise UnderroundError(_busy(self._journal.path, other))


@contextmanager
def executor_lock(journal: TradeJournal, account: str, now_ns: int) -> Iterator[ExecutorLock]:
    """Hold the right to trade while the block runs; UnderroundError names who has it already."""
    lock = ExecutorLock(journal, account)
    path = Path(f"{journal.path}.lock")
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise UnderroundError(_busy(journal.path, file.read().strip())) from None
        # The lock is ours, so whoever leased it on this machine is dead.
        other = journal.take_lease(lock.holder, now_ns, now_ns + LEASE_NS)
        if other is not None:
            if f" on {lock.host} " not in other:
                raise UnderroundError(_busy(journal.path, other))
            journal.drop_lease(other)
            journal.take_lease(lock.holder, now_ns, now_ns + LEASE_NS)
        file.truncate(0)
        file.write(lock.holder)
        file.flush()
        try:
            yield lock
        finally:
            with suppress(sqlite3.Error):  # on a full disk it runs out by itself
                journal.drop_lease(lock.holder)


def _busy(path: Path, holder: str) -> str:
    return f"{path}: {holder or 'another process'} trades with this journal already; stop it first"
