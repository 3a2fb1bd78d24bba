"""Deciding an order of unknown fate: the venue is asked over a socket, and its word goes first."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.app.live_bench import ONE, Bench, bench
from underround.app.clock import steady_clock
from underround.app.sections.trading import TradingConfig
from underround.app.simulated.venues_process import simulated_config
from underround.app.trading.order_decision import Wanted, decide
from underround.core.errors import UnderroundError, VenueError
from underround.core.instrument import Venue
from underround.core.trading.journal_record import (
    IntentWritten,
    OrderDecided,
    TradeMoved,
    TradePlanned,
)
from underround.core.trading.order import OrderIntent
from underround.core.trading.order_event import OrderSeen, OrderSent, PositionAdopted
from underround.core.trading.trade import TradeTrigger
from underround.core.trading.trade_record import Role, TradePlan
from underround.stores.executor_lock import executor_lock
from underround.stores.journal import TradeJournal

ABSENT = Wanted(order="order-1", filled_e6=0, price_e4=0, fee_usd_e6=0, who="ann", reason="mail")
FILLED = replace(ABSENT, filled_e6=3 * ONE, price_e4=4_900, fee_usd_e6=50_000)


class Desk:
    """A journal that holds one order noted as sent, and a configuration that names it."""

    def __init__(self, it: Bench, folder: Path) -> None:
        journal = str(folder / "trades.db")
        simulated = simulated_config(it.venues.addresses, "memory://", folder / "signals.db")
        self.config = replace(simulated, trading=TradingConfig(account="mine", journal=journal))
        self.path = Path(journal)
        self.intent = it.intent(5_000, 5 * ONE, dies_at_ns=1)

    def write(self, *more: object) -> None:
        journal = TradeJournal(self.path)
        journal.append([*history(self.intent), *more], synced=False)
        journal.close()

    async def decide(self, wanted: Wanted) -> str:
        return await decide(self.config, self.path, wanted, steady_clock())

    def decisions(self) -> list[OrderDecided]:
        return [each for each in TradeJournal(self.path).read() if isinstance(each, OrderDecided)]


def history(intent: OrderIntent) -> list[object]:
    plan = TradePlan(
        id="t",
        signal="s",
        pair="p",
        direction="d",
        legs=(),
        size_e6=ONE,
        together=False,
        policy="certainty",
        quoted_usd_e6=0,
        at_ns=1,
        deadline_ns=2,
    )
    return [
        TradePlanned(plan),
        TradeMoved("t", TradeTrigger.APPROVED, 1),
        IntentWritten(intent, Role.ENTRY, 1),
        OrderSent(intent.id, None, 1),
    ]


@asynccontextmanager
async def desk(folder: Path):
    async with bench(Venue.KALSHI) as it:
        yield it, Desk(it, folder)


async def test_what_the_venue_cannot_tell_is_decided_and_signed(tmp_path):
    async with desk(tmp_path) as (it, made):
        made.write(PositionAdopted(Venue.KALSHI, it.instrument, 3 * ONE, 1))  # there is nothing
        said = await made.decide(FILLED)
    assert said.startswith("order-1: decided 3 filled by ann")
    (noted,) = made.decisions()
    assert (noted.filled_e6, noted.price_e4, noted.fee_usd_e6) == (3 * ONE, 4_900, 50_000)
    assert (noted.who, noted.reason) == ("ann", "mail")


async def test_what_the_venue_knows_is_not_decided(tmp_path):
    async with desk(tmp_path) as (it, made):
        made.write()
        await it.place(replace(made.intent, dies_at_ns=10**19))
        while not it.of(OrderSeen):  # its reads lag behind its matching
            await asyncio.sleep(0.2)  # and they cost tokens
            await it.account.broker.query_order(it.query(made.intent.id, None))
        with pytest.raises(UnderroundError, match=r"knows it: done, 5 filled|tells of a fill"):
            await made.decide(ABSENT)
    assert made.decisions() == []


async def test_an_order_that_two_reads_would_prove_absent_is_left_to_them(tmp_path):
    async with desk(tmp_path) as (_, made):
        made.write()
        with pytest.raises(UnderroundError, match="position has not moved; start the run"):
            await made.decide(ABSENT)
    assert made.decisions() == []


async def test_a_mute_venue_is_asked_again_unless_it_never_answers(tmp_path):
    async with desk(tmp_path) as (it, made):
        made.write()
        it.fault("html_instead_of_json")
        with pytest.raises(VenueError, match="cannot be asked now"):
            await made.decide(ABSENT)
        assert made.decisions() == []
        await made.decide(replace(ABSENT, asks=False))
    assert [each.filled_e6 for each in made.decisions()] == [0]


async def test_nothing_is_decided_while_somebody_trades(tmp_path):
    async with desk(tmp_path) as (_, made):
        made.write()
        journal = TradeJournal(made.path)
        with (
            executor_lock(journal, "mine", 0),
            pytest.raises(UnderroundError, match=r"process \d+ on .* trades with this journal"),
        ):
            await made.decide(ABSENT)
        with pytest.raises(UnderroundError, match="of unknown fate: order-1"):
            await made.decide(replace(ABSENT, order="order-7"))
    assert made.decisions() == []
