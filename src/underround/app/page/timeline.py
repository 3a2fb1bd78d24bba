"""A recorded session as a timeline: its opportunities, and best prices second by second.

Runs a recording through a replay and writes one JSON object to stdout. Whoever shows it beside a
live run starts it as a process of its own (`python -m underround.app.page.timeline DIR`), so that
nothing live waits for it.
"""

import sys
from pathlib import Path
from typing import Any, Final

import msgspec

from underround.app.page.opportunity_table import OpportunityTable
from underround.app.page.topics import market_fact, opportunity_row
from underround.app.recordings.replay import Replay
from underround.core.engine import Engine
from underround.core.errors import UnderroundError
from underround.core.event import Event, time_of
from underround.core.instrument import Outcome
from underround.core.units import NS_PER_MS, NS_PER_SECOND

MOST_MARKETS: Final = 60
MOST_POINTS: Final = 900
MOST_OPPORTUNITIES: Final = 2_000

Top = tuple[int, int | None, int | None, str]
"""When (ms), best bid and ask (e4), the book's state."""


class Timeline:
    """What one replay showed. Its steps grow with its length, so that it stays small."""

    def __init__(self) -> None:
        self.replay = Replay()
        self.table = OpportunityTable(lambda _: ())
        self.rows: list[dict[str, Any]] = []
        self.began_ns = self.ended_ns = 0
        self._tops: dict[str, list[Top]] = {}
        self._shown: list[str] = []
        self._step_ns = NS_PER_SECOND
        self._due_ns = 0
        self.replay.on_signal.append(self.table.add)
        self.replay.on_event.append(self._look)

    def run(self, recording: Path) -> dict[str, Any]:
        """Replay a recording and return its timeline; UnusableError when it is none."""
        self.replay.run(recording)
        engine = self.replay.engine
        if engine is not None:
            self._sample(engine, self.ended_ns)
            self._take_closed(engine)
            still_open = [opportunity_row(each, engine.books) for each in self.table.open.values()]
            self.rows += still_open
        facts = {} if engine is None else self._facts(engine)
        return {
            "began_ms": self.began_ns // NS_PER_MS,
            "ended_ms": self.ended_ns // NS_PER_MS,
            "inputs": self.replay.inputs,
            "lost": self.replay.lost,
            "damage": len(self.replay.damage),
            "signals": self.replay.digest.count,
            "opportunities": self.rows[:MOST_OPPORTUNITIES],
            "markets": facts,
            "tops": self._tops,
        }

    def _look(self, event: Event) -> None:
        at_ns = time_of(event)
        self.began_ns = self.began_ns or at_ns
        self.ended_ns = max(self.ended_ns, at_ns)
        engine = self.replay.engine
        if at_ns >= self._due_ns and engine is not None:
            self._due_ns = at_ns + self._step_ns
            self._sample(engine, at_ns)
            self._take_closed(engine)

    def _sample(self, engine: Engine, at_ns: int) -> None:
        if not self._shown:
            self._shown = _worth_showing(engine)
            self._tops = {name: [] for name in self._shown}
        for name in self._shown:
            book = engine.books.get(name)
            if book is None:
                continue
            bid_e4, _, ask_e4, _ = book.top()
            points = self._tops[name]
            top = (at_ns // NS_PER_MS, bid_e4, ask_e4, book.state.value)
            if not points or points[-1][1:] != top[1:]:
                points.append(top)
                if len(points) > MOST_POINTS:
                    self._coarsen()

    def _coarsen(self) -> None:
        self._step_ns *= 2
        for name, points in self._tops.items():
            self._tops[name] = points[::2]

    def _take_closed(self, engine: Engine) -> None:
        while self.table.closed:
            self.rows.append(opportunity_row(self.table.closed.popleft(), engine.books))

    def _facts(self, engine: Engine) -> dict[str, dict[str, Any]]:
        return {
            name: market_fact(engine.books[name].instrument, None)
            for name in self._shown
            if name in engine.books
        }


def _worth_showing(engine: Engine) -> list[str]:
    """Return the YES instruments of pairs, then others, up to a limit."""
    paired = {
        side.book.instrument.id for direction in engine.directions for side in direction.sides
    }
    names = [name for name, book in engine.books.items() if book.instrument.outcome is Outcome.YES]
    names.sort(key=lambda name: name not in paired)
    return names[:MOST_MARKETS]


def main() -> None:
    """Write the timeline of the recording that the command line names; one line on a fault."""
    try:
        found = Timeline().run(Path(sys.argv[1]))
    except (UnderroundError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
