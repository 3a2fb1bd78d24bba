"""Thresholds, bands and deadlines in the words of a market, where its siblings use the same words.

What is read is a number or a day and the text around it. Two markets mean the same variable only
when all the rest of both texts is equal, title and rules alike: a touch is not a close.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec import Struct

from underround.core.span import Span, above, below, from_on, value_e8
from underround.venues.event import EventMarket

_NUMBER: Final = r"[$€£]?(-?\d+(?:,\d{3})*(?:\.\d+)?)(k|m|bn?|%)?"
_SCALES: Final = {"k": 10**3, "m": 10**6, "b": 10**9, "bn": 10**9}
_HOLE: Final = "□"
_PATTERNS: Final = tuple(
    (kind, re.compile(rf"(?<![\w.])(?:{text})(?![\w%])", re.IGNORECASE))
    for kind, text in (
        ("between", rf"between {_NUMBER} and {_NUMBER}"),
        ("from", rf"(?:at or above|at least) {_NUMBER}"),
        ("from", rf"{_NUMBER} or (?:more|above|higher|greater)"),
        ("up_to", rf"(?:at or below|at most) {_NUMBER}"),
        ("up_to", rf"{_NUMBER} or (?:less|below|lower)"),
        ("above", rf"(?:above|over|more than|greater than|higher than) {_NUMBER}"),
        ("below", rf"(?:below|under|less than|lower than) {_NUMBER}"),
    )
)
_MONTHS: Final = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH: Final = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DAY: Final = re.compile(rf"\b(by|before) ({_MONTH})\.? (\d{{1,2}}),? (\d{{4}})", re.IGNORECASE)
_DATED: Final = re.compile(
    rf"({_MONTH}\.? \d{{1,2}}(?:,? \d{{4}})?|\b20\d\d\b|\b\d{{1,2}}(?::\d\d)? ?[ap]\.?m\b)"
    rf"|[$€£]?-?\d+(?:,\d{{3}})*(?:\.\d+)?(?:k|m|bn?|%|°)?",
    re.IGNORECASE,
)
_COMPARED: Final = re.compile(
    rf"(?:(?:(?:at or )?(?:above|below)|at least|at most|over|under|between|"
    rf"(?:greater|more|less|higher|lower) than(?: or equal to)?) )?"
    rf"{_HOLE}(?: ?(?:and|to|-|–) {_HOLE})?"
    rf"(?: or (?:above|below|more|less|higher|lower|greater))?"
)
_LOWER_COUNTS: Final = re.compile(
    r"higher (?:range )?bracket|lower bound (?:is )?included|lower bound inclusive", re.IGNORECASE
)


class Threshold(Struct, frozen=True):
    """A span of a variable; equal `variable` texts mean the same one."""

    variable: str
    span: Span


class Deadline(Struct, frozen=True):
    """Something that happens by a day, or before it; equal `happening` texts mean the same one."""

    happening: str
    day: int


def threshold_of(market: EventMarket) -> Threshold | None:
    """Return what a market's title says of a number, None where it says nothing that is known."""
    for kind, pattern in _PATTERNS:
        found = pattern.search(market.title)
        if found is None:
            continue
        numbers = [_number(*pair) for pair in _pairs(found.groups())]
        span = _span(kind, numbers, market.rules)
        if span is None:
            return None
        rules = market.rules
        for number in _spellings(found.groups()):
            rules = re.sub(rf"(?<![\w.,]){re.escape(number)}(?![\w.,]*\d)", _HOLE, rules)
        rest = market.title[: found.start()] + _HOLE + market.title[found.end() :]
        return Threshold(f"{_plain(rest)}\n{_plain(rules)}", span)
    return None


def deadline_of(market: EventMarket) -> Deadline | None:
    """Return what a market must happen by, None where it names no day, or several."""
    text = f"{market.title}\n{market.rules}"
    days = {_day(*found.groups()) for found in _DAY.finditer(text)}
    if len(days) != 1 or None in days:
        return None
    (day,) = days
    assert day is not None, "checked above"
    return Deadline(_plain(_DAY.sub(rf"\1 {_HOLE}", text)), day)


def strike_words(market: EventMarket) -> str:
    """Return a market's words without the numbers that are no dates, and how it compares with them.

    Both are told by the strikes of the catalog.
    """
    text = f"{market.title}\n{market.rules}"
    text = _plain(_DATED.sub(lambda found: found.group(1) or _HOLE, text))
    return _COMPARED.sub(_HOLE, text)


def _span(kind: str, numbers: list[Decimal], rules: str) -> Span | None:
    match kind, numbers:
        case "between", [low, high] if _LOWER_COUNTS.search(rules) and low < high:
            return Span(value_e8(low), value_e8(high) - 1)
        case "from", [low]:
            return from_on(low)
        case "up_to", [high]:
            return Span(None, value_e8(high))
        case "above", [low]:
            return above(low)
        case "below", [high]:
            return below(high)
    return None


def _pairs(groups: tuple[str | None, ...]) -> list[tuple[str, str | None]]:
    return [
        (digits, scale) for digits, scale in zip(groups[::2], groups[1::2], strict=True) if digits
    ]


def _spellings(groups: tuple[str | None, ...]) -> list[str]:
    return sorted((each for each, _ in _pairs(groups)), key=len, reverse=True)


def _number(digits: str, scale: str | None) -> Decimal:
    return Decimal(digits.replace(",", "")) * _SCALES.get((scale or "").lower(), 1)


def _day(_: str, month: str, day: str, year: str) -> int | None:
    try:
        return date(int(year), _MONTHS.index(month[:3].lower()) // 3 + 1, int(day)).toordinal()
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Return a text without differences of space and case."""
    return " ".join(text.lower().split())
