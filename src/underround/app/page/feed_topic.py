"""What the page shows of the feeds: every connection, every stage's histogram, what was counted.

Reads what others counted; counts nothing itself but the differences between two looks.
"""

from typing import Any

from underround.app.page.connection_list import connections
from underround.app.page.run_sight import RunSight
from underround.app.page.stages import BOUNDS_S
from underround.core.units import NS_PER_MS, NS_PER_SECOND


class Rates:
    """How many frames and bytes a second came, by connection, between two looks."""

    def __init__(self, sight: RunSight) -> None:
        self._sight = sight
        self._at_ns = sight.run.clock_ns()
        self._before: dict[str, tuple[int, int]] = {}
        self.by_connection: dict[str, tuple[float, float]] = {}

    def look(self, at_ns: int) -> None:
        """Work out the rates anew, at most once a second."""
        passed_ns = at_ns - self._at_ns
        if passed_ns < NS_PER_SECOND:
            return
        now = {
            feed.connection: (feed.counters.frames, feed.counters.bytes)
            for feed in self._sight.run.feeds
        }
        for name, (frames, size_bytes) in now.items():
            old_frames, old_bytes = self._before.get(name, (0, 0))
            self.by_connection[name] = (
                (frames - old_frames) * NS_PER_SECOND / passed_ns,
                (size_bytes - old_bytes) * NS_PER_SECOND / passed_ns,
            )
        self._before, self._at_ns = now, at_ns

    @property
    def frames_per_s(self) -> float:
        """Frames a second of all connections together."""
        return sum(frames for frames, _ in self.by_connection.values())


def feeds(sight: RunSight, rates: Rates, at_ns: int) -> dict[str, Any]:
    """Return every connection, every stage's histogram, and what was counted."""
    run = sight.run
    rates.look(at_ns)
    rows = []
    for each in connections(run):
        frames_per_s, bytes_per_s = rates.by_connection.get(each.name, (0.0, 0.0))
        quiet_ns = None if each.last_data_ns is None else max(at_ns - each.last_data_ns, 0)
        rows.append(
            {
                "name": each.name,
                "venue": each.venue,
                "up": each.is_open,
                "slow": each.is_slow,
                "books": each.books,
                "live": each.live,
                "frames_per_s": round(frames_per_s, 1),
                "bytes_per_s": round(bytes_per_s),
                "quiet_ms": None if quiet_ns is None else quiet_ns // NS_PER_MS,
                "connects": each.counters.connects,
                "disconnects": each.counters.disconnects,
                "errors": each.counters.errors,
                "silences": each.counters.silent,
            }
        )
    sight.probe.fold()
    return {
        "connections": rows,
        "bounds_s": BOUNDS_S,
        "stages": {
            stage.value: {
                "counts": durations.counts,
                "p50_s": durations.quantile_s(0.5),
                "p99_s": durations.quantile_s(0.99),
            }
            for stage, durations in sight.probe.stages.items()
        },
        "counts": run.engine.counts.as_dict(),
        "noted": dict(run.pipeline.noted),
        "venues": run.engine.trust.statuses.rows(),
    }
