"""What a person's word on an unknown order comes to, and when it is not taken.

Pure. A decided fill stands only until the venue tells of a real one.
"""

from typing import Final

from underround.core.trading.journal_record import OrderDecided
from underround.core.trading.order_event import Filled, FillStatus
from underround.core.trading.trade_record import LiveOrder, OrderStage
from underround.core.units import NS_PER_SECOND, format_price, format_size

DECIDED: Final = "decided by a person"
"""The trade number of a fill that only a person's word stands for."""
PATIENCE_NS: Final = 30 * NS_PER_SECOND
"""A venue's reads may lag behind its matching; nobody decides sooner after an order's end."""


def decided_fill(order: LiveOrder, decided: OrderDecided) -> Filled:
    """Return the fill that a decision amounts to."""
    intent = order.intent
    return Filled(
        venue=intent.venue,
        venue_order_id=order.venue_order_id or f"decided-{intent.id}",
        trade=DECIDED,
        order=intent.id,
        instrument=intent.instrument,
        outcome=intent.outcome,
        is_buy=intent.is_buy,
        size_e6=decided.filled_e6,
        price_e4=decided.price_e4,
        fee_usd_e6=decided.fee_usd_e6,
        status=FillStatus.CONFIRMED,
        at_ns=decided.at_ns,
    )


def objection(order: LiveOrder, filled_e6: int, price_e4: int, now_ns: int) -> str | None:
    """Say why an order may not be decided so; None when it may, as far as we know ourselves."""
    intent = order.intent
    if order.stage not in (OrderStage.UNKNOWN, OrderStage.SENT):
        return f"its fate is known: {order.stage}, {format_size(order.filled_e6)} filled"
    left_ns = intent.dies_at_ns + PATIENCE_NS - now_ns
    if left_ns > 0:
        return f"the venue may still tell; wait {left_ns // NS_PER_SECOND + 1} s more"
    if filled_e6 < order.filled_e6:
        return f"the venue told of {format_size(order.filled_e6)} filled already"
    if filled_e6 > intent.size_e6:
        return f"it was for {format_size(intent.size_e6)} contracts only"
    worse_e4 = price_e4 - intent.limit_e4 if intent.is_buy else intent.limit_e4 - price_e4
    if filled_e6 and worse_e4 > 0:
        return f"its limit was {format_price(intent.limit_e4)}: it cannot have filled worse"
    return None
