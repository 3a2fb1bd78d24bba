"""How well probabilities were calibrated: Brier and log scores, reliability, walk-forward.

Works on decisions: what we said, what the market said, what came of it. Corrections are fitted on
windows that had closed before the window they are tried on opened; nothing later is ever seen.
Computes only; reading recordings and drawing are others' work.
"""

from collections.abc import Callable, Iterable, Sequence
from math import log, sqrt
from typing import Protocol, TypeAlias

from msgspec import Struct

from underround.core.windows.distributions import student_cdf

LEAST_WINDOWS = 20
"""Closed windows before a correction is fitted for the first time."""

_CLIP = 1e-6
_Z_95 = 1.96
_CERTAIN = 0.95  # one-sided; by the law of Student, for windows may be few


class Decision(Struct, frozen=True):
    """One probability said before a window closed, and whether YES came true.

    `p_market` is the market's own mid at that moment, None where there was none. `features` are
    what else a correction may look at, known at the time.
    """

    close_at_ns: int
    opened_at_ns: int
    at_ns: int
    p_model: float
    outcome: bool
    p_market: float | None = None
    features: tuple[float, ...] = ()


class Correction(Protocol):
    """A fitted correction of the model's probability."""

    def probability(self, decision: Decision) -> float:
        """Return the corrected P(YES)."""
        ...


Fit: TypeAlias = Callable[[Sequence[Decision]], Correction]
"""Fits a correction to decisions of closed windows; ValueError when they are too few."""


class Bin(Struct, frozen=True):
    """One bin of the reliability plot: what was said, what happened, and how sure that is."""

    low: float
    high: float
    count: int
    said: float
    happened: float
    happened_low: float
    happened_high: float


class Score(Struct, frozen=True):
    """Scores of one forecaster over the same decisions; smaller is better."""

    count: int
    windows: int
    brier: float
    log_loss: float
    bins: tuple[Bin, ...]


class Verdict(Struct, frozen=True):
    """Whether a challenger beat the champion out of sample.

    `gain` is champion's Brier less challenger's; `z` that gain in standard errors over windows
    (decisions within one are no independent evidence).
    """

    gain: float
    standard_error: float
    z: float
    is_better: bool
    windows: int


def brier(probability: float, outcome: bool) -> float:
    """Return the squared error of one probability."""
    return (probability - outcome) ** 2


def score(probabilities: Sequence[float], decisions: Sequence[Decision], bins: int = 10) -> Score:
    """Return the scores of probabilities said at decisions; ValueError when there are none."""
    if not decisions:
        raise ValueError("no decisions, no score")
    count = len(decisions)
    squares = loss = 0.0
    for p, decision in zip(probabilities, decisions, strict=True):
        squares += brier(p, decision.outcome)
        likely = p if decision.outcome else 1 - p
        loss -= log(max(likely, _CLIP))
    return Score(
        count=count,
        windows=len({decision.close_at_ns for decision in decisions}),
        brier=squares / count,
        log_loss=loss / count,
        bins=reliability(probabilities, [decision.outcome for decision in decisions], bins),
    )


def reliability(
    probabilities: Sequence[float], outcomes: Sequence[bool], bins: int = 10
) -> tuple[Bin, ...]:
    """Return the filled bins of equal width, with 95 % Wilson intervals of what happened."""
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for p, outcome in zip(probabilities, outcomes, strict=True):
        groups[min(int(p * bins), bins - 1)].append((p, outcome))
    filled = []
    for place, group in enumerate(groups):
        if group:
            count = len(group)
            hits = sum(outcome for _, outcome in group)
            low, high = wilson_95(hits, count)
            said = sum(p for p, _ in group) / count
            filled.append(
                Bin(place / bins, (place + 1) / bins, count, said, hits / count, low, high)
            )
    return tuple(filled)


def walk_forward(
    decisions: Iterable[Decision], fit: Fit, least_windows: int = LEAST_WINDOWS
) -> tuple[list[Decision], list[float]]:
    """Return the decisions that could be corrected, and the corrected probabilities.

    For each window in order of opening, the correction is fitted on the decisions of all windows
    closed by then. Windows before the first fit are left out.
    """
    ordered = sorted(decisions, key=lambda decision: (decision.opened_at_ns, decision.at_ns))
    tried: list[Decision] = []
    probabilities: list[float] = []
    correction: Correction | None = None
    fitted_on = 0
    for opened_at_ns in dict.fromkeys(decision.opened_at_ns for decision in ordered):
        past = [decision for decision in ordered if decision.close_at_ns <= opened_at_ns]
        windows = len({decision.close_at_ns for decision in past})
        if windows >= least_windows and windows != fitted_on:
            correction, fitted_on = fit(past), windows
        if correction is None:
            continue
        for decision in ordered:
            if decision.opened_at_ns == opened_at_ns:
                tried.append(decision)
                probabilities.append(correction.probability(decision))
    return tried, probabilities


def compare(
    champion: Sequence[float], challenger: Sequence[float], decisions: Sequence[Decision]
) -> Verdict:
    """Judge a challenger by its gain in Brier, one value a window; ValueError below two windows."""
    gains: dict[int, list[float]] = {}
    for old, new, decision in zip(champion, challenger, decisions, strict=True):
        gain = brier(old, decision.outcome) - brier(new, decision.outcome)
        gains.setdefault(decision.close_at_ns, []).append(gain)
    means = [sum(values) / len(values) for values in gains.values()]
    windows = len(means)
    if windows < 2:
        raise ValueError(f"{windows} windows out of sample are too few to judge")
    gain = sum(means) / windows
    scatter = sum((mean - gain) ** 2 for mean in means) / (windows - 1)
    error = sqrt(scatter / windows)
    z = gain / error if error else 0.0
    is_better = bool(error) and student_cdf(z, windows - 1) > _CERTAIN
    return Verdict(gain, error, z, is_better, windows)


def wilson_95(hits: int, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    share, squared = hits / count, _Z_95**2
    centre = (share + squared / (2 * count)) / (1 + squared / count)
    spread = share * (1 - share) / count + squared / (4 * count * count)
    half = _Z_95 * sqrt(spread) / (1 + squared / count)
    # at no hits or only hits the interval ends there exactly, whatever rounding says
    return min(max(centre - half, 0.0), share), max(min(centre + half, 1.0), share)
