"""The risk gate: one pure function, last before the socket. Approved, or refused with the reason.

It fails closed: what it is not told counts against the order, and an error inside it refuses. It
sees numbers only; who adds them up is the trading desk.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from underround.core.trading.order import Approved, OrderIntent, RefusalCode, Refused, Verdict
from underround.core.trading.risk_limits import RiskLimits
from underround.core.units import (
    NS_PER_MS,
    NS_PER_SECOND,
    format_price,
    format_size,
    format_usd,
    notional_up_usd_e6,
)


class Circumstances(Struct, frozen=True, kw_only=True):
    """What the gate is told of the moment. Money counts reserved, open, filled and unsettled.

    The pair's, venue's and other totals are without this order's trade, `trade_usd_e6` is all of
    its legs. None means not known, which refuses. `quote_e4` is the best price of what is bought or
    sold, `uncovered_e6` what a reduction may at most take away.
    """

    now_ns: int
    halt: str | None = None
    unreconciled: str | None = None
    unknown_orders: int = 0
    trade_usd_e6: int = 0
    pair_usd_e6: int = 0
    venue_usd_e6: int = 0
    day_usd_e6: int = 0
    unsettled_usd_e6: int = 0
    naked_e6: int = 0
    uncovered_e6: int = 0
    day_loss_usd_e6: int = 0
    orders_last_minute: int = 0
    balance_usd_e6: int | None = None
    quote_e4: int | None = None
    quote_age_ns: int | None = None
    venue_blocker: str | None = None
    closes_at_ns: int | None = None
    crosses_own: str | None = None


def decide(intent: OrderIntent, at: Circumstances, limits: RiskLimits) -> Verdict:
    """Judge one order; any error on the way is a refusal."""
    try:
        rails = REDUCING_RAILS if intent.reduces else ENTRY_RAILS
        for rail in rails:
            refused = rail(intent, at, limits)
            if refused is not None:
                return refused
    except Exception as fault:  # noqa: BLE001 - fail closed, whatever it was
        return Refused(
            RefusalCode.FAULT, "the gate itself", f"{type(fault).__name__}: {fault}", "report this"
        )
    return Approved(intent, at.now_ns)


Rail = Callable[[OrderIntent, Circumstances, RiskLimits], Refused | None]


def _halted(_intent: OrderIntent, at: Circumstances, _limits: RiskLimits) -> Refused | None:
    if at.halt is None:
        return None
    return Refused(
        RefusalCode.HALTED, "the kill switch", at.halt, "`underround resume` when it is understood"
    )


def _unreconciled(_intent: OrderIntent, at: Circumstances, _limits: RiskLimits) -> Refused | None:
    if at.unreconciled is None:
        return None
    return Refused(
        RefusalCode.UNRECONCILED,
        "accounts agree with the journal",
        at.unreconciled,
        "`underround reconcile` shows the difference",
    )


def _unknown(_intent: OrderIntent, at: Circumstances, _limits: RiskLimits) -> Refused | None:
    if not at.unknown_orders:
        return None
    return Refused(
        RefusalCode.UNKNOWN_ORDER,
        "no order of unknown fate",
        str(at.unknown_orders),
        "wait for the query, or look at `underround trades`",
    )


def _venue_status(_intent: OrderIntent, at: Circumstances, _limits: RiskLimits) -> Refused | None:
    if at.venue_blocker is None:
        return None
    return Refused(
        RefusalCode.VENUE_STATUS,
        "the venue trades normally and its book is live",
        at.venue_blocker,
        "wait for the venue",
    )


def _close(_intent: OrderIntent, at: Circumstances, limits: RiskLimits) -> Refused | None:
    if at.closes_at_ns is None or at.closes_at_ns - at.now_ns >= limits.before_close_ns:
        return None
    return Refused(
        RefusalCode.MARKET_CLOSE,
        f"before_close_s {limits.before_close_ns // NS_PER_SECOND}",
        f"{max(at.closes_at_ns - at.now_ns, 0) // NS_PER_SECOND} s to its close",
        _raising("before_close_s", "lower"),
    )


def _quote_age(_intent: OrderIntent, at: Circumstances, limits: RiskLimits) -> Refused | None:
    if at.quote_age_ns is not None and at.quote_age_ns <= limits.max_quote_age_ns:
        return None
    shown = "no quote" if at.quote_age_ns is None else f"{at.quote_age_ns // NS_PER_MS} ms"
    return Refused(
        RefusalCode.QUOTE_AGE,
        f"max_quote_age_ms {limits.max_quote_age_ns // NS_PER_MS}",
        shown,
        _raising("max_quote_age_ms"),
    )


def _collar(intent: OrderIntent, at: Circumstances, limits: RiskLimits) -> Refused | None:
    if not 0 < intent.limit_e4 < 10_000:
        return Refused(
            RefusalCode.COLLAR, "a price inside 0…1", format_price(intent.limit_e4), "report this"
        )
    if at.quote_e4 is not None:
        away_e4 = intent.limit_e4 - at.quote_e4 if intent.is_buy else at.quote_e4 - intent.limit_e4
        if away_e4 <= limits.collar_e4:
            return None
        shown = f"{format_price(intent.limit_e4)} against {format_price(at.quote_e4)}"
    else:
        shown = "no price to compare with"
    return Refused(
        RefusalCode.COLLAR,
        f"collar_usd {format_price(limits.collar_e4)}",
        shown,
        _raising("collar_usd"),
    )


def _money_rail(
    code: RefusalCode, key: str, value_of: Callable[[OrderIntent, Circumstances], int]
) -> Rail:
    """Return the rail that keeps an amount at or under the limit `key` (usd_e6)."""

    def rail(intent: OrderIntent, at: Circumstances, limits: RiskLimits) -> Refused | None:
        value_e6, limit_e6 = value_of(intent, at), getattr(limits, f"{key}_e6")
        return None if value_e6 <= limit_e6 else _over(code, key, limit_e6, value_e6)

    return rail


def _notional_e6(intent: OrderIntent) -> int:
    return notional_up_usd_e6(intent.limit_e4, intent.size_e6)


_order_notional = _money_rail(
    RefusalCode.ORDER_NOTIONAL, "max_order_usd", lambda intent, _at: _notional_e6(intent)
)
_pair = _money_rail(
    RefusalCode.PAIR_NOTIONAL, "max_pair_usd", lambda _, at: at.pair_usd_e6 + at.trade_usd_e6
)
_venue = _money_rail(
    RefusalCode.VENUE_NOTIONAL,
    "max_venue_usd",
    lambda intent, at: at.venue_usd_e6 + _notional_e6(intent),
)
_day = _money_rail(
    RefusalCode.DAY_NOTIONAL, "max_day_usd", lambda _, at: at.day_usd_e6 + at.trade_usd_e6
)
_unsettled = _money_rail(
    RefusalCode.UNSETTLED, "max_unsettled_usd", lambda _, at: at.unsettled_usd_e6 + at.trade_usd_e6
)


def _loss(_intent: OrderIntent, at: Circumstances, limits: RiskLimits) -> Refused | None:
    if at.day_loss_usd_e6 < limits.max_daily_loss_usd_e6:
        return None
    return _over(
        RefusalCode.DAILY_LOSS,
        "max_daily_loss_usd",
        limits.max_daily_loss_usd_e6,
        at.day_loss_usd_e6,
    )


def _rate(_intent: OrderIntent, at: Circumstances, limits: RiskLimits) -> Refused | None:
    if at.orders_last_minute < limits.max_orders_per_minute:
        return None
    return Refused(
        RefusalCode.ORDER_RATE,
        f"max_orders_per_minute {limits.max_orders_per_minute}",
        f"{at.orders_last_minute} in the last minute",
        _raising("max_orders_per_minute"),
    )


def _naked(intent: OrderIntent, at: Circumstances, limits: RiskLimits) -> Refused | None:
    value_e6 = at.naked_e6 + intent.size_e6
    if intent.size_e6 > 0 and value_e6 <= limits.max_naked_e6:
        return None
    return Refused(
        RefusalCode.NAKED,
        f"max_naked_contracts {format_size(limits.max_naked_e6)}",
        format_size(value_e6),
        _raising("max_naked_contracts"),
    )


def _balance(intent: OrderIntent, at: Circumstances, limits: RiskLimits) -> Refused | None:
    needed_e6 = notional_up_usd_e6(intent.limit_e4, intent.size_e6)
    balance_e6 = at.balance_usd_e6
    if balance_e6 is not None and balance_e6 - needed_e6 >= limits.balance_reserve_usd_e6:
        return None
    shown = "not known" if balance_e6 is None else f"{format_usd(balance_e6)} to spend"
    return Refused(
        RefusalCode.BALANCE,
        f"balance_reserve_usd {format_usd(limits.balance_reserve_usd_e6)}",
        shown,
        f"fund {intent.venue}, or lower balance_reserve_usd in [risk]",
    )


def _self_cross(_intent: OrderIntent, at: Circumstances, _limits: RiskLimits) -> Refused | None:
    if at.crosses_own is None:
        return None
    return Refused(
        RefusalCode.SELF_CROSS, "no trade with ourselves", at.crosses_own, "wait for that order"
    )


def _no_more_than_held(
    intent: OrderIntent, at: Circumstances, _limits: RiskLimits
) -> Refused | None:
    if 0 < intent.size_e6 <= at.uncovered_e6:
        return None
    return Refused(
        RefusalCode.NAKED,
        f"a reduction of at most {format_size(at.uncovered_e6)}",
        format_size(intent.size_e6),
        "report this",
    )


ENTRY_RAILS: Final[tuple[Rail, ...]] = (
    _halted,
    _unreconciled,
    _unknown,
    _venue_status,
    _close,
    _quote_age,
    _collar,
    _order_notional,
    _pair,
    _venue,
    _day,
    _unsettled,
    _loss,
    _rate,
    _naked,
    _balance,
    _self_cross,
)
REDUCING_RAILS: Final[tuple[Rail, ...]] = (_no_more_than_held, _collar)
"""A halt, a limit or an unknown order never keeps us from becoming smaller."""


def _over(code: RefusalCode, key: str, limit_e6: int, value_e6: int) -> Refused:
    return Refused(code, f"{key} {format_usd(limit_e6)}", format_usd(value_e6), _raising(key))


def _raising(key: str, verb: str = "raise") -> str:
    return f"{verb} {key} in [risk]"
