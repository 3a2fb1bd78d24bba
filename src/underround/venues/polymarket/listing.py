"""Gamma's markets read into instruments: bytes in, instruments and reasons out.

Pure. The wire's oddities stay here: arrays written as strings, two generations of token ids,
numbers as text. See https://docs.polymarket.com/developers/gamma-markets-api/get-markets
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from math import isfinite

import msgspec
from msgspec import Struct, field

from underround.core.fees import PolymarketReading, polymarket_terms
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.core.units import PRICE_ONE_E4, USD_ONE_E6
from underround.venues.errors import UnreadableError, printable
from underround.venues.listing import (
    Listing,
    Odd,
    Skipped,
    checked_ranges,
    exact_price_e4,
    exact_size_e6,
    instant_ns,
)
from underround.venues.wire_text import whole_text

_VOLUME_LIMIT_USD = 1e12
_Texts = str | list[str] | None  # a real array, or a string that holds one


class _Schedule(Struct):
    rate: Decimal | None = None
    exponent: Decimal | None = None


class _Event(Struct, rename="camel"):
    id: str | int = ""
    series_slug: str | None = None


class WireMarket(Struct, rename="camel"):
    """One market of Gamma's `/markets/keyset`."""

    id: str | int = ""
    question: str | None = None
    condition_id: str | None = None
    accepting_orders: bool | None = None
    enable_order_book: bool | None = None
    outcomes: _Texts = None
    clob_token_ids: _Texts = None
    position_ids: _Texts = None
    order_price_min_tick_size: Decimal | None = None
    order_min_size: Decimal | None = None
    neg_risk: bool | None = None
    volume: float | None = field(name="volume24hr", default=None)
    end_date: str | None = None
    fees_enabled: bool | None = None
    fee_schedule: _Schedule | None = None
    events: list[_Event] | None = None


class _State(Struct, rename="camel"):
    condition_id: str | None = None
    closed: bool | None = None


class _Page(Struct):
    markets: list[msgspec.Raw]
    next_cursor: str | None = None


_page = msgspec.json.Decoder(_Page)
_market = msgspec.json.Decoder(WireMarket)
_state = msgspec.json.Decoder(_State)
_texts = msgspec.json.Decoder(list[str])
_name = msgspec.json.Decoder(dict[str, msgspec.Raw])


def decode_page(
    body: bytes, reading: PolymarketReading = PolymarketReading.DOLLARS
) -> tuple[Listing, str | None]:
    """Read one page of /markets/keyset; return its listing and the next cursor, None at the end.

    Two instruments a market, YES then NO. Raises UnreadableError when it is not such a page;
    a market that is odd is skipped with a reason.
    """
    try:
        page = _page.decode(whole_text(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"list of markets cannot be read: {error}"
        raise UnreadableError(Venue.POLYMARKET, problem, retryable=True) from None
    return _listing(page.markets, reading), page.next_cursor or None


def decode_closed(body: bytes) -> set[str]:
    """Return the condition ids of the closed markets on a page; UnreadableError if it is none."""
    try:
        page = _page.decode(body)
        states = [_state.decode(raw) for raw in page.markets]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"list of markets cannot be read: {error}"
        raise UnreadableError(Venue.POLYMARKET, problem, retryable=True) from None
    return {each.condition_id for each in states if each.closed and each.condition_id}


def _listing(raws: Iterable[msgspec.Raw], reading: PolymarketReading) -> Listing:
    instruments: list[Instrument] = []
    skipped: list[Skipped] = []
    for raw in raws:
        try:
            instruments += _instruments(_market.decode(raw), reading)
        except Odd as odd:
            skipped.append(Skipped(_reference(raw), str(odd)))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            skipped.append(Skipped(_reference(raw), f"cannot be read: {printable(str(error))}"))
    return Listing(tuple(instruments), tuple(skipped))


def _instruments(market: WireMarket, reading: PolymarketReading) -> list[Instrument]:
    if not market.enable_order_book:
        raise Odd("has no order book")
    if not market.accepting_orders:
        raise Odd("accepts no orders")
    if not market.condition_id:
        raise Odd("conditionId is missing")
    tokens = _tokens(market)
    outcomes = _list(market.outcomes, "outcomes")
    if len(outcomes) != 2:
        raise Odd(f"has {len(outcomes)} outcomes in place of 2")
    tick_e4 = exact_price_e4(market.order_price_min_tick_size, "orderPriceMinTickSize")
    ranges = checked_ranges(((0, PRICE_ONE_E4, tick_e4),))
    event = market.events[0] if market.events else _Event()
    both = zip(tokens, reversed(tokens), (Outcome.YES, Outcome.NO), outcomes, strict=True)
    return [
        Instrument(
            venue=Venue.POLYMARKET,
            id=token,
            market_id=market.condition_id,
            outcome=outcome,
            title=_title(market.question or "", label, outcome),
            ranges=ranges,
            fees=_fees(market, reading),
            complement_id=complement,
            event_id=str(event.id),
            series_id=event.series_slug or "",
            min_size_e6=exact_size_e6(market.order_min_size, "orderMinSize"),
            neg_risk=bool(market.neg_risk),
            volume_24h_e6=_volume_e6(market.volume),
            resolves_at_ns=_end_ns(market.end_date),
        )
        for token, complement, outcome, label in both
    ]


def _tokens(market: WireMarket) -> list[str]:
    tokens = _list(market.clob_token_ids, "clobTokenIds")
    if not tokens:
        tokens = _list(market.position_ids, "positionIds")
    if len(tokens) != 2 or tokens[0] == tokens[1]:
        raise Odd(f"has {len(set(tokens))} tokens in place of 2")
    if not all(token.isascii() and token.isdigit() for token in tokens):
        raise Odd("a token id is not a number")
    return tokens


def _list(texts: _Texts, name: str) -> list[str]:
    if isinstance(texts, str):
        try:
            return _texts.decode(texts) if texts else []
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Odd(f"{name} is not a list") from None
    return texts or []


def _fees(market: WireMarket, reading: PolymarketReading) -> FeeTerms:
    """Read the market's own schedule; `takerBaseFee` and its kin are not the rate."""
    if market.fees_enabled is False:
        return polymarket_terms("0", reading=reading)
    schedule = market.fee_schedule
    if schedule is None:
        if market.fees_enabled:
            raise Odd("charges fees but gives no feeSchedule")
        return polymarket_terms("0", reading=reading)
    if schedule.rate is None:
        raise Odd("feeSchedule gives no rate")
    exponent = schedule.exponent if schedule.exponent is not None else Decimal(1)
    if not exponent.is_finite() or exponent not in (1, 2, 3, 4):
        raise Odd(f"feeSchedule has exponent {printable(str(exponent), 20)}")
    try:
        return polymarket_terms(str(schedule.rate), int(exponent), reading)
    except ValueError as error:
        raise Odd(f"feeSchedule: {error}") from None


def _title(question: str, label: str, outcome: Outcome) -> str:
    """Name the outcome where it is not simply Yes or No (teams, Up and Down)."""
    return question if label.lower() == outcome else f"{question} ({label})"


def _end_ns(text: str | None) -> int | None:
    """Read when a market is expected to be over; an odd date is none, because it binds nobody."""
    try:
        return instant_ns(datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None


def _volume_e6(volume_usd: float | None) -> int:
    # A ranking figure that the venue gives in floating point; no money is computed from it.
    if volume_usd is None or not isfinite(volume_usd):
        return 0
    return round(min(max(volume_usd, 0.0), _VOLUME_LIMIT_USD) * USD_ONE_E6)


def _reference(raw: msgspec.Raw) -> str:
    """Return the best name that a market gives even when it cannot be read as one."""
    try:
        fields = _name.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "?"
    for key in ("slug", "conditionId", "id"):
        text = bytes(fields.get(key, b"")).decode("utf-8", "replace").strip('"')
        if text and text != "null":
            return printable(text, 120)
    return "?"
