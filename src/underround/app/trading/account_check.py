"""Comparing both accounts with the journal outside a run; adopting what a person has explained.

Reads only, but for the adoption, which is one record a position.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from underround.app.config import Config
from underround.app.trading.control import opened_journal, portfolio_of
from underround.app.trading.live import live_brokers
from underround.app.trading.setup import paper_brokers
from underround.core.engine import Engine
from underround.core.errors import VenueError
from underround.core.instrument import Venue
from underround.core.settings import Settings
from underround.core.trading.accounts import Accounts, fills_wanted_ns
from underround.core.trading.order import QueryAccount
from underround.core.trading.order_event import (
    AccountRead,
    OrderEvent,
    PositionAdopted,
    QueryFailed,
)
from underround.stores.executor_lock import executor_lock

READ_WITHIN_S: Final = 30.0


class Difference(Struct, frozen=True):
    """One way in which an account is not what the journal says; positions as (name, size_e6)."""

    venue: Venue
    text: str
    unexplained: tuple[tuple[str, int], ...] = ()


async def compared(
    config: Config, path: Path, clock_ns: Callable[[], int], *, live: bool
) -> list[Difference]:
    """Read both accounts and return what differs; VenueError when one cannot be read."""
    portfolio = portfolio_of(path)
    events: list[OrderEvent] = []
    if live:
        make = live_brokers(config, clock_ns, places=False)
    else:
        make = paper_brokers(config, clock_ns)
    now_ns = clock_ns()
    since_ns = fills_wanted_ns(portfolio, now_ns)
    async with make(Engine(Settings(), (), ()), portfolio, events.append) as brokers:
        async with asyncio.timeout(READ_WITHIN_S):
            for venue, broker in brokers.items():
                await broker.query_account(QueryAccount(venue, since_ns, now_ns))
    reads = [event for event in events if isinstance(event, AccountRead)]
    for event in events:
        if isinstance(event, QueryFailed):
            raise VenueError(event.venue.value, event.text, retryable=True)
    accounts = Accounts(tuple(Venue))
    found = []
    for read in reads:
        for fill in read.fills:
            order = portfolio.order_of(fill)
            if order is None:
                if (fill.venue, fill.venue_order_id, fill.trade) not in portfolio.foreign:
                    found.append(Difference(read.venue, f"a fill nobody ordered: {fill.trade}"))
            elif fill.trade not in order.fills:
                text = f"a fill of {order.intent.id} is not in the journal: {fill.trade}"
                found.append(Difference(read.venue, text))
        for text in accounts.differences(read, portfolio):
            name = text.partition(":")[0]
            theirs = {each.instrument: each.size_e6 for each in read.positions}
            held_e6 = theirs.get(name, 0) - portfolio.positions_e6.get((read.venue, name), 0)
            found.append(Difference(read.venue, text, ((name, held_e6),)))
    return found


def adopt(
    config: Config, path: Path, found: list[Difference], clock_ns: Callable[[], int]
) -> list[Difference]:
    """Note the positions among the differences as explained; return what remains.

    UnderroundError while somebody trades with the journal.
    """
    records = [
        PositionAdopted(each.venue, name, size_e6, clock_ns())
        for each in found
        for name, size_e6 in each.unexplained
    ]
    with (
        opened_journal(path) as journal,
        executor_lock(journal, config.trading.account, clock_ns()),
    ):
        journal.append(records, synced=True)
    return [each for each in found if not each.unexplained]
