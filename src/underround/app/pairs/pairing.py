"""Pairs made of entries and the instruments they name; the same two markets are paired once only.

Knows no venue and no file. Two entries may name one market in different words, so that only here,
with the instruments found, it shows.
"""

from collections.abc import Iterable
from typing import Any

from underround.app.pairs.file import PairEntry
from underround.core.instrument import Instrument
from underround.core.pair import Pair


class Pairing:
    """Makes pairs one after another; `problems` names those that were left out."""

    def __init__(self, pairs: Iterable[Pair] = ()) -> None:
        self.pairs = {pair.id: pair for pair in pairs}
        self.problems: list[str] = []
        self._running = frozenset(self.pairs)

    def add(self, entry: PairEntry, yes: Instrument, kalshi: Instrument) -> Pair | None:
        """Make an entry's pair; None, and a problem, where its markets are paired already.

        With the other polarity one of the two is wrong, and nobody can tell which: neither is used,
        unless the other one runs already.
        """
        pair = Pair.of(entry.id, yes, kalshi, entry.polarity, entry.note, entry.terms)
        for other in self.pairs.values():
            if _markets(other) != _markets(pair):
                continue
            if _way(other) == _way(pair):
                self.problems.append(f"pair {pair.id!r}: the same two markets as pair {other.id!r}")
                return None
            self._contradict(pair, other)
            return None
        self.pairs[pair.id] = pair
        return pair

    def _contradict(self, pair: Pair, other: Pair) -> None:
        said = "the same two markets with the other polarity"
        if other.id in self._running:
            self.problems.append(f"pair {pair.id!r}: {said} as pair {other.id!r}, which runs")
            return
        self.problems.append(f"pair {other.id!r}: {said} as pair {pair.id!r}; neither is used")
        self.problems.append(f"pair {pair.id!r}: {said} as pair {other.id!r}; neither is used")
        del self.pairs[other.id]


def _markets(pair: Pair) -> tuple[Any, ...]:
    return frozenset((pair.polymarket_yes, pair.polymarket_no)), pair.kalshi


def _way(pair: Pair) -> frozenset[tuple[str, str]]:
    """Return which books are bought together, whichever token an entry calls YES."""
    return frozenset(
        (first.instrument, f"{second.instrument} {second.outcome}")
        for _, first, second in pair.complete_sets
    )
