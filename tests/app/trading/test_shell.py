"""The trading shell: disk before wire, one sync for all that waits, and a full disk stops it."""

import asyncio
import logging
import queue
import sqlite3
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from underround.app.alert_rules import Severity
from underround.app.alerts import Alerts, LogListener
from underround.app.sections.alerts import AlertsConfig
from underround.app.trading.shell import TradingShell
from underround.core.instrument import Outcome, Venue
from underround.core.trading.effect import JournalWanted, PersonPaged
from underround.core.trading.event import KillSwitched
from underround.core.trading.journal_record import HaltSet
from underround.core.trading.order import (
    Approved,
    OrderIntent,
    PlaceOrders,
    QueryAccount,
    TimeInForce,
)
from underround.core.trading.order_event import OrderRejected, OrderSent, RejectReason
from underround.execution.broker import PreparedOrder
from underround.stores.journal import TradeJournal


def intent(name: str, venue: Venue = Venue.KALSHI) -> OrderIntent:
    return OrderIntent(
        id=name,
        trade="t",
        leg=0,
        venue=venue,
        instrument="K",
        outcome=Outcome.YES,
        is_buy=True,
        size_e6=10**6,
        limit_e4=4_500,
        time_in_force=TimeInForce.IOC,
        dies_at_ns=9,
    )


class Recording(TradeJournal):
    """A journal that notes when it writes, and may be full."""

    def __init__(self, path, told):
        super().__init__(path)
        self.told, self.is_full, self.halted = told, False, False

    def append(self, taken, *, synced):
        if self.is_full:
            raise sqlite3.OperationalError("database or disk is full")
        taken = list(taken)
        super().append(taken, synced=synced)
        self.told.append(("disk", [type(each).__name__ for each in taken], synced))


class Broker:
    """A broker that notes what it is given."""

    venue = Venue.KALSHI

    def __init__(self, told):
        self.told = told

    def prepare(self, order):
        if order.intent.id == "unspeakable":
            raise ValueError("no such tick")
        return PreparedOrder(order.intent, f"0x{order.intent.id}", b"")

    async def place(self, orders):
        self.told.append(("wire", [each.intent.id for each in orders]))

    async def query_account(self, wanted):
        raise RuntimeError("a fault of ours")


@pytest.fixture
async def world(tmp_path):
    told = []
    journal = Recording(tmp_path / "t.db", told)
    brokers = {venue: Broker(told) for venue in Venue}
    tell = lambda event: told.append(("event", event))  # noqa: E731
    shell = TradingShell(journal, brokers, tell, lambda: 5, lambda: journal.halted, 4)
    task = asyncio.create_task(shell.run())
    yield shell, journal, told
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await shell.close()
    journal.close()


async def until(is_so):
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def place(*names: str) -> PlaceOrders:
    return PlaceOrders(tuple(Approved(intent(name), 1) for name in names), 1)


async def test_records_and_notes_are_synced_together_before_the_wire(world):
    shell, journal, told = world
    shell.take(JournalWanted(HaltSet("a", 1)))
    shell.take(place("one"))
    shell.take(place("two"))
    shell.take(JournalWanted(HaltSet("b", 2)))
    await until(lambda: any(each[0] == "wire" for each in told))
    assert told == [
        ("disk", ["HaltSet", "HaltSet", "OrderSent", "OrderSent"], True),
        ("event", OrderSent("one", "0xone", 5)),
        ("event", OrderSent("two", "0xtwo", 5)),
        ("wire", ["one", "two"]),
    ]
    assert [type(each).__name__ for each in journal.read()] == told[0][1]


async def test_what_explains_no_order_is_written_without_a_sync(world):
    shell, _, told = world
    shell.take(JournalWanted(HaltSet("a", 1)))
    await until(lambda: told)
    assert told == [("disk", ["HaltSet"], False)]


async def test_a_full_disk_sends_nothing_halts_once_and_keeps_the_records(world):
    shell, journal, told = world
    journal.is_full = True
    shell.take(JournalWanted(HaltSet("a", 1)))
    shell.take(place("one"))
    await until(lambda: len(told) == 2)
    halt, refusal = (each[1] for each in told)
    assert isinstance(halt, KillSwitched)
    assert "disk is full" in halt.reason
    assert refusal == OrderRejected(
        "one", RejectReason.NOT_SENT, "the journal cannot be written", 5
    )
    journal.is_full = False
    await until(lambda: len(told) == 3)
    assert told[2] == ("disk", ["HaltSet"], False)


@pytest.mark.parametrize(
    ("decided_ns", "halted", "why_not"),
    [
        (0, False, "decided 0 ms ago: the disk was slow"),
        (1, True, "trading was halted while it was written down"),
    ],
)
async def test_an_entry_that_took_too_long_to_write_down_stays_here_and_a_hedge_goes(
    world, decided_ns, halted, why_not
):
    shell, journal, told = world
    journal.halted = halted
    hedge = replace(intent("hedge"), reduces=True)
    both = (Approved(intent("entry"), decided_ns), Approved(hedge, decided_ns))
    shell.take(PlaceOrders(both, decided_ns))
    await until(lambda: any(each[0] == "wire" for each in told))
    refused = OrderRejected("entry", RejectReason.NOT_SENT, why_not, 5)
    assert told[1:] == [
        ("event", OrderSent("entry", "0xentry", 5)),
        ("event", OrderSent("hedge", "0xhedge", 5)),
        ("event", refused),
        ("wire", ["hedge"]),
    ]


async def test_an_order_that_its_venue_cannot_express_never_leaves(world):
    shell, _, told = world
    shell.take(place("unspeakable"))
    await until(lambda: told)
    [(_, refusal)] = [each for each in told if each[0] == "event"]
    assert (refusal.order, refusal.reason) == ("unspeakable", RejectReason.NOT_SENT)
    assert ("wire", ["unspeakable"]) not in told


async def test_a_fault_in_a_broker_halts(world):
    shell, _, told = world
    shell.take(QueryAccount(Venue.KALSHI, 0, 1))
    await until(lambda: told)
    [(_, halt)] = told
    assert halt.reason == "a broker failed: RuntimeError: a fault of ours"


async def test_a_page_reaches_whoever_listens(world):
    shell, _, _ = world
    heard = []
    shell.on_page.append(heard.append)
    shell.take(PersonPaged("look", 1))
    assert heard == ["look"]


async def test_a_page_is_an_alert_that_no_quiet_hour_holds_back(world):
    shell, _, _ = world
    sent = queue.Queue()
    channel = SimpleNamespace(name="phone", send=lambda message: sent.put(message) or True)
    alerts = Alerts(AlertsConfig(quiet_hours="00:00-23:59"), [channel])
    listener = LogListener(alerts.logged)
    logging.getLogger("underround").addHandler(listener)
    try:
        shell.take(PersonPaged("an order is lost", 1))
    finally:
        logging.getLogger("underround").removeHandler(listener)
    alerts.look(10**18)
    message = await asyncio.to_thread(sent.get, timeout=30)
    assert message.severity is Severity.ERROR
    assert message.text == "look at this now: an order is lost"
