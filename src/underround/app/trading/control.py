"""Reading and stopping trading from outside its process: the journal, the kill file, a resume.

Never trades. What needs the executor is left to it by a file; what it does not need (a journal that
nobody trades with) is done here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from underround.app.config import Config
from underround.app.trading.kill_switch import resume_request, write_kill_file
from underround.core.errors import UnderroundError, UnusableError
from underround.core.trading.journal_record import HaltCleared, HaltSet
from underround.core.trading.portfolio import Portfolio
from underround.stores.executor_lock import executor_lock
from underround.stores.journal import TradeJournal


@contextmanager
def opened_journal(path: Path) -> Iterator[TradeJournal]:
    """Open a journal that is there already; UnusableError where there is none."""
    if not path.is_file():
        raise UnusableError(
            f"{path}: no trade journal yet; `underround run --paper` makes one; that of a"
            " `demo --trade` is named in its summary, for --journal"
        )
    journal = TradeJournal(path)
    try:
        yield journal
    finally:
        journal.close()


def portfolio_of(path: Path) -> Portfolio:
    """Return what a journal amounts to."""
    with opened_journal(path) as journal:
        return journal.portfolio()


def kill(config: Config, reason: str, clock_ns: Callable[[], int]) -> str:
    """Stop trading: by the kill file for whoever trades now, in the journal for later starts.

    Returns what was done, in words.
    """
    file = Path(config.trading.kill_file)
    write_kill_file(file, reason)
    path = Path(config.trading.journal)
    if path.is_file():
        with opened_journal(path) as journal:
            try:
                with executor_lock(journal, config.trading.account, clock_ns()):
                    journal.append([HaltSet(reason, clock_ns())], synced=True)
            except UnderroundError:  # whoever trades now has the journal, and sees the file
                return f"{file} written: who trades with {path} now stops within a second"
    return f"{file} written: nothing new is traded until `underround resume`"


def resume(config: Config, clock_ns: Callable[[], int]) -> str:
    """Let trading go on; returns what was done, in words."""
    file = Path(config.trading.kill_file)
    gone = f"{file} removed" if file.exists() else "nothing was halted"
    file.unlink(missing_ok=True)
    path = Path(config.trading.journal)
    if not path.is_file():
        return gone
    with opened_journal(path) as journal:
        halted = journal.portfolio().halt
        try:
            with executor_lock(journal, config.trading.account, clock_ns()):
                if halted is None:
                    return gone
                journal.append([HaltCleared(clock_ns())], synced=True)
                return f"cleared: {halted}"
        except UnderroundError:
            resume_request(file).write_text("resume\n", encoding="utf-8")
            return f"asked the executor to go on (halted: {halted or 'no'})"
