"""What a contract says, read into one record: the same record for both venues.

Values only. How text becomes terms is the grammars' business, how terms are compared the guards'.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import Struct

END_OF_DAY: Final = ""


class Family(StrEnum):
    """Which grammar read the contract; terms of different families are never the same bet."""

    GAME = "game"
    RATE_DECISION = "rate decision"
    PRICE = "price"
    WEATHER = "weather"
    GENERAL = "general"
    UNREADABLE = "unreadable"


class Interval(Struct, frozen=True):
    """The values for which YES is true: `low`…`high`, None for unbounded, with inclusiveness."""

    low: Decimal | None
    high: Decimal | None
    low_included: bool = True
    high_included: bool = True

    def __str__(self) -> str:
        if self.low is not None and self.low == self.high:
            return f"exactly {self.low.normalize():f}"
        left = "(-inf" if self.low is None else f"{'[('[not self.low_included]}{self.low:f}"
        right = "+inf)" if self.high is None else f"{self.high:f}{'])'[not self.high_included]}"
        return f"{left}, {right}"


class Period(Struct, frozen=True):
    """When the thing must happen.

    `kind`: "by" (any time up to the end of `last`), "in" or "between" (`first`…`last`), "on".
    `clock` is the hour of a deadline that is not the end of the day, with its zone, else "".
    `year_stated` is False where the year was supplied from the market's end date.
    """

    kind: str
    first: date | None
    last: date | None
    clock: str = END_OF_DAY
    year_stated: bool = True
    words: str = ""

    def __str__(self) -> str:
        first = self.first.isoformat() if self.first else ""
        last = self.last.isoformat() if self.last else "?"
        span = last if not first or first == last else f"{first}…{last}"
        return f"{self.kind} {span}{' ' + self.clock if self.clock else ''}"


class Side(Struct, frozen=True):
    """A contestant: the words it is named by, and its id where a gazetteer knows it."""

    name: str
    id: str = ""


class Terms(Struct, frozen=True, kw_only=True):
    """One side of one market, read.

    `subject` is whom or what YES is about; `opponent` the other contestant of a game. `day` is
    the event's day where only a ticker tells it; `ends` the venue's end field. `predicate` holds
    the canonical acts ("win", "draw", "over", "announce"); `topic` the other content words, and
    `order` the title's words as they stand. `refusals` name what makes the text unusable
    (placeholders, bundled legs); `doubts` what could not be read and needs a person.
    """

    family: Family
    subject: Side | None = None
    opponent: Side | None = None
    home: str = ""
    predicate: frozenset[str] = frozenset()
    topic: frozenset[str] = frozenset()
    interval: Interval | None = None
    unit: str = ""
    period: Period | None = None
    edition: int | None = None
    edition_written: bool = True
    day: date | None = None
    ends: date | None = None
    source: str = ""
    station: str = ""
    sport: str = ""
    league: str = ""
    gender: str = ""
    leg: str = ""
    negated: bool = False
    void: str = ""
    order: tuple[str, ...] = ()
    criterion: frozenset[str] = frozenset()
    cover: frozenset[str] = frozenset()
    subject_words: frozenset[str] = frozenset()
    series: str = ""
    ticker: str = ""
    refusals: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    words: str = ""
