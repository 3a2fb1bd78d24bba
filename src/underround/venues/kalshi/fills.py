"""Kalshi's record of the member's fills, from the wire's words to ours.

Direction is read from `outcome_side`, then `book_side`, and only then from the retired `action` and
`side`: real answers carry `sell`/`no` where the outcome is NO, which contradicts the old meaning.
This module charges nothing and judges nothing.
"""

from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from underround.core.instrument import Outcome
from underround.core.units import (
    NS_PER_MS,
    NS_PER_SECOND,
    PRICE_ONE_E4,
    parse_price_e4,
    parse_size_e6,
    parse_usd_e6,
)
from underround.venues.kalshi.messages import WireFill, WireFills

_OUTCOMES = {"yes": Outcome.YES, "no": Outcome.NO, "bid": Outcome.YES, "ask": Outcome.NO}


class KalshiFill(Struct, frozen=True, kw_only=True):
    """One fill: `price_e4` is the price of `outcome`, the side it made the member longer of.

    `fee_cost` is the venue's own text and `fee_cost_usd_e6` its value. `at_ns` is None when the
    answer carries no time.
    """

    trade_id: str
    order_id: str
    ticker: str
    is_taker: bool
    outcome: Outcome
    price_e4: int
    size_e6: int
    fee_cost: str
    fee_cost_usd_e6: int
    at_ns: int | None


def decode_fills(body: bytes) -> list[KalshiFill]:
    """Return the fills of a `GET /portfolio/fills` answer in its order.

    Raises ValueError, one line naming the fill by position, for anything that is not one.
    """
    try:
        answer = msgspec.json.decode(body, type=WireFills)
    except msgspec.DecodeError as error:
        raise ValueError(f"not an answer of Kalshi's GET fills: {error}") from None
    fills = []
    for position, wire in enumerate(answer.fills, 1):
        try:
            fills.append(fill_of(wire))
        except ValueError as error:
            name = wire.trade_id or wire.fill_id
            raise ValueError(f"fill {position}{f' ({name})' if name else ''}: {error}") from None
    return fills


def fill_of(wire: WireFill) -> KalshiFill:
    """Return one fill in our words; ValueError, one line, for anything that makes no sense."""
    outcome = _outcome(wire)
    fee_cost = str(wire.fee_cost)
    return KalshiFill(
        trade_id=wire.trade_id or wire.fill_id,
        order_id=wire.order_id,
        ticker=wire.ticker or wire.market_ticker,
        is_taker=wire.is_taker,
        outcome=outcome,
        price_e4=_price_e4(wire, outcome),
        size_e6=parse_size_e6(str(wire.count_fp)),
        fee_cost=fee_cost,
        fee_cost_usd_e6=parse_usd_e6(fee_cost),
        at_ns=_at_ns(wire),
    )


def _outcome(wire: WireFill) -> Outcome:
    for word in (wire.outcome_side, wire.book_side):
        if word:
            return _known(word)
    if wire.action and wire.side:
        held = _known(wire.side)
        if wire.action not in {"buy", "sell"}:
            raise ValueError(f"action {wire.action!r} is not buy or sell")
        return held if wire.action == "buy" else held.complement
    word = wire.purchased_side or wire.side
    if not word:
        raise ValueError("no outcome_side, book_side, or action and side: which way was it?")
    return _known(word)


def _known(word: str) -> Outcome:
    if word not in _OUTCOMES:
        raise ValueError(f"side {word!r} is not yes, no, bid or ask")
    return _OUTCOMES[word]


def _price_e4(wire: WireFill, outcome: Outcome) -> int:
    prices_e4 = {
        side: parse_price_e4(str(price))
        for side, price in (
            (Outcome.YES, wire.yes_price_dollars),
            (Outcome.NO, wire.no_price_dollars),
        )
        if price is not None
    }
    if not prices_e4:
        raise ValueError("neither yes_price_dollars nor no_price_dollars")
    if len(prices_e4) == 2 and sum(prices_e4.values()) != PRICE_ONE_E4:
        raise ValueError("yes_price_dollars and no_price_dollars are not one dollar together")
    if outcome in prices_e4:
        return prices_e4[outcome]
    return PRICE_ONE_E4 - prices_e4[outcome.complement]


def _at_ns(wire: WireFill) -> int | None:
    if wire.created_time:
        at = datetime.fromisoformat(wire.created_time)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        whole = int(at.replace(microsecond=0).timestamp())
        return whole * NS_PER_SECOND + at.microsecond * 1_000
    if wire.ts_ms is not None:
        return wire.ts_ms * NS_PER_MS
    return None if wire.ts is None else wire.ts * NS_PER_SECOND
