"""Puts a run together: catalogs, feeds, engine, stores, recording; live and demo differ only in
addresses. Whatever decides anything lives elsewhere.
"""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from underround import __version__
from underround.app.alerts import Alerts, with_alerts
from underround.app.audit_trail import audit_trail
from underround.app.codecs import CODECS
from underround.app.collector import calm_the_collector
from underround.app.config import Config
from underround.app.connections import (
    Connecting,
    Options,
    rest_clients,
    settings_of,
    signer_of,
)
from underround.app.fees.reading import fee_reading
from underround.app.frame_watch import FrameWatch
from underround.app.hands import VenueHands
from underround.app.market_watch import MarketWatch
from underround.app.pairs.file import PairEntry
from underround.app.pairs.watch import PairWatch
from underround.app.pipeline import Pipeline
from underround.app.price_board import PriceBoard
from underround.app.recordings.digest import SignalDigest
from underround.app.recordings.replay import describe
from underround.app.signal_delivery import SignalDelivery, signal_delivery
from underround.app.structures.watch import StructureWatch
from underround.app.supervision import kept_running
from underround.app.trading.setup import Ledger, Trading, open_ledger, trading
from underround.app.universe import Universe, load
from underround.app.watches import canaries, watching
from underround.core.engine import Engine
from underround.core.pair import Pair
from underround.core.settings import Settings
from underround.core.trading.event import KillSwitched
from underround.stores.audit_log import AuditLog
from underround.stores.opening import open_stores
from underround.stores.prices import Prices
from underround.stores.recording import RecordingWriter
from underround.stores.signals import SignalQueue
from underround.venues.feed import Feed
from underround.venues.polymarket.prices import masked

_log = logging.getLogger("underround")

TICK_S: Final = 0.05
FLUSH_S: Final = 0.005


class Running(Struct):
    """A run under way, for those who watch it."""

    universe: Universe
    engine: Engine
    pipeline: Pipeline
    digest: SignalDigest
    prices: Prices
    signals: SignalQueue
    recorder: RecordingWriter | None
    feeds: list[Feed]
    clock_ns: Callable[[], int]
    frames: FrameWatch
    delivery: SignalDelivery | None = None
    audit: AuditLog | None = None
    alerts: Alerts | None = None
    trading: Trading | None = None
    pair_watch: PairWatch | None = None
    markets: MarketWatch | None = None
    structures: StructureWatch | None = None


@asynccontextmanager
async def running(
    config: Config, entries: Sequence[PairEntry], options: Options, clock_ns: Callable[[], int]
) -> AsyncIterator[Running]:
    """Start a run and give it to the caller; on exit everything is stopped and saved.

    Raises VenueError when a catalog cannot be had, ConfigError for an unusable key file.
    """
    async with AsyncExitStack() as stack:
        signer = signer_of(config)
        rest = await stack.enter_async_context(rest_clients(config, signer, options.ways))
        reading = fee_reading(config)
        universe = await load(rest.gamma, rest.kalshi, config.universe, entries, reading)
        prices, signals = await stack.enter_async_context(open_stores(config.storage.prices))
        settings = settings_of(config, options)
        ledger = _ledger(stack, config, options, clock_ns)
        began_ns = clock_ns()
        recorder = _recorder(stack, settings, universe, options, began_ns, ledger)
        engine = Engine(settings, universe.instruments.values(), universe.pairs)
        hands = VenueHands(clock_ns)
        hands.bodies = rest.bodies
        stack.push_async_callback(hands.close)
        pipeline = Pipeline(engine, CODECS, hands, recorder, clock_ns)
        hands.receiver = pipeline
        digest = SignalDigest()
        board = PriceBoard(engine, universe.pairs, prices)
        delivery = await stack.enter_async_context(
            signal_delivery(config.storage, signals, str(began_ns))
        )
        trail = stack.enter_context(
            audit_trail(Path(config.storage.audit), engine, options.recording, clock_ns)
        )
        pipeline.on_signal += [digest.add, delivery.take, trail.signal]
        pipeline.on_told.append(trail.told)
        pipeline.on_judged.append(lambda judged: board.judged(judged.instrument, judged.at_ns))
        frames, feeds = FrameWatch(pipeline), list[Feed]()
        run = Running(
            universe, engine, pipeline, digest, prices, signals, recorder, feeds, clock_ns, frames
        )
        run.delivery, run.audit = delivery, trail.log
        if ledger is not None and options.make_brokers is not None:
            run.trading = await stack.enter_async_context(
                trading(config, ledger, engine, pipeline, options.make_brokers, clock_ns)
            )
            run.trading.shell.on_page.append(lambda reason: trail.paged(reason, clock_ns()))
            delivery.on_failure.append(partial(_halt, pipeline, clock_ns))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        work = [_ticking(pipeline), _flushing(board, clock_ns), delivery.run()]
        if delivery.relay is not None:
            work.append(kept_running("signal relay", delivery.relay.run))
        tasks = [group.create_task(each) for each in work]
        stack.push_async_callback(_stop, feeds, tasks)
        listed = list(universe.instruments.values())
        made_of = Connecting(
            config, options, listed, pipeline, hands, signer, rest, clock_ns, feeds
        )

        def start(work: Coroutine[Any, Any, None]) -> None:
            tasks.append(group.create_task(work))

        watches = watching(made_of, universe, frames, start)
        run.pair_watch, run.markets = watches.pairs, watches.markets
        run.alerts = with_alerts(config.alerts, pipeline, stack, start)
        watches.markets.on_pair += [board.watch, partial(_paired, run, watches.markets)]
        watches.subscriptions.open(await canaries(rest, config, options, universe))
        run.structures = watches.structures
        start(run.structures.run())
        calm_the_collector()
        stack.callback(gc.unfreeze)
        yield run


def _ledger(
    stack: AsyncExitStack, config: Config, options: Options, clock_ns: Callable[[], int]
) -> Ledger | None:
    """Open the trade journal of a run that trades; UnderroundError names who has it already."""
    if options.make_brokers is None:
        return None
    return stack.enter_context(open_ledger(config, clock_ns, from_queue=options.from_queue))


def _recorder(
    stack: AsyncExitStack,
    settings: Settings,
    universe: Universe,
    options: Options,
    began_ns: int,
    ledger: Ledger | None,
) -> RecordingWriter | None:
    if options.recording is None:
        return None
    header = describe(settings, list(universe.instruments.values()), list(universe.pairs))
    if ledger is not None:
        header["config"]["trading"] = ledger.header()
    recorder = RecordingWriter(
        options.recording,
        created_at_ns=began_ns,
        mask=masked,
        program=f"underround {__version__}",
        on_failure=partial(_log.error, "recording: %s"),
        **header,
    )
    stack.callback(recorder.close)
    return recorder


def _halt(pipeline: Pipeline, clock_ns: Callable[[], int], reason: str) -> None:
    """Halt trading on the loop's next turn: what is under way is told to its end first."""

    def tell() -> None:
        pipeline.tell(KillSwitched(is_set=True, reason=reason, at_ns=clock_ns()))

    asyncio.get_running_loop().call_soon(tell)


def _paired(run: Running, markets: MarketWatch, pair: Pair) -> None:
    """Show a pair that was found while running among the others."""
    run.universe = markets.universe


async def _ticking(pipeline: Pipeline) -> None:
    while True:
        await asyncio.sleep(TICK_S)
        pipeline.timer("tick")


async def _flushing(board: PriceBoard, clock_ns: Callable[[], int]) -> None:
    while True:
        await asyncio.sleep(FLUSH_S)
        board.flush(clock_ns())


async def _stop(feeds: list[Feed], tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*(feed.stop() for feed in feeds))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
