"""One signal explained as one value: frames, books, walk, fees, what was said of it after.

The fields and their units are described in docs/how-to/explain.md; the web page and the terminal
show the same value. Derived from the recording alone; prints nothing.
"""

from pathlib import Path

from msgspec import Struct

from underround.app.config import Config
from underround.app.explain.frames import Evidence, evidence_of
from underround.app.explain.moment import LegMoment
from underround.app.explain.retrace import Retraced, Wanted, retrace
from underround.app.explain.target import sought
from underround.app.explain.walk import Walk, walk_again
from underround.core.consumption import Consumption
from underround.core.contract_terms import VoidCase, void_cases, worst_payoff_e6
from underround.core.opportunity import Signal, SignalKind
from underround.core.pair import Pair
from underround.core.worst_case import bought_of, payoff_per_set_e6
from underround.stores.recording_reader import Place


class Life(Struct, frozen=True, kw_only=True):
    """What became of it; `closed_ns` and `lasted_ns` are None where the recording ends before.

    `peak_edge_e6` is the best edge at the top that was told of, `end` what ended it (trade, cancel,
    gate) and the trades that show it.
    """

    opened_ns: int
    closed_ns: int | None
    lasted_ns: int | None
    reason: str
    end: Consumption | None
    peak_edge_e6: int
    signals: tuple[Signal, ...]


class Explanation(Struct, frozen=True, kw_only=True):
    """Everything a signal rested on, and what happened after.

    `worst_payoff_e6` is the least a set pays in any of the `void_cases`, usd_e6; `proof` says why
    a structure pays when all is settled as asked, "" for a pair.
    """

    id: str
    kind: str
    recording: str
    raised_at: Place
    signal: Signal
    number: int
    pair: Pair | None
    differences: tuple[str, ...]
    void_cases: tuple[VoidCase, ...]
    worst_payoff_e6: int
    legs: tuple[LegMoment, ...]
    walk: Walk | None
    evidence: tuple[Evidence, ...]
    life: Life
    proof: str = ""


def explain(
    config: Config, signal_id: str, recording: Path | None, journal: Path | None
) -> Explanation:
    """Explain the signal that an id means.

    UnderroundError, one line, when there is none; UnusableError, OSError for its recording.
    """
    target = sought(signal_id, config, recording, journal)
    return explained(target.recording, target.wanted)


def explained(recording: Path, wanted: Wanted) -> Explanation:
    """Explain a signal of a recording; errors as `retrace`."""
    traced = retrace(recording, wanted)
    moment, terms = traced.moment, traced.pair.terms if traced.pair is not None else None
    payoff_e6 = payoff_per_set_e6(moment.signal)
    bought = bought_of(moment.signal)
    return Explanation(
        id=moment.signal.id,
        kind=moment.signal.underround.value,
        recording=traced.recording,
        raised_at=traced.raised_at,
        signal=moment.signal,
        number=moment.number,
        pair=traced.pair,
        differences=() if terms is None else terms.differences,
        void_cases=void_cases(bought, payoff_e6, terms),
        worst_payoff_e6=worst_payoff_e6(bought, payoff_e6, terms),
        legs=moment.legs,
        walk=walk_again(moment),
        evidence=tuple(evidence_of(traced)),
        life=_life(traced),
        proof=moment.proof,
    )


def _life(traced: Retraced) -> Life:
    opened, last = traced.story[0], traced.story[-1]
    is_closed = last.kind is SignalKind.CLOSED
    return Life(
        opened_ns=opened.at_ns,
        closed_ns=last.at_ns if is_closed else None,
        lasted_ns=last.at_ns - opened.at_ns if is_closed else None,
        reason=last.reason,
        end=traced.end,
        peak_edge_e6=max(signal.edge_top_e6 for signal in traced.story),
        signals=tuple(traced.story),
    )
