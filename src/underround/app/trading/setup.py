"""Puts trading beside a run: journal, lock, desk, brokers, shell; paper and live differ here.

The desk is a part of the engine; everything that it is told is recorded, so trading replays.
"""

import asyncio
import logging
import random
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
from msgspec import Struct

from underround.app.config import Config
from underround.app.side_tasks import SideTasks
from underround.app.trading.counts import Tally
from underround.app.trading.kill_switch import KillSwitch
from underround.app.trading.shell import TradingShell
from underround.core.engine import Engine
from underround.core.errors import UnderroundError
from underround.core.instrument import Venue
from underround.core.trading.desk import TradingDesk
from underround.core.trading.effect import TradingEffect
from underround.core.trading.event import KillSwitched, TradingEvent
from underround.core.trading.journal_record import JournalRecord
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.settings import TradingSettings
from underround.execution.broker import Broker, Sink
from underround.execution.paper import PaperBroker
from underround.stores.executor_lock import ExecutorLock, executor_lock
from underround.stores.journal import TradeJournal, decoded, encoded

_log = logging.getLogger(__name__)

KILL_EVERY_S: Final = 0.2
RENEW_EVERY: Final = 20
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


class Teller(Protocol):
    """The pipeline, as far as trading needs it."""

    on_trading: list[Callable[[TradingEffect], None]]

    def tell(self, told: TradingEvent) -> None:
        """Record an input and give it to the engine."""
        ...


class Ledger(Struct):
    """An open journal that this process alone trades with, and the state it amounts to."""

    journal: TradeJournal
    lock: ExecutorLock
    records: list[JournalRecord]
    run: str
    settings: TradingSettings
    from_queue: bool

    def header(self) -> dict[str, Any]:
        """Return what a recording must hold for trading to replay."""
        return {
            "settings": msgspec.to_builtins(self.settings),
            "run": self.run,
            "records": encoded(self.records),
            "from_queue": self.from_queue,
        }


class Trading(Struct):
    """Trading under way."""

    desk: TradingDesk
    shell: TradingShell
    ledger: Ledger
    switch: KillSwitch
    forgotten: Tally


MakeBrokers = Callable[
    [Engine, Portfolio, Sink], AbstractAsyncContextManager[Mapping[Venue, Broker]]
]


@contextmanager
def open_ledger(
    config: Config, clock_ns: Callable[[], int], *, from_queue: bool = False
) -> Iterator[Ledger]:
    """Open the journal and lock it; UnderroundError names who trades with it already.

    `from_queue`: signals come out of the queue, not from the run's own engine.
    """
    journal = TradeJournal(Path(config.trading.journal))
    try:
        with executor_lock(journal, config.trading.account, clock_ns()) as lock:
            settings = config.trading.settings(config.risk)
            records, run = list(journal.read()), short_name(clock_ns())
            yield Ledger(journal, lock, records, run, settings, from_queue)
    finally:
        journal.close()


def attach_desk(engine: Engine, header: Mapping[str, Any]) -> TradingDesk:
    """Give an engine the trading desk that a header describes, live or in a replay.

    Raises KeyError or ValidationError for a header that does not fit.
    """
    portfolio = Portfolio()
    for record in decoded(header["records"]):
        portfolio.apply(record)
    settings = msgspec.convert(header["settings"], TradingSettings)
    desk = TradingDesk(settings, header["run"], engine.trust.blocker, portfolio)
    engine.attach(desk)
    engine.told.on_value = desk.pays
    if not header.get("from_queue"):
        engine.detector.on_raised = desk.take
    return desk


@asynccontextmanager
async def trading(
    config: Config,
    ledger: Ledger,
    engine: Engine,
    pipeline: Teller,
    make_brokers: MakeBrokers,
    clock_ns: Callable[[], int],
) -> AsyncIterator[Trading]:
    """Trade while the block runs."""
    desk = attach_desk(engine, ledger.header())
    brokers: dict[Venue, Broker] = {}
    shell = TradingShell(
        ledger.journal,
        brokers,
        pipeline.tell,
        clock_ns,
        lambda: desk.portfolio.halt is not None,
        ledger.settings.limits.max_quote_age_ns,
    )
    pipeline.on_trading.append(shell.take)  # before a broker can say anything
    kill_file = Path(config.trading.kill_file)
    switch = KillSwitch(kill_file, pipeline.tell, lambda: desk.portfolio.halt, clock_ns)
    switch.look()  # before anything can be signalled
    stack = AsyncExitStack()
    opened = make_brokers(engine, desk.portfolio, pipeline.tell)
    brokers.update(await stack.enter_async_context(opened))
    made = Trading(desk, shell, ledger, switch, Tally())
    desk.portfolio.on_forgotten.append(lambda trade: made.forgotten.add(trade, desk.portfolio))
    tasks = SideTasks(partial(_fell, pipeline, clock_ns))
    tasks.start(shell.run())
    tasks.start(_watch_switch(made, pipeline, clock_ns))
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError, ValueError, RuntimeError):
        loop.add_signal_handler(signal.SIGUSR1, switch.set, "SIGUSR1")
    try:
        yield made
    finally:
        pipeline.on_trading.remove(shell.take)
        await tasks.close()
        await shell.close()
        await stack.aclose()


def paper_brokers(config: Config, clock_ns: Callable[[], int]) -> MakeBrokers:
    """Return what makes paper brokers over an engine's books."""

    @asynccontextmanager
    async def make(
        engine: Engine, portfolio: Portfolio, sink: Sink
    ) -> AsyncIterator[Mapping[Venue, Broker]]:
        loop = asyncio.get_running_loop()
        randomness = random.Random(config.paper.seed or None)
        is_over = False

        def later(delay_ns: int, act: Callable[[], None]) -> None:
            def unless_over() -> None:
                if not is_over:
                    act()

            loop.call_later(delay_ns / 1e9, unless_over)

        yield {
            venue: PaperBroker(
                venue,
                engine.books,
                config.paper.settings(),
                randomness,
                clock_ns,
                later,
                sink,
                portfolio,
            )
            for venue in Venue
        }
        is_over = True  # what such a venue would still say, nobody records

    return make


def _fell(pipeline: Teller, clock_ns: Callable[[], int], fault: BaseException) -> None:
    """Halt trading whose own work ended by a fault: nobody would send, or hear the kill switch."""
    reason = f"trading failed: {type(fault).__name__}: {fault}; start it again"
    pipeline.tell(KillSwitched(is_set=True, reason=reason, at_ns=clock_ns()))


async def _watch_switch(made: Trading, pipeline: Teller, clock_ns: Callable[[], int]) -> None:
    """Follow the kill switch, and renew the lease where the journal is written: in its thread."""
    if (halt := made.desk.portfolio.halt) is not None:
        _log.error("trading is halted: %s; `underround resume` lets it go on", halt)
    turn = 0
    while True:
        made.switch.look()
        if turn % RENEW_EVERY == 0:
            try:
                await made.shell.line.do(partial(made.ledger.lock.renew, clock_ns()))
            except (UnderroundError, sqlite3.Error) as fault:
                if made.desk.portfolio.halt is None:
                    reason = f"the right to trade cannot be renewed: {fault}"
                    pipeline.tell(KillSwitched(is_set=True, reason=reason, at_ns=clock_ns()))
        turn += 1
        await asyncio.sleep(KILL_EVERY_S)


def short_name(number: int) -> str:
    """Write a number in the shortest text that an order id may hold."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"
