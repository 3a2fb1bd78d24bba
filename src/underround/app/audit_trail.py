"""What a run writes into the audit log: beginning and end, every signal with what it rests on, the
kill switch, calls for a person.

Looks at the engine after the signal is journaled and on its way; decides nothing.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from underround import __version__
from underround.app.recordings.told import Told
from underround.core.book import Book
from underround.core.engine import Engine
from underround.core.opportunity import Leg, Signal
from underround.core.trading.event import KillSwitched
from underround.stores.audit_log import AuditLog

_log = logging.getLogger("underround")


class AuditTrail:
    """Writes one run's decisions down."""

    def __init__(self, log: AuditLog, engine: Engine, recording: Path | None) -> None:
        self.log = log
        self._engine = engine
        self._recording = None if recording is None else str(recording)
        self._signals = 0

    def signal(self, signal: Signal) -> None:
        """Write a signal down with the books it rests on."""
        self._signals += 1
        body = {
            "signal": msgspec.to_builtins(signal),
            "rests_on": [self._rest(leg, signal.at_ns) for leg in signal.legs],
            "recording": self._recording,
            "number": self._signals,
        }
        self.log.append(f"signal {signal.kind}", signal.at_ns, body)

    def command(self, name: str, by: str, at_ns: int, arguments: Mapping[str, Any]) -> None:
        """Write down that somebody told the program to do something."""
        self.log.append("command", at_ns, {"name": name, "by": by, "arguments": dict(arguments)})

    def told(self, event: Told) -> None:
        """Write the kill switch down; whatever else the engine was told stands elsewhere."""
        if isinstance(event, KillSwitched):
            name = "kill" if event.is_set else "resume"
            self.command(name, "switch", event.at_ns, {"reason": event.reason})

    def paged(self, reason: str, at_ns: int) -> None:
        """Write down that a person was called."""
        self.log.append("person called", at_ns, {"reason": reason})

    def _rest(self, leg: Leg, at_ns: int) -> dict[str, Any]:
        book = self._engine.books.get(leg.instrument)
        return {"instrument": leg.instrument} if book is None else _rests_on(book, at_ns)


def _rests_on(book: Book, at_ns: int) -> dict[str, Any]:
    bid_e4, bid_size_e6, ask_e4, ask_size_e6 = book.top()
    link = book.link
    return {
        "instrument": book.instrument.id,
        "bid_e4": bid_e4,
        "bid_size_e6": bid_size_e6,
        "ask_e4": ask_e4,
        "ask_size_e6": ask_size_e6,
        "state": book.state.value,
        "updated_age_ns": at_ns - book.updated_ns if book.updated_ns else None,
        "proven_age_ns": at_ns - book.proven_ns if book.proven_ns else None,
        "connection": "" if link is None else link.name,
    }


@contextmanager
def audit_trail(
    path: Path, engine: Engine, recording: Path | None, clock_ns: Callable[[], int]
) -> Iterator[AuditTrail]:
    """Open the log of a run and write its beginning and end.

    Where another process writes to it, a file beside it is begun, and that is said. Raises
    UnusableError when the file's end is no audit log.
    """
    began_ns = clock_ns()
    try:
        log = AuditLog(path, began_ns=began_ns)
    except BlockingIOError:
        beside = path.with_name(f"{path.stem}-{began_ns}{path.suffix}")
        _log.warning("%s is written by another run; this one writes %s", path, beside)
        log = AuditLog(beside, began_ns=began_ns)
    trail = AuditTrail(log, engine, recording)
    began = {
        "program": __version__,
        "settings": msgspec.to_builtins(engine.settings),
        "recording": None if recording is None else str(recording),
    }
    log.append("run began", began_ns, began)
    try:
        yield trail
    finally:
        log.append("run ended", clock_ns(), {"lost": log.lost})
        log.close()
