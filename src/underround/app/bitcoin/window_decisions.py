"""What was said of windows before they closed, and what came of them: decisions to be scored.

Read from session files, or from recordings by replaying them with the program as it is now. A
decision holds only what was known at its moment; the outcome is the venue's own word.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from underround.app.bitcoin.calibration import Decision
from underround.app.bitcoin.session_file import read_session
from underround.app.recordings.replay import Replay
from underround.core.effect import Effect
from underround.core.errors import UnderroundError
from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS, NS_PER_SECOND, PRICE_ONE_E4
from underround.core.windows.pricing_effect import WindowEnded, WindowsPriced
from underround.core.windows.view import View, WindowView
from underround.core.windows.window import Window

MOMENTS: Final = (14, 12, 10, 8, 6, 5, 4, 3, 2, 1.5, 1, 0.75, 0.5, 0.25)
"""When a window of fifteen is looked at: so many fifteenths of it before its close."""

Row: TypeAlias = tuple[int, float, float | None]
"""(ms since 1970, P(YES) of ours, the market's mid or None)."""


def decisions_of(paths: Iterable[Path]) -> list[Decision]:
    """Return the decisions in session files and recordings, the earliest first.

    A window that is in several files counts once. UnderroundError, one line, without any.
    """
    found: dict[str, list[Decision]] = {}
    for path in paths:
        for name, decisions in _read(path):
            found.setdefault(name, decisions)
    decisions = [decision for each in found.values() for decision in each]
    if not decisions:
        raise UnderroundError(
            "no window in there was priced and resolved; let `underround pipeline` run until "
            "windows have closed (with --simulated they last 15 s)"
        )
    return sorted(decisions, key=lambda each: (each.at_ns, each.close_at_ns))


def _read(path: Path) -> Iterator[tuple[str, list[Decision]]]:
    """Yield (window, decisions): a file is a session, a folder a recording."""
    if path.is_dir():
        history = WindowHistory()
        replay = Replay()
        replay.on_effect.append(history.hear)
        replay.run(path)
        yield from history.decisions()
        return
    for window in read_session(path).get("windows", []):
        if window.get("venue") == Venue.KALSHI and "resolved" in window:
            yield window["id"], _of_session(window)


class WindowHistory:
    """Hears a replay's pricing effects, and keeps a row a second of every Kalshi window."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._ended: dict[str, tuple[Window, bool]] = {}

    def hear(self, effect: Effect) -> None:
        """Take up one effect."""
        if isinstance(effect, WindowsPriced) and effect.view.at_ns % NS_PER_SECOND == 0:
            self._priced(effect.view)
        elif isinstance(effect, WindowEnded):
            self._ended[effect.window.id] = (effect.window, effect.resolved_yes)

    def decisions(self) -> Iterator[tuple[str, list[Decision]]]:
        """Yield (window, decisions) of those that were resolved."""
        for name, (window, is_yes) in self._ended.items():
            opens_ms, closes_ms = window.opens_at_ns // NS_PER_MS, window.close_at_ns // NS_PER_MS
            yield name, sampled(self._rows.get(name, []), opens_ms, closes_ms, is_yes)

    def _priced(self, view: View) -> None:
        for each in view.windows:
            if each.fair is not None and each.window.venue is Venue.KALSHI:
                row = (view.at_ns // NS_PER_MS, each.fair.p_yes, mid_of(each))
                self._rows.setdefault(each.window.id, []).append(row)


def mid_of(each: WindowView) -> float | None:
    """Return the middle of a window's YES quote; None where a side is missing."""
    if each.yes is None or each.no is None:
        return None
    return (each.yes.price_e4 + PRICE_ONE_E4 - each.no.price_e4) / 2 / PRICE_ONE_E4


def sampled(rows: Sequence[Row], opens_ms: int, closes_ms: int, outcome: bool) -> list[Decision]:
    """Return a window's decisions: of each stretch between two moments the first row."""
    fifteenth_ms = (closes_ms - opens_ms) / 15
    begins = [closes_ms - moment * fifteenth_ms for moment in MOMENTS]
    ends = [*begins[1:], closes_ms]
    decisions = []
    for begin_ms, end_ms in zip(begins, ends, strict=True):
        row = next((row for row in rows if begin_ms <= row[0] < end_ms), None)
        if row is None:
            continue
        at_ms, p_model, p_market = row
        left = (closes_ms - at_ms) / max(closes_ms - opens_ms, 1)
        decisions.append(
            Decision(
                close_at_ns=closes_ms * NS_PER_MS,
                opened_at_ns=opens_ms * NS_PER_MS,
                at_ns=at_ms * NS_PER_MS,
                p_model=p_model,
                outcome=outcome,
                p_market=p_market,
                features=(left,),
            )
        )
    return decisions


def _of_session(window: Mapping[str, Any]) -> list[Decision]:
    rows = [
        (at_ms, fair, None if bid is None or ask is None else (bid + ask) / 2)
        for at_ms, _, fair, _, bid, ask in window.get("prices", [])
        if fair is not None
    ]
    if "opens" not in window or "closes" not in window:
        return []
    return sampled(rows, window["opens"], window["closes"], window["resolved"])
