"""Decoded answers of the venues turned into catalog markets, with what was skipped and why.

Takes what a JSON decoder gives; fields may be arrays or strings that hold JSON. No network.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from underround.core.instrument import Venue
from underround.matching.listing import Listing
from underround.matching.periods import read_end
from underround.matching.wording import folded


class Odd(ValueError):  # noqa: N818 (a remark about one market, never raised to a caller)
    """A market's field is missing or odd: the market is skipped with this reason."""


class Skipped(Struct, frozen=True):
    """A market that was left out: its name at the venue, and why."""

    reference: str
    reason: str


class CatalogMarket(Struct, frozen=True, kw_only=True):
    """One market of one venue with its whole text; `outcomes` are Polymarket's, in token order."""

    venue: Venue
    id: str
    title: str
    subtitle: str = ""
    rules: str = ""
    ends: str = ""
    opens: str = ""
    slug: str = ""
    event_id: str = ""
    outcomes: tuple[str, ...] = ("Yes", "No")

    def listings(self) -> tuple[Listing, ...]:
        """Return the sides that can be bought and matched: every outcome, or Kalshi's YES.

        Of a Yes/No market only Yes: its No is the complement and never a match of its own.
        """
        sides = self.outcomes if self.venue is Venue.POLYMARKET else ("Yes",)
        if {side.lower() for side in sides} == {"yes", "no"}:
            sides = tuple(side for side in sides if side.lower() == "yes")
        known = self.outcomes if len(self.outcomes) == 2 else ()
        return tuple(
            Listing(
                venue=self.venue,
                id=self.id,
                title=self.title,
                outcome=side,
                subtitle=self.subtitle,
                rules=self.rules,
                ends=self.ends,
                slug=self.slug,
                opens=self.opens,
                outcomes=known if self.venue is Venue.POLYMARKET else (),
            )
            for side in sides
        )


# Kalshi's words for a market that may still trade; a paused one comes back.
_KALSHI_OPEN = frozenset({"", "active", "open", "initialized", "unopened", "inactive", "paused"})
_Maker = Callable[[Mapping[str, object], Mapping[str, object]], CatalogMarket]


def _text(fields: Mapping[str, object], *names: str) -> str:
    for name in names:
        value = fields.get(name)
        if isinstance(value, str) and value.strip():
            return _storable(value.strip())
    return ""


def _storable(text: str) -> str:
    """Return text without halves of surrogate pairs, which JSON may hold and no file can."""
    return text.encode("utf-8", "replace").decode()


def _date(fields: Mapping[str, object], *names: str) -> str:
    value = _text(fields, *names)
    if value and read_end(value) is None:
        raise Odd(f"{names[0]} {value!r} is not a date")
    return value


def _strings(value: object, name: str) -> tuple[str, ...]:
    """Read an array of strings that may itself be written as a string of JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise Odd(f"{name} is neither an array nor JSON: {value!r}") from None
    if not isinstance(value, Sequence) or not all(isinstance(each, str) for each in value):
        raise Odd(f"{name} is no array of strings: {value!r}")
    return tuple(_storable(str(each)) for each in value)


def _mappings(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (each for each in value if isinstance(each, Mapping))


def _nested(answer: object) -> Iterator[tuple[Mapping[str, object], Mapping[str, object]]]:
    """Every (market, event) of an answer: a list or page of markets, or of events with markets."""
    pages = [answer] if isinstance(answer, Mapping) else list(_mappings(answer))
    for page in pages:
        if _is_market(page) or not {"markets", "events", "data"} & page.keys():
            yield page, {}
            continue
        for event in _mappings(page.get("events", page.get("data"))):
            if "markets" in event:
                yield from ((market, event) for market in _mappings(event["markets"]))
            else:
                yield event, {}
        yield from ((market, page) for market in _mappings(page.get("markets")))


def _is_market(page: Mapping[str, object]) -> bool:
    """Tell a market, which may carry its events inside, from an event or a page of either."""
    return (
        "conditionId" in page or "question" in page or ("ticker" in page and "markets" not in page)
    )


def polymarket_entries(answer: object) -> tuple[list[CatalogMarket], list[Skipped]]:
    """Return the markets of a decoded Gamma answer (markets or events, both protocols)."""
    return _entries(answer, _polymarket, ("conditionId", "slug", "id"))


def kalshi_entries(answer: object) -> tuple[list[CatalogMarket], list[Skipped]]:
    """Return the markets of a decoded Kalshi answer (markets, or events with nested markets)."""
    return _entries(answer, _kalshi, ("ticker",))


def entries_of_listings(listings: Iterable[Listing]) -> list[CatalogMarket]:
    """Return the markets of listings that came from a file, the sides of one market together.

    Two sides are put in the order in which the title names them: that is the order of the tokens.
    """
    sides: dict[tuple[Venue, str], list[Listing]] = {}
    for listing in listings:
        sides.setdefault((listing.venue, listing.id), []).append(listing)
    found = []
    for (venue, name), group in sides.items():
        first = group[0]
        title = folded(first.title)
        outcomes = {side.outcome: title.find(folded(side.outcome)) for side in group}
        ordered = first.outcomes or tuple(sorted(outcomes, key=outcomes.__getitem__))
        found.append(
            CatalogMarket(
                venue=venue,
                id=name,
                title=first.title,
                subtitle=first.subtitle,
                rules=first.rules,
                ends=first.ends,
                opens=first.opens,
                slug=first.slug,
                outcomes=ordered if venue is Venue.POLYMARKET else ("Yes", "No"),
            )
        )
    return found


def _entries(
    answer: object, make: _Maker, names: tuple[str, ...]
) -> tuple[list[CatalogMarket], list[Skipped]]:
    found: list[CatalogMarket] = []
    skipped: list[Skipped] = []
    for market, event in _nested(answer):
        try:
            found.append(make(market, event))
        except Odd as odd:
            skipped.append(Skipped(_text(market, *names) or "(no name)", str(odd)))
    return found, skipped


def _polymarket(market: Mapping[str, object], event: Mapping[str, object]) -> CatalogMarket:
    identity = _text(market, "conditionId", "id")
    title = _text(market, "question", "title")
    if not identity or not title:
        raise Odd("conditionId or question is missing")
    if market.get("closed") is True or market.get("archived") is True:
        raise Odd("is closed")
    if not _text(event, "slug", "id"):
        event = next(_mappings(market.get("events")), event)
    outcomes = _strings(market.get("outcomes", ["Yes", "No"]), "outcomes")
    if len(outcomes) != 2:
        raise Odd(f"{len(outcomes)} outcomes, not 2")
    return CatalogMarket(
        venue=Venue.POLYMARKET,
        id=identity,
        title=title,
        rules=_text(market, "description") or _text(event, "description"),
        ends=_date(market, "endDate", "endDateIso"),
        opens=_date(market, "startDate", "startDateIso"),
        slug=_text(market, "slug"),
        event_id=_text(event, "slug", "id"),
        outcomes=outcomes,
    )


def _kalshi(market: Mapping[str, object], event: Mapping[str, object]) -> CatalogMarket:
    ticker = _text(market, "ticker")
    title = _text(market, "title") or _text(event, "title")
    if not ticker or not title:
        raise Odd("ticker or title is missing")
    status = _text(market, "status")
    if status not in _KALSHI_OPEN:
        raise Odd(f"is {status}")
    rules = (_text(market, "rules_primary"), _text(market, "rules_secondary"))
    return CatalogMarket(
        venue=Venue.KALSHI,
        id=ticker,
        title=title,
        subtitle=_text(market, "yes_sub_title", "subtitle") or _strike(market),
        rules=" ".join(rule for rule in rules if rule),
        ends=_date(market, "close_time"),
        opens=_date(market, "open_time"),
        event_id=_text(market, "event_ticker") or _text(event, "event_ticker"),
    )


def _strike(market: Mapping[str, object]) -> str:
    """The strike in words: a ticker's -T79 may mean below or above, `strike_type` says which."""
    kind, floor, cap = (market.get(name) for name in ("strike_type", "floor_strike", "cap_strike"))
    match kind:
        case "greater" if floor is not None:
            return f"above {floor}"
        case "greater_or_equal" if floor is not None:
            return f"at least {floor}"
        case "less" if cap is not None:
            return f"below {cap}"
        case "less_or_equal" if cap is not None:
            return f"at most {cap}"
        case "between" if floor is not None and cap is not None:
            return f"between {floor} and {cap}"
        case _:
            return ""
