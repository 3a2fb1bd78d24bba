"""Corrections of the closed form's probability: a logistic one, and a gradient-boosted one.

The logistic correction needs nothing; the boosted one the `learn` extra. Neither is used for
anything until it has beaten the closed form out of sample (`calibration.compare`).
"""

from collections.abc import Sequence
from importlib import import_module
from math import exp, log
from typing import Any

from msgspec import Struct

from underround.app.bitcoin.calibration import Decision
from underround.core.errors import ConfigError
from underround.core.windows.linear_system import solve

_CLIP = 1e-4
_RIDGE = 1.0
_STEPS = 25


class LogisticCorrection(Struct, frozen=True):
    """P' with logit P' = weights · (1, logit P, features); (0, 1, 0 …) changes nothing."""

    weights: tuple[float, ...]

    def probability(self, decision: Decision) -> float:
        """Return the corrected P(YES)."""
        inputs = _inputs(decision)
        return _sigmoid(sum(w * x for w, x in zip(self.weights, inputs, strict=True)))


def fit_logistic(decisions: Sequence[Decision]) -> LogisticCorrection:
    """Fit by penalised maximum likelihood (Newton), drawn towards changing nothing.

    ValueError for no decisions.
    """
    if not decisions:
        raise ValueError("no decisions to fit to")
    rows = [_inputs(decision) for decision in decisions]
    size = len(rows[0])
    neutral = [1.0 if place == 1 else 0.0 for place in range(size)]
    weights = list(neutral)
    for _ in range(_STEPS):
        gradient = [_RIDGE * (n - w) for n, w in zip(neutral, weights, strict=True)]
        curvature = [[_RIDGE * (i == j) for j in range(size)] for i in range(size)]
        for inputs, decision in zip(rows, decisions, strict=True):
            p = _sigmoid(sum(w * x for w, x in zip(weights, inputs, strict=True)))
            error, weight = decision.outcome - p, p * (1 - p)
            for i, x in enumerate(inputs):
                gradient[i] += error * x
                for j, y in enumerate(inputs):
                    curvature[i][j] += weight * x * y
        step = solve(curvature, gradient)
        weights = [w + s for w, s in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-10:
            break
    return LogisticCorrection(tuple(weights))


class BoostedCorrection:
    """Gradient-boosted trees over (logit P, features)."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def probability(self, decision: Decision) -> float:
        """Return the corrected P(YES)."""
        return float(self._model.predict_proba([_inputs(decision)[1:]])[0][1])


def fit_boosted(decisions: Sequence[Decision]) -> BoostedCorrection:
    """Fit shallow trees, with a fixed seed.

    ConfigError when the `learn` extra is not installed; ValueError for one outcome only.
    """
    try:
        ensemble = import_module("sklearn.ensemble")
    except ImportError:
        raise ConfigError(
            "the boosted correction needs scikit-learn: pip install 'underround[learn]'"
        ) from None
    if len({decision.outcome for decision in decisions}) < 2:
        raise ValueError("decisions with one outcome only teach nothing")
    model = ensemble.HistGradientBoostingClassifier(
        max_iter=60, max_depth=2, learning_rate=0.05, l2_regularization=5.0, random_state=0
    )
    model.fit(
        [_inputs(decision)[1:] for decision in decisions],
        [decision.outcome for decision in decisions],
    )
    return BoostedCorrection(model)


def _inputs(decision: Decision) -> tuple[float, ...]:
    p = min(max(decision.p_model, _CLIP), 1 - _CLIP)
    return (1.0, log(p / (1 - p)), *decision.features)


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x)) if x >= 0 else exp(x) / (1 + exp(x))
