"""A chance on one estimate, over time: opened, changed, closed. Never an underround.

What a strategy thinks of, and a pair of windows under two oracles, become signals here; each says
what it rests on. None is riskless, so none carries an underround's grade.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import SignalKind

_EDGE_STEP = 0.01


class Grade(StrEnum):
    """What a chance rests on."""

    ESTIMATE = "estimate"  # a fair value
    BASIS_RISK = "basis_risk"  # two oracles that may resolve apart


class ValueLeg(Struct, frozen=True):
    """One outcome to buy, with its price and its all-in cost a contract in usd_e6."""

    venue: Venue
    instrument: str
    outcome: Outcome
    price_e4: int
    cost_e6: int
    size_e6: int


class Chance(Struct, frozen=True, kw_only=True):
    """What is wanted now: legs, the expected edge (USD a contract), how sure, and why.

    `loss_probability` is the chance that no leg pays. One that no longer `opens` only keeps.
    """

    source: str
    subject: str
    grade: Grade
    legs: tuple[ValueLeg, ...]
    edge: float
    confidence: float
    loss_probability: float
    reason: str
    opens: bool = True

    @property
    def key(self) -> str:
        """What makes it the same chance as before."""
        outcomes = "+".join(leg.outcome for leg in self.legs)
        return f"{self.source}/{self.subject}/{outcomes}"


class ValueSignal(Struct, frozen=True, kw_only=True):
    """One moment in the life of a chance; `reason` says why it opened, or why it closed."""

    kind: SignalKind
    id: str
    at_ns: int
    chance: Chance
    reason: str


class ValueSignals:
    """All open chances; turns what is wanted now into what changed."""

    def __init__(self) -> None:
        self.open: dict[str, ValueSignal] = {}
        self._opened = 0

    def update(
        self, scope: str, chances: Iterable[Chance], at_ns: int, reason: str = "edge gone"
    ) -> list[ValueSignal]:
        """Return what opened, changed or closed among the chances of a scope.

        `chances` are all that stand in this scope now; those it had and has no more are closed
        with `reason`. The scope is the leading part of their keys.
        """
        wanted = {chance.key: chance for chance in chances}
        said = [
            self._close(signal, at_ns, reason)
            for key, signal in list(self.open.items())
            if key.startswith(scope) and key not in wanted
        ]
        for key, chance in wanted.items():
            before = self.open.get(key)
            if before is None and not chance.opens:
                continue
            if before is None:
                self._opened += 1
                said.append(self._say(SignalKind.OPENED, f"{key}/{self._opened}", chance, at_ns))
            elif abs(chance.edge - before.chance.edge) >= _EDGE_STEP:
                said.append(self._say(SignalKind.CHANGED, before.id, chance, at_ns))
        return said

    def _say(self, kind: SignalKind, name: str, chance: Chance, at_ns: int) -> ValueSignal:
        signal = ValueSignal(kind=kind, id=name, at_ns=at_ns, chance=chance, reason=chance.reason)
        self.open[chance.key] = signal
        return signal

    def _close(self, signal: ValueSignal, at_ns: int, reason: str) -> ValueSignal:
        del self.open[signal.chance.key]
        return ValueSignal(
            kind=SignalKind.CLOSED,
            id=signal.id,
            at_ns=at_ns,
            chance=signal.chance,
            reason=reason,
        )
