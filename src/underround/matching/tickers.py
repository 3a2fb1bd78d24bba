"""Kalshi tickers taken apart: series, event (date, hour, codes, year) and suffix.

"KXNBAGAME-26JAN09MILLAL-MIL" is a series, 9 January 2026, the letters MILLAL and the suffix MIL.
Reads the letters only; what a series is about is the grammars' business.
"""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from msgspec import Struct

from underround.matching.periods import MONTHS

_DATED: Final = re.compile(
    r"^(?P<y>\d\d)(?P<m>JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?P<d>\d\d)?(?P<rest>.*)$"
)
_HOUR: Final = re.compile(r"^([01]\d|2[0-3])([0-5]\d)?(?!\d)")
_BARE_YEAR: Final = re.compile(r"^[23]\d$")
_YEAR: Final = re.compile(r"^(?:20)?(\d\d)(?!\d)(.*)$")


class Ticker(Struct, frozen=True):
    """The parts of a market ticker; absent parts are None or empty."""

    text: str
    series: str
    event: str
    suffix: str
    year: int | None
    month: int | None
    day: date | None
    hour: str
    letters: str

    @property
    def core(self) -> str:
        """The series without its KX."""
        return self.series.removeprefix("KX")


@lru_cache(maxsize=65536)
def read_ticker(text: str) -> Ticker:
    """Take a ticker apart; never fails, what is not there is None or empty."""
    parts = text.strip().upper().split("-")
    series = parts[0]
    event = parts[1] if len(parts) > 1 else ""
    suffix = "-".join(parts[2:])
    year = month = None
    day = None
    hour = ""
    letters = event
    dated = _DATED.match(event)
    if dated:
        year, month = 2000 + int(dated["y"]), MONTHS[dated["m"].lower()]
        letters = dated["rest"]
        if dated["d"]:
            try:
                day = date(year, month, int(dated["d"]))
            except ValueError:
                day = None
        clock = _HOUR.match(letters)
        if clock and day is not None:
            hour, letters = clock.group(), letters[clock.end() :]
    else:
        numbered = _YEAR.match(event)
        if numbered:
            year, letters = 2000 + int(numbered.group(1)), numbered.group(2)
        else:
            # "KXHOUSERACE-CO02-26-R" carries its year in a part of its own.
            later = next((part for part in parts[2:] if _BARE_YEAR.match(part)), "")
            year = 2000 + int(later) if later else None
    return Ticker(text, series, event, suffix, year, month, day, hour, letters)


@lru_cache(maxsize=65536)
def suffix_deadline(text: str) -> date | None:
    """Return the last day of a "before" deadline written as a ticker's last part, or None.

    "-26FEB01" is before 1 February 2026, "-JUL26" before July 2026: the day before counts.
    """
    last = text.strip().upper().split("-")[-1]
    dated = re.fullmatch(r"(\d\d)([A-Z]{3})(\d\d)", last)
    if dated and dated.group(2).lower() in MONTHS:
        try:
            start = date(2000 + int(dated.group(1)), MONTHS[dated.group(2).lower()], int(dated[3]))
        except ValueError:
            return None
        return start - timedelta(days=1)
    monthly = re.fullmatch(r"([A-Z]{3})(\d\d)", last)
    if monthly and monthly.group(1).lower() in MONTHS:
        start = date(2000 + int(monthly.group(2)), MONTHS[monthly.group(1).lower()], 1)
        return start - timedelta(days=1)
    return None


def code_fits(code: str, name: str) -> bool:
    """Say whether the letters of `code` occur in `name` in order, the first letter first."""
    letters = "".join(ch for ch in name.upper() if ch.isalnum())
    code = "".join(ch for ch in code.upper() if ch.isalnum())
    if not code or not letters or code[0] not in {word[0] for word in name.upper().split() if word}:
        return False
    at = letters.find(code[0])
    for char in code:
        at = letters.find(char, at)
        if at < 0:
            return False
        at += 1
    return True
