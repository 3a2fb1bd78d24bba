"""Numbers with their bounds, read out of titles: "above $68,000", "50+ bps", "between 89-90°F".

Exact decimals; no dates (they are taken out before) and no unit conversion.
"""

import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Final

from underround.matching.terms import Interval
from underround.matching.wording import plain

_SCALE: Final = {
    "k": 10**3, "m": 10**6, "mm": 10**6, "b": 10**9, "bn": 10**9, "t": 10**12,
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
_UNIT: Final = (
    r"(?:\s?(?P<{0}unit>%|percent(?:age points?)?|bps|bp|basis points?|°\s?[FC]?|degrees?|"
    r"[kmbt]\b|mm\b|"
    r"bn\b|thousand\b|million\b|billion\b|trillion\b))?"
)
_NUMBER: Final = r"(?P<{0}sign>[-+])?(?P<{0}cur>[$€£])?(?P<{0}num>\d[\d,]*(?:\.\d+)?|\.\d+)" + _UNIT
_A, _B = _NUMBER.format("a"), _NUMBER.format("b")
_BETWEEN = re.compile(rf"(?:\b(?:between|from)\s+)?{_A}\s*(?:-|to|and|–)\s*{_B}(?![\d-])", re.I)
_BETWEEN_LEAD = re.compile(r"\b(?:between|from)\b|range", re.I)
_AT_LEAST = re.compile(
    rf"(?:\b(?:at least|no (?:less|fewer|lower) than|not less than|minimum of|>=)\s*){_A}"
    rf"|(?:{_B}\s*(?:\+(?!\d)|or (?:more|above|higher|greater|over|older|later)|and (?:above|"
    rf"over|up)))",
    re.I,
)
_ABOVE = re.compile(
    rf"(?:\b(?:above|over|more than|greater than|higher than|exceed(?:s|ing)?|exceeds|beyond|"
    rf"surpass(?:es)?|"
    rf"larger than|>)|>)\s*(?:a total of\s+)?{_A}",
    re.I,
)
_AT_MOST = re.compile(
    rf"(?:\b(?:at most|no (?:more|greater|higher) than|not more than|up to|<=)\s*){_A}"
    rf"|(?:{_B}\s*or (?:less|below|fewer|lower|under))",
    re.I,
)
_BELOW = re.compile(
    rf"(?:\b(?:below|under|less than|fewer than|lower than|smaller than)|<)\s*{_A}", re.I
)

_DIP = re.compile(rf"\b(?:dip|drop|fall)s?\s+(?:to|below)\s+{_A}", re.I)
_EXACT = re.compile(rf"(?<![\w.\-#]){_A}(?![\w\-])", re.I)

_BOUNDS: Final[tuple[tuple[re.Pattern[str], Callable[[Decimal], Interval]], ...]] = (
    (_AT_LEAST, lambda value: Interval(value, None)),
    (_AT_MOST, lambda value: Interval(None, value)),
    (_BELOW, lambda value: Interval(None, value, high_included=False)),
    (_DIP, lambda value: Interval(None, value)),
    (_ABOVE, lambda value: Interval(value, None, low_included=False)),
)


def _amount(found: re.Match[str], tag: str) -> Decimal | None:
    group = found.groupdict()
    text = group.get(f"{tag}num")
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    if group.get(f"{tag}sign") == "-":
        value = -value
    return value * _SCALE.get((group.get(f"{tag}unit") or "").lower(), 1)


def unit_of(text: str) -> str:
    """Return the canonical unit written in `text`: "%", "bps", "degrees", "$", or ""."""
    low = text.lower()
    if "bps" in low or "basis point" in low or re.search(r"\d\s?bp\b", low):
        return "bps"
    if "°" in low or re.search(r"\bdegrees?\b", low):
        return "degrees"
    if "%" in low or "percent" in low:
        return "%"
    return "$" if "$" in low else ""


def _first(found: re.Match[str]) -> Decimal | None:
    value = _amount(found, "a")
    return value if value is not None else _amount(found, "b")


def _range(text: str) -> tuple[Interval, tuple[int, int]] | None:
    for found in _BETWEEN.finditer(text):
        low, high = _amount(found, "a"), _amount(found, "b")
        if low is None or high is None:
            continue
        scale = _SCALE.get((found["bunit"] or "").lower(), 1)
        if scale > 1 and not found["aunit"]:
            low *= scale
        lead = _BETWEEN_LEAD.search(found.group())
        if found["bsign"] == "-" and not lead:
            continue
        if 1990 <= low <= 2100 and 1990 <= high <= 2100 and not found["acur"]:
            continue  # a season, "2025-2026"
        if low < high and (lead or found["aunit"] or found["bunit"] or found["acur"] or low >= 10):
            return Interval(low, high), found.span()
    return None


def find_interval(text: str) -> tuple[Interval | None, str]:
    """Return the first bound or range written in `text`, and the text without it.

    A lone number is no bound here (see `find_numbers`): it may be a name's part.
    """
    text = plain(text)
    ranged = _range(text)
    if ranged:
        interval, (start, end) = ranged
        return interval, text[:start] + " " + text[end:]
    for pattern, make in _BOUNDS:
        for found in pattern.finditer(text):
            value = _first(found)
            if value is not None:
                return make(value), text[: found.start()] + " " + text[found.end() :]
    return None, text


def find_numbers(text: str) -> tuple[list[Decimal], str]:
    """Return the lone numbers of `text` and the text without them; "G2" and "98th" are none."""
    text = plain(text)
    values: list[Decimal] = []
    pieces: list[str] = []
    start = 0
    for found in _EXACT.finditer(text):
        value = _amount(found, "a")
        if value is not None:
            values.append(value)
            pieces.append(text[start : found.start()])
            start = found.end()
    pieces.append(text[start:])
    return values, " ".join(pieces)


def on_grid(interval: Interval, step: Decimal) -> Interval:
    """Return `interval` with closed ends on multiples of `step`: over 1.5 goals is [2, …).

    Two bounds that hold for the same multiples of `step` come out equal.
    """
    low, high = interval.low, interval.high
    if low is not None:
        up = (low / step).to_integral_value(ROUND_CEILING) * step
        low = up + step if up == low and not interval.low_included else up
    if high is not None:
        down = (high / step).to_integral_value(ROUND_FLOOR) * step
        high = down - step if down == high and not interval.high_included else down
    return Interval(low, high)
