"""Central banks' decisions: so many basis points up or down, or no change, at one meeting.

"Hike rates by 0bps" is no change; ">25bps" and "50+ bps" are different intervals and stay so.
"""

import re
from decimal import Decimal
from typing import Final

from underround.core.instrument import Venue
from underround.matching.gazetteer.banks import bank_in, bank_of_series
from underround.matching.listing import Listing
from underround.matching.periods import find_periods, month_span, read_end
from underround.matching.terms import Family, Interval, Period, Side, Terms
from underround.matching.tickers import Ticker, read_ticker
from underround.matching.wording import criterion, folded, plain

_MEETING: Final = re.compile(r"\bmeeting|\bdecision\b|\binterest rates?\b|\brates?\b", re.I)
_HOLD: Final = re.compile(
    r"\bno change\b|\bmaintain(?:s|ed)?\b|\bhold(?:s)? (?:interest )?rates?\b|\bunchanged\b|"
    r"\bpause\b|"
    r"\bleave[s]? (?:interest )?rates? unchanged\b"
)
_CUT: Final = re.compile(r"\b(?:cut|cuts|decrease[sd]?|lower(?:s|ed)?|reduce[sd]?)\b")
_HIKE: Final = re.compile(r"\b(?:hike[sd]?|increase[sd]?|raise[sd]?)\b")
_SIZE: Final = re.compile(
    r"(?P<more>>|more than |over )?(?P<n>\d+)(?P<plus>\+| or more)?\s*(?:-\s*(?P<m>\d+)"
    r"\s*)?(?:bps?|basis points?)(?P<late>\+| or more)?"
)
_OTHER_BET: Final = re.compile(
    r"\bhow many\b|\bdissent|\bchair\b|\bsay\b|\bnext\b|\bemergency\b|\bin 20\d\d\b|\bby\b "
    r"(?!\d)|\bbefore\b|"
    r"\bupper bound\b|\bfunds rate (?:be )?(?:above|below)\b|\bfirst\b|\band\b.*\bdissent|"
    r"\bconsecutive\b|"
    r"\bcuts\b(?! (?:interest )?rates?)|\btotal\b"
)
_SUFFIX: Final = re.compile(r"^(?P<way>[CH])(?P<n>\d+)$")


def read_rate_decision(listing: Listing) -> Terms | None:
    """Return the terms of one meeting's decision, or None for any other question about rates."""
    ticker = read_ticker(listing.id) if listing.venue is Venue.KALSHI else None
    bank = bank_of_series(ticker.core) if ticker else ""
    title = folded(listing.title)
    if ticker and not bank and "DECISION" not in ticker.core:
        return None
    if not bank:
        bank = bank_in(listing.title)
    if not bank or not _MEETING.search(title) or (ticker is None and _OTHER_BET.search(title)):
        return None
    change, doubts = _change(listing, ticker)
    if change is None and not doubts:
        return None
    ends = read_end(listing.ends)
    meeting, meeting_doubts = _meeting(listing, ticker)
    return Terms(
        family=Family.RATE_DECISION,
        subject=Side(bank, f"bank:{bank}"),
        predicate=frozenset({"change"}),
        interval=change,
        unit="bps",
        period=meeting,
        ends=ends,
        negated=folded(listing.outcome) == "no",
        series=ticker.series if ticker else "",
        void=_void(listing.rules),
        doubts=(*doubts, *meeting_doubts),
        words=plain(listing.title),
    )


def _void(rules: str) -> str:
    low = folded(rules)
    told = []
    if "rounded up to the nearest 25" in low:
        told.append("odd moves are rounded up to 25 bps")
    if "cancel" in low or "if no statement is released" in low:
        told.append("no meeting counts as no change")
    return "; ".join(told)


def _size(text: str) -> Interval | None:
    """The change in basis points that makes `text` true; a cut is negative."""
    low = folded(text)
    cut, hike, hold = _CUT.search(low), _HIKE.search(low), _HOLD.search(low)
    if hold and not (cut or hike):
        return Interval(Decimal(0), Decimal(0))
    if bool(cut) == bool(hike):
        return None
    found = _SIZE.search(low)
    if not found:
        zero = Decimal(0)
        return (
            Interval(None, zero, high_included=False)
            if cut
            else Interval(zero, None, low_included=False)
        )
    size = Decimal(found["n"])
    last = Decimal(found["m"]) if found["m"] else size
    low_included = not found["more"]
    unbounded = bool(found["more"] or found["plus"] or found["late"])
    rise = Interval(size, None if unbounded else last, low_included)
    return _mirrored(rise) if cut else rise


def _mirrored(rise: Interval) -> Interval:
    low = None if rise.high is None else -rise.high
    high = None if rise.low is None else -rise.low
    return Interval(low, high, rise.high_included, rise.low_included)


def _coded(suffix: str) -> Interval | None:
    """Kalshi's suffix: C25 a cut of 25, H0 and HOLD no change, C26 and H26 more than 25."""
    if suffix in ("HOLD", "H0", "C0"):
        return Interval(Decimal(0), Decimal(0))
    found = _SUFFIX.match(suffix)
    if not found:
        return None
    size = Decimal(found["n"])
    more = size % 25 == 1
    rise = Interval(size - 1, None, low_included=False) if more else Interval(size, size)
    return rise if found["way"] == "H" else _mirrored(rise)


def _change(listing: Listing, ticker: Ticker | None) -> tuple[Interval | None, tuple[str, ...]]:
    if ticker is None:
        return _size(listing.title), ()
    coded = _coded(ticker.suffix)
    told = _size(listing.subtitle) or _size(listing.title) or _size(criterion(listing.rules))
    if told and told.low == told.high == 0:
        told = Interval(Decimal(0), Decimal(0))
    if told and coded and told != coded:
        return told, (f"the ticker says {coded} bps, the words {told}",)
    if told is None and coded is None:
        return None, ("the size of the change is not stated",)
    return told or coded, ()


def _meeting(listing: Listing, ticker: Ticker | None) -> tuple[Period | None, tuple[str, ...]]:
    """The month of the meeting. A ticker's month wins over a title that names another year."""
    ends = read_end(listing.ends)
    told = [p for p in find_periods(listing.title, ends)[0] if p.first and p.kind in ("in", "on")]
    if ticker is not None and ticker.year and ticker.month:
        first, last = month_span(ticker.year, ticker.month)
        period = Period("in", first, last, words=listing.id)
        if told and told[0].first and told[0].first.month != ticker.month:
            return period, (f"the ticker says {period}, the title {told[0].words}",)
        return period, ()
    if not told or told[0].first is None:
        return None, ("the meeting is not stated",)
    first, last = month_span(told[0].first.year, told[0].first.month)
    return Period("in", first, last, "", told[0].year_stated, told[0].words), ()
