"""The pairs file read again while a run goes on; the new are watched, the gone rest.

A file that cannot be read changes nothing. Pairs whose entry is gone or names other markets are
suspended, not forgotten; a restart takes changed ones up.
"""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from underround.app.config import Config
from underround.app.pairs.file import PairEntry, load_pairs
from underround.app.wiring import Running
from underround.core.errors import ConfigError

_log = logging.getLogger("underround")

GONE = "it is no longer in the pairs file"
CHANGED = "its entry names other markets or another side; a restart takes it up"


class PairReload:
    """What a run knows of its pairs file, and how it takes up another version of it."""

    def __init__(self, config: Config, entries: Sequence[PairEntry], run: Running) -> None:
        self._path = Path(config.pairs)
        self._run = run
        self._known = {entry.id: entry for entry in entries}

    async def read(self) -> str:
        """Take the file up and return, and log, in one line what changed."""
        try:
            entries, problems = await asyncio.to_thread(load_pairs, self._path)
        except ConfigError as fault:
            line = f"nothing changed: {fault}"
            _log.warning("⚠️ %s", line)
            return line
        spared = {each.id for each in problems}
        line = f"{self._path} read again: {self._take_up(entries, spared)}"
        if problems:
            line += f"; left out: {'; '.join(map(str, problems))}"
        _log.info("%s", line)
        return line

    def _take_up(self, entries: Sequence[PairEntry], spared: set[str | None]) -> str:
        """Tell the run; pairs whose entry is now faulty (`spared`) stay as they are."""
        stated = {entry.id: entry for entry in entries}
        fresh = [entry for entry in entries if entry.id not in self._known]
        gone = [name for name in self._known if name not in stated and name not in spared]
        changed = [
            name
            for name, entry in stated.items()
            if name in self._known and _bet(entry) != _bet(self._known[name])
        ]
        markets, watch = self._run.markets, self._run.pair_watch
        assert markets is not None
        assert watch is not None
        self._known |= {entry.id: entry for entry in fresh}
        markets.expect(fresh, dropped=[*gone, *changed])
        watch.withdraw(dict.fromkeys(gone, GONE) | dict.fromkeys(changed, CHANGED))
        same = len(stated) - len(fresh) - len(changed)
        parts = [
            f"{len(names)} {word} ({', '.join(names)})"
            for word, names in (
                ("new", [entry.id for entry in fresh]),
                ("gone", gone),
                ("changed", changed),
            )
            if names
        ]
        return ", ".join([*parts, f"{same} as before"])


def _bet(entry: PairEntry) -> tuple[str, str, str]:
    return entry.polymarket, entry.kalshi, entry.polarity
