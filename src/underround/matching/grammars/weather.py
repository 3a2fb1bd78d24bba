"""Temperatures, rain and snow at one place on one day.

The station and the publisher decide: Central Park by the Weather Service is not LaGuardia by
Wunderground. Without rules the venue's custom is assumed, and it differs between the venues.
"""

import re
from typing import Final

from underround.core.instrument import Venue
from underround.matching.listing import Listing
from underround.matching.periods import dated_by_rules, find_periods, read_end
from underround.matching.quantities import find_interval, find_numbers
from underround.matching.terms import Family, Interval, Period, Side, Terms
from underround.matching.tickers import read_ticker
from underround.matching.wording import folded, plain, words

_QUESTION: Final = re.compile(
    r"\b(?:(?P<ext>highest|lowest|high|low|max(?:imum)?|min(?:imum)?)\s+temp(?:erature)?s?|"
    r"(?P<fall>rain|snow|snowfall|precipitation))\s+(?:in|at|for)\s+(?P<place>[a-z .,]+?)"
    r"(?=\s+(?:be|on|in|exceed|above|below|this|today|tomorrow)\b|\s*\?|\s+\d|$)"
)
_RAIN_IN: Final = re.compile(
    r"\bwill it (?P<fall>rain|snow) in (?P<place>[a-z .,]+?)(?=\s+(?:on|in|this)\b|\?|$)"
)
_STATION: Final = re.compile(
    r"recorded (?:at|in|by) (?:the )?(?P<station>.+?)(?: station)?(?: in degrees| for | on |,| "
    r"as reported)",
    re.I,
)
_SOURCES: Final = (
    ("Wunderground", r"wunderground"), ("NWS climatological report", r"national weather service|"
     r"climatological report|\bnws\b"),
    ("The Weather Company", r"weather company"), ("NOAA", r"\bnoaa\b"),
)  # fmt: skip
_CITY: Final = {
    "nyc": "new york city",
    "new york": "new york city",
    "la": "los angeles",
    "philly": "philadelphia",
}


def read_weather(listing: Listing) -> Terms | None:
    """Return the terms of a contract on one place's weather, or None for any other question."""
    title = folded(listing.title)
    kalshi = listing.venue is Venue.KALSHI
    found = _QUESTION.search(title) or _RAIN_IN.search(title)
    if not found or " on record" in title or "hottest" in title:
        return None
    group = found.groupdict()
    what = "low" if (group.get("ext") or "").startswith(("low", "min")) else "high"
    what = group.get("fall") or what
    place = found["place"].strip(" .,")
    rules = folded(listing.rules)
    source = next((name for name, pattern in _SOURCES if re.search(pattern, rules)), "")
    custom = not source
    if not source:
        source = "NWS climatological report" if kalshi else "Wunderground"
    told = _STATION.search(plain(listing.rules))
    ends = read_end(listing.ends)
    interval = _bound(listing)
    return Terms(
        family=Family.WEATHER,
        subject=Side(_CITY.get(place, place)),
        predicate=frozenset({what}),
        interval=interval,
        unit="degrees",
        period=_day(listing, kalshi),
        ends=ends,
        source=source,
        station=" ".join(
            w for w in words(told["station"]) if w not in ("intl", "international", "airport")
        )
        if told
        else "",
        negated=folded(listing.outcome) == "no",
        series=listing.id.split("-")[0] if kalshi else "",
        doubts=(f"source by the venue's custom: {source}",) if custom else (),
        words=plain(listing.title),
    )


def _bound(listing: Listing) -> Interval | None:
    ends = read_end(listing.ends)
    for text in (listing.subtitle, find_periods(listing.title, ends)[1]):
        interval, rest = find_interval(text)
        if interval:
            return interval
        numbers, _ = find_numbers(rest)
        if numbers and text:
            return Interval(numbers[0], numbers[0])
    return None


def _day(listing: Listing, kalshi: bool) -> Period | None:
    ends = read_end(listing.ends)
    ticker = read_ticker(listing.id) if kalshi else None
    if ticker is not None and ticker.day is not None:
        return Period("on", ticker.day, ticker.day, words=listing.id)
    told = next((p for p in find_periods(listing.title, ends)[0] if p.kind == "on"), None)
    return None if told is None else dated_by_rules(told, listing.rules, ends)
