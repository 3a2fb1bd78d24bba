"""A person's decision on an order of unknown fate: the last resort, when its venue cannot tell.

Asks the venue first and refuses whatever it can still tell itself; refuses while somebody trades
with the journal. What is decided is one record, synced, with who and why.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from underround.app.config import Config
from underround.app.trading.control import opened_journal
from underround.app.trading.live import live_brokers
from underround.app.trading.setup import paper_brokers
from underround.core.engine import Engine
from underround.core.errors import UnderroundError, VenueError
from underround.core.settings import Settings
from underround.core.trading.decision import objection
from underround.core.trading.journal_record import OrderDecided
from underround.core.trading.order import QueryOrder
from underround.core.trading.order_event import (
    Filled,
    OrderEvent,
    OrderMissing,
    OrderSeen,
    QueryFailed,
)
from underround.core.trading.order_patience import LEAST_MOVE_E6
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.trade_record import LiveOrder, OrderStage
from underround.core.units import format_size
from underround.stores.executor_lock import executor_lock

ASK_WITHIN_S: Final = 30.0
TAKES_IT_UP: Final = "start the run: it takes that up by itself"


class Wanted(Struct, frozen=True, kw_only=True):
    """What a person says became of an order; `filled_e6` of 0: it never arrived."""

    order: str
    filled_e6: int
    price_e4: int
    fee_usd_e6: int
    who: str
    reason: str
    asks: bool = True


async def decide(config: Config, path: Path, wanted: Wanted, clock_ns: Callable[[], int]) -> str:
    """Journal a decision; return in words what it was.

    The venue is asked as the configured account, paper's where that is "paper". UnderroundError for
    an order that needs no decision, while the venue can tell, and while somebody trades.
    """
    with (
        opened_journal(path) as journal,
        executor_lock(journal, config.trading.account, clock_ns()),
    ):
        portfolio = journal.portfolio()
        order = portfolio.order(wanted.order)
        if order is None:
            raise UnderroundError(f"{wanted.order}: no such order; {_waiting(portfolio)}")
        against = objection(order, wanted.filled_e6, wanted.price_e4, clock_ns())
        if against is not None:
            raise UnderroundError(f"{wanted.order}: {against}")
        if wanted.asks:
            await _ask(config, portfolio, order, clock_ns)
        journal.append([_record(wanted, clock_ns())], synced=True)
    fate = f"{format_size(wanted.filled_e6)} filled" if wanted.filled_e6 else "absent"
    return f"{wanted.order}: decided {fate} by {wanted.who}; `underround reconcile` before a run"


async def _ask(
    config: Config, portfolio: Portfolio, order: LiveOrder, clock_ns: Callable[[], int]
) -> None:
    """Ask the venue; raise unless it looked and can say neither what the order did nor its end."""
    intent = order.intent
    events: list[OrderEvent] = []
    if config.trading.account == "paper":
        make = paper_brokers(config, clock_ns)
    else:
        make = live_brokers(config, clock_ns, places=False)
    async with (
        make(Engine(Settings(), (), ()), portfolio, events.append) as brokers,
        asyncio.timeout(ASK_WITHIN_S),
    ):
        query = QueryOrder(
            intent.venue, intent.id, order.venue_order_id, intent.instrument, clock_ns()
        )
        await brokers[intent.venue].query_order(query)
    for event in events:
        match event:
            case OrderSeen() if event.order == intent.id:
                filled = format_size(event.filled_e6)
                raise UnderroundError(
                    f"{intent.venue} knows it: {event.state}, {filled} filled; {TAKES_IT_UP}"
                )
            case Filled() if portfolio.order_of(event) is order:
                raise UnderroundError(f"{intent.venue} tells of a fill of it; {TAKES_IT_UP}")
            case QueryFailed():
                raise VenueError(
                    intent.venue.value,
                    f"cannot be asked now: {event.text}; try again, or give --unasked if it will"
                    " never answer",
                    retryable=True,
                )
            case OrderMissing():
                expected_e6 = portfolio.expected_e6(intent.venue, intent.instrument)
                if abs(event.position_e6 - expected_e6) < LEAST_MOVE_E6:
                    raise UnderroundError(
                        f"{intent.venue} does not know it and its position has not moved;"
                        f" {TAKES_IT_UP}"
                    )


def _record(wanted: Wanted, at_ns: int) -> OrderDecided:
    return OrderDecided(
        wanted.order,
        wanted.filled_e6,
        wanted.price_e4,
        wanted.fee_usd_e6,
        wanted.who,
        wanted.reason,
        at_ns,
    )


def _waiting(portfolio: Portfolio) -> str:
    """Name the orders that may be decided."""
    names = [
        name
        for trade in portfolio.active.values()
        for name, order in trade.orders.items()
        if order.stage in (OrderStage.UNKNOWN, OrderStage.SENT)
    ]
    return f"of unknown fate: {', '.join(names)}" if names else "none is of unknown fate"
