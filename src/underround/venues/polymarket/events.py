"""Gamma's events read with their markets: bytes in, events out.

Pure. A neg-risk event pays exactly one of its outcomes; an augmented one may still get more of
them. See https://docs.polymarket.com/developers/neg-risk/overview
"""

import re
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.instrument import Venue
from underround.venues.errors import UnreadableError
from underround.venues.event import EventMarket, ListedEvent


class WireEventMarket(Struct, rename="camel"):
    """One market inside an event: what tells how it bears on the others."""

    condition_id: str | None = None
    question: str | None = None
    description: str | None = None
    group_item_title: str | None = None
    closed: bool | None = None
    accepting_orders: bool | None = None
    enable_order_book: bool | None = None
    outcome_prices: str | list[str] | None = None
    neg_risk_other: bool | None = None


class WireWholeEvent(Struct, rename="camel"):
    """One event of `/events/keyset` with its markets."""

    id: str | int
    title: str | None = None
    neg_risk: bool | None = None
    neg_risk_augmented: bool | None = None
    markets: list[WireEventMarket] | None = None


class _Page(Struct):
    events: list[WireWholeEvent]
    next_cursor: str | None = None


_page = msgspec.json.Decoder(_Page)
_texts = msgspec.json.Decoder(list[str])
_PLACEHOLDER: Final = re.compile(
    r"(?:person|candidate|individual|player|team|party|country|company|option) [a-z]{1,2}"
)


def decode_event_page(body: bytes) -> tuple[list[ListedEvent], str | None]:
    """Read one page of /events/keyset; return its events and the next cursor, None at the end.

    Raises UnreadableError when it is not such a page.
    """
    try:
        page = _page.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        problem = f"list of events cannot be read: {error}"
        raise UnreadableError(Venue.POLYMARKET, problem, retryable=True) from None
    return [_listed(event) for event in page.events], page.next_cursor or None


def _listed(event: WireWholeEvent) -> ListedEvent:
    is_neg_risk, is_augmented = bool(event.neg_risk), bool(event.neg_risk_augmented)
    return ListedEvent(
        venue=Venue.POLYMARKET,
        id=str(event.id),
        title=event.title or "",
        is_exclusive=is_neg_risk,
        is_complete=is_neg_risk and not is_augmented,
        is_open_ended=is_augmented,
        markets=[_market(each) for each in event.markets or () if each.condition_id],
    )


def _market(market: WireEventMarket) -> EventMarket:
    label = (market.group_item_title or "").strip().lower()
    return EventMarket(
        market_id=market.condition_id or "",
        title=market.question or "",
        rules=market.description or "",
        is_open=bool(market.accepting_orders and market.enable_order_book),
        is_over=bool(market.closed) and _prices(market.outcome_prices) == ["0", "1"],
        is_placeholder=bool(market.neg_risk_other) or _PLACEHOLDER.fullmatch(label) is not None,
    )


def _prices(texts: str | list[str] | None) -> list[str]:
    if isinstance(texts, str):
        try:
            return _texts.decode(texts)
        except (msgspec.DecodeError, RecursionError):
            return []
    return texts or []
