"""Kalshi's events read with their markets and strikes: bytes in, events out.

Pure. Strikes are numbers on the wire; how a value is rounded before it is compared stands in
`custom_strike`. See https://docs.kalshi.com/api-reference/events/get-event
"""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec
from msgspec import Struct

from underround.core.instrument import Venue
from underround.core.span import E8, Span, above, below, from_on, up_to
from underround.venues.errors import UnreadableError
from underround.venues.event import EventMarket, ListedEvent

_TRADES: Final = ("active", "open")


class WireEventMarket(Struct):
    """One market inside an event: what tells how it bears on the others."""

    ticker: str = ""
    title: str = ""
    yes_sub_title: str = ""
    rules_primary: str = ""
    status: str = ""
    result: str = ""
    market_type: str = ""
    strike_type: str | None = None
    floor_strike: Decimal | None = None
    cap_strike: Decimal | None = None
    custom_strike: dict[str, Any] | None = None


class WireWholeEvent(Struct):
    """One event of `/events` with its markets."""

    event_ticker: str
    title: str = ""
    mutually_exclusive: bool = False
    markets: list[WireEventMarket] | None = None


class _Answer(Struct):
    event: WireWholeEvent
    markets: list[WireEventMarket] | None = None


class _Page(Struct):
    events: list[WireWholeEvent]
    cursor: str = ""


_answer = msgspec.json.Decoder(_Answer)
_page = msgspec.json.Decoder(_Page)


def decode_event(body: bytes) -> ListedEvent:
    """Read one /events/{ticker} answer; UnreadableError when it is none."""
    try:
        answer = _answer.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unreadable("event", error) from None
    return _listed(answer.event, answer.event.markets or answer.markets or ())


def decode_event_page(body: bytes) -> tuple[list[ListedEvent], str]:
    """Read a page of /events with nested markets; return events and the cursor ("" at the end)."""
    try:
        page = _page.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unreadable("list of events", error) from None
    return [_listed(event, event.markets or ()) for event in page.events], page.cursor


def _listed(event: WireWholeEvent, markets: Iterable[WireEventMarket]) -> ListedEvent:
    return ListedEvent(
        venue=Venue.KALSHI,
        id=event.event_ticker,
        title=event.title,
        is_exclusive=event.mutually_exclusive,
        markets=[
            EventMarket(
                market_id=market.ticker,
                title=f"{market.title} {market.yes_sub_title}".strip(),
                rules=market.rules_primary,
                span=_span(market),
                is_open=market.status in _TRADES and market.market_type == "binary",
                is_over=market.result == "no",
            )
            for market in markets
        ],
    )


def _span(market: WireEventMarket) -> Span | None:
    """Return what the strikes say; None for strikes that are no numbers, or not all there."""
    floor, cap = market.floor_strike, market.cap_strike
    step_e8 = _step_e8(market.custom_strike)
    try:
        match market.strike_type:
            case "greater" if floor is not None:
                return above(floor, step_e8)
            case "greater_or_equal" if floor is not None:
                return from_on(floor)
            case "less" if cap is not None:
                return below(cap)
            case "less_or_equal" if cap is not None:
                return up_to(cap, step_e8)
            case "between" if floor is not None and cap is not None:
                return Span(from_on(floor).low_e8, up_to(cap, step_e8).high_e8)
    except ValueError:
        return None
    return None


def _step_e8(custom: dict[str, Any] | None) -> int:
    """Return the step that values are rounded to; the finest where nothing is said of it."""
    try:
        digits = int(str((custom or {}).get("round_digits", 8)))
        return E8 // 10**digits if 0 <= digits <= 8 else 1
    except (ValueError, InvalidOperation):
        return 1


def _unreadable(what: str, why: object) -> UnreadableError:
    return UnreadableError(Venue.KALSHI, f"{what} cannot be read: {why}", retryable=True)
