"""How well our probabilities did, as one report: scores, the market's beside them, corrections.

A correction is fitted only on windows that had closed before the one it is tried on opened, and
called better only where its gain out of sample is certain. Says so either way; changes nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import to_builtins

from underround.app.bitcoin.calibration import (
    LEAST_WINDOWS,
    Decision,
    Fit,
    Score,
    Verdict,
    compare,
    score,
    walk_forward,
)
from underround.app.bitcoin.learner import fit_boosted, fit_logistic
from underround.core.errors import ConfigError

CORRECTIONS: Final[Mapping[str, Fit]] = {"logistic": fit_logistic, "boosted": fit_boosted}
MODEL: Final = "closed form"
MARKET: Final = "market's mid"


def scores_of(decisions: Sequence[Decision]) -> dict[str, Score]:
    """Return the scores of our probability and, where it was quoted, of the market's mid.

    Both over the decisions that have both, so that they can be compared; without any mid ours over
    all. ValueError without decisions.
    """
    quoted = [each for each in decisions if each.p_market is not None]
    if not quoted:
        return {MODEL: score([each.p_model for each in decisions], decisions)}
    return {
        MODEL: score([each.p_model for each in quoted], quoted),
        MARKET: score([each.p_market or 0.0 for each in quoted], quoted),
    }


def calibration_report(
    decisions: Sequence[Decision], least_windows: int = LEAST_WINDOWS
) -> dict[str, Any]:
    """Return scores, the comparison with the market, and what each correction was worth."""
    scores = scores_of(decisions)
    report: dict[str, Any] = {
        "decisions": len(decisions),
        "windows": len({each.close_at_ns for each in decisions}),
        "scores": {name: to_builtins(each) for name, each in scores.items()},
        "against_market": None,
        "corrections": {
            name: _tried(decisions, fit, least_windows) for name, fit in CORRECTIONS.items()
        },
    }
    quoted = [each for each in decisions if each.p_market is not None]
    if MARKET in scores and scores[MARKET].windows > 1:
        market = [each.p_market or 0.0 for each in quoted]
        verdict = compare(market, [each.p_model for each in quoted], quoted)
        report["against_market"] = to_builtins(verdict)
    return report


def report_lines(report: Mapping[str, Any]) -> list[str]:
    """Return the report for a person."""
    lines = [f"{report['decisions']} decisions, windows of {report['windows']} closes", ""]
    for name, each in report["scores"].items():
        lines.append(
            f"{name:12}  Brier {each['brier']:.4f}  log loss {each['log_loss']:.4f}  "
            f"({each['count']} decisions)"
        )
    lines += ["", "  said      happened  95 % of it      decisions"]
    for one in report["scores"][MODEL]["bins"]:
        span = f"{one['happened_low']:.2f} … {one['happened_high']:.2f}"
        lines.append(f"  {one['said']:.3f}     {one['happened']:.3f}     {span:14}  {one['count']}")
    lines.append("")
    verdict = report["against_market"]
    if verdict is None:
        lines.append("against the market: too few windows with a quote to judge")
    else:
        word = "better" if verdict["is_better"] else "not shown to be better"
        lines.append(f"against the market's mid: {word} ({_figures(verdict)})")
    for name, each in report["corrections"].items():
        lines.append(f"{name} correction, walk-forward: {_said(each)}")
    return lines


def _tried(decisions: Sequence[Decision], fit: Fit, least_windows: int) -> dict[str, Any]:
    """Return a correction's verdict, or why there is none."""
    try:
        tried, corrected = walk_forward(decisions, fit, least_windows)
        plain = [each.p_model for each in tried]
        verdict: Verdict = compare(plain, corrected, tried)
    except (ConfigError, ValueError) as error:
        windows = len({each.close_at_ns for each in decisions})
        too_few = isinstance(error, ValueError) and windows < least_windows + 2
        wanted = f"{windows} windows; it is fitted from {least_windows} on and tried on later ones"
        return {"verdict": None, "why_not": wanted if too_few else str(error)}
    return {
        "verdict": to_builtins(verdict),
        "why_not": None,
        "brier": score(corrected, tried).brier,
        "brier_closed_form": score(plain, tried).brier,
    }


def _said(each: Mapping[str, Any]) -> str:
    if each["verdict"] is None:
        return f"not tried: {each['why_not']}"
    word = "better" if each["verdict"]["is_better"] else "not better, the closed form stays"
    return (
        f"{word} (Brier {each['brier']:.4f} against {each['brier_closed_form']:.4f}; "
        f"{_figures(each['verdict'])})"
    )


def _figures(verdict: Mapping[str, Any]) -> str:
    return (
        f"gain {verdict['gain']:+.4f} ± {verdict['standard_error']:.4f} in "
        f"{verdict['windows']} windows, z {verdict['z']:+.2f}"
    )
