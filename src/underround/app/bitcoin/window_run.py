"""Puts a Bitcoin run together: reference feeds, windows and their books, engine, recording.

Live and simulated differ in addresses only. Whatever decides anything lives elsewhere.
"""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from underround import __version__
from underround.app.bitcoin.reference_feeds import ReferenceFeeds
from underround.app.bitcoin.reference_lines import IndexPlan, SpotPlan
from underround.app.bitcoin.strategies import load_strategies
from underround.app.bitcoin.window_books import WindowBooks
from underround.app.bitcoin.window_roll import RollPlan, WindowRoll
from underround.app.codecs import CODECS
from underround.app.collector import calm_the_collector
from underround.app.config import Config
from underround.app.connections import Rest, kalshi_headers, rest_clients, signer_of
from underround.app.fees.reading import fee_reading
from underround.app.hands import VenueHands
from underround.app.pipeline import Pipeline
from underround.app.price_board import PriceBoard
from underround.app.recordings.digest import SignalDigest
from underround.app.recordings.replay import describe
from underround.core.engine import Engine
from underround.core.errors import ConfigError
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.core.windows.pricing_desk import PricingDesk
from underround.core.windows.pricing_effect import PricingEffect, ValueRaised
from underround.core.windows.spot_event import Asset, Exchange
from underround.stores.opening import open_stores
from underround.stores.prices import Prices
from underround.stores.recording import RecordingWriter
from underround.venues.kalshi.windows import asset_of

_log = logging.getLogger("underround")

TICK_NS: Final = 50 * NS_PER_MS
FLUSH_S: Final = 0.02
INDEX_CONNECTION: Final = "kalshi-index"

Headers = Callable[[], Mapping[str, str]]
Start = Callable[[Coroutine[Any, Any, None]], None]


class Addresses(Struct, frozen=True):
    """Where the exchanges are, when not at their own addresses: simulated ones."""

    exchanges: dict[str, str] = {}
    bitstamp_rest: str | None = None


class RunPlan(Struct, frozen=True, kw_only=True):
    """What a run follows: series of windows (none: the index of an asset alone), and where it
    records.
    """

    series: tuple[str, ...] = ()
    asset: Asset = Asset.BTC
    recording: Path | None = None
    addresses: Addresses = Addresses()

    @property
    def assets(self) -> tuple[Asset, ...]:
        """The assets whose index is needed."""
        found = dict.fromkeys(asset_of(series) for series in self.series)
        return tuple(asset for asset in found if asset is not None) or (self.asset,)

    def check(self) -> None:
        """Raise ConfigError for a series that settles on no index known here."""
        for series in self.series:
            if asset_of(series) is None:
                raise ConfigError(
                    f"series {series!r} settles on no index known here; "
                    "use one that begins with KXBTC, KXETH, KXSOL or KXXRP"
                )


class WindowRun(Struct):
    """A run under way, for those who watch it."""

    config: Config
    plan: RunPlan
    engine: Engine
    desk: PricingDesk
    pipeline: Pipeline
    digest: SignalDigest
    reference: ReferenceFeeds
    prices: Prices
    board: PriceBoard
    recorder: RecordingWriter | None
    clock_ns: Callable[[], int]
    has_key: bool = False
    rest: Rest | None = None
    books: WindowBooks | None = None
    roll: WindowRoll | None = None


@asynccontextmanager
async def running_windows(
    config: Config, plan: RunPlan, clock_ns: Callable[[], int]
) -> AsyncIterator[WindowRun]:
    """Start a run and give it to the caller; on exit everything is stopped and saved.

    Raises ConfigError for settings, keys and strategies that cannot be used.
    """
    plan.check()
    async with AsyncExitStack() as stack:
        signer = signer_of(config)
        rest = await stack.enter_async_context(rest_clients(config, signer))
        prices, _ = await stack.enter_async_context(open_stores(config.storage.prices))
        strategies = load_strategies(config.bitcoin.strategies)
        desk = PricingDesk(config.bitcoin.settings(), strategies)
        recorder = _recorder(config, plan, clock_ns)
        if recorder is not None:
            stack.callback(recorder.close)
        hands = VenueHands(clock_ns)
        hands.bodies = rest.bodies
        stack.push_async_callback(hands.close)
        run = _assembled(config, plan, desk, hands, prices, recorder, clock_ns)
        run.has_key, run.rest = signer is not None, rest
        group = await stack.enter_async_context(asyncio.TaskGroup())
        tasks: list[asyncio.Task[Any]] = []
        stack.push_async_callback(_stop, run, tasks)

        def start(work: Coroutine[Any, Any, None]) -> None:
            tasks.append(group.create_task(work))

        headers = None if signer is None else kalshi_headers(signer)
        _start_reference(run, headers, start)
        if plan.series:
            _start_windows(run, rest, hands, headers, start)
        start(_ticking(run.pipeline, clock_ns))
        start(_flushing(run.board, clock_ns))
        calm_the_collector()
        stack.callback(gc.unfreeze)
        yield run


def _assembled(
    config: Config,
    plan: RunPlan,
    desk: PricingDesk,
    hands: VenueHands,
    prices: Prices,
    recorder: RecordingWriter | None,
    clock_ns: Callable[[], int],
) -> WindowRun:
    """Wire engine, pipeline and digest; nothing runs yet."""
    engine = Engine(config.detection.settings(), (), ())
    engine.attach(desk)
    for asset in plan.assets:
        desk.index(asset)
    pipeline = Pipeline(engine, CODECS, hands, recorder, clock_ns)
    hands.receiver = pipeline
    digest = SignalDigest()
    pipeline.on_signal.append(digest.add)
    pipeline.on_pricing.append(partial(_digest, digest))
    board = PriceBoard(engine, (), prices)
    pipeline.on_judged.append(lambda judged: board.judged(judged.instrument, judged.at_ns))
    reference = ReferenceFeeds(pipeline, recorder, clock_ns)
    pipeline.on_pricing.append(reference.hear)
    return WindowRun(
        config=config,
        plan=plan,
        engine=engine,
        desk=desk,
        pipeline=pipeline,
        digest=digest,
        reference=reference,
        prices=prices,
        board=board,
        recorder=recorder,
        clock_ns=clock_ns,
    )


def _start_reference(run: WindowRun, headers: Headers | None, start: Start) -> None:
    """Start the exchanges' feeds, and with a key the official index's."""
    config, plan = run.config, run.plan
    for asset in plan.assets:
        for name in config.bitcoin.exchanges:
            spot, url = _spot(name, asset, plan.addresses, run.desk.settings.stale_ns)
            start(run.reference.add_spot(spot, url))
    if headers is not None:
        index_plan = IndexPlan(INDEX_CONNECTION, config.bitcoin.prints)
        url = config.venues.kalshi.ws
        start(run.reference.add_index(index_plan, plan.assets, url, headers))


def _start_windows(
    run: WindowRun, rest: Rest, hands: VenueHands, headers: Headers | None, start: Start
) -> None:
    """Start the windows' books and the roll from window to window."""
    config, bitcoin = run.config, run.config.bitcoin
    run.books = WindowBooks(run.pipeline, hands, run.recorder, run.clock_ns, start)
    run.books.open_kalshi(config.venues.kalshi.ws, headers)
    if bitcoin.pair_with_polymarket:
        run.books.open_polymarket(config.venues.polymarket.ws)
    run.roll = WindowRoll(
        RollPlan(
            series=run.plan.series,
            prints=bitcoin.prints,
            rungs=bitcoin.ladder_rungs,
            pairs=bitcoin.pair_with_polymarket,
        ),
        rest.kalshi,
        rest.gamma,
        run.books,
        run.pipeline,
        run.recorder,
        run.clock_ns,
        partial(_index_of, run.desk),
        fee_reading(run.config),
    )
    start(run.roll.run())


def _spot(
    name: str, asset: Asset, addresses: Addresses, stale_ns: int
) -> tuple[SpotPlan, str | None]:
    exchange = Exchange(name)
    suffix = "" if asset is Asset.BTC else f"-{asset.lower()}"
    rest_url = addresses.bitstamp_rest if exchange is Exchange.BITSTAMP else None
    plan = SpotPlan(f"{name}{suffix}", exchange, asset, rest_url, stale_ns)
    return plan, addresses.exchanges.get(name)


def _index_of(desk: PricingDesk, asset: Asset) -> float | None:
    value = desk.index(asset).value
    return None if value is None else value.index


def _digest(digest: SignalDigest, effect: PricingEffect) -> None:
    if isinstance(effect, ValueRaised):
        digest.add(effect.signal)


def _recorder(config: Config, plan: RunPlan, clock_ns: Callable[[], int]) -> RecordingWriter | None:
    if plan.recording is None:
        return None
    header: dict[str, Any] = describe(config.detection.settings(), [], [])
    header["config"] |= {
        "pricing": msgspec.to_builtins(config.bitcoin.settings()),
        "strategies": list(config.bitcoin.strategies),
        "assets": list(plan.assets),
    }
    return RecordingWriter(
        plan.recording,
        created_at_ns=clock_ns(),
        mask=bytes,
        program=f"underround {__version__}",
        on_failure=partial(_log.error, "recording: %s"),
        **header,
    )


async def _ticking(pipeline: Pipeline, clock_ns: Callable[[], int]) -> None:
    """Tell the engine the time on even twentieths of a second, so that no boundary waits long."""
    while True:
        await asyncio.sleep((TICK_NS - clock_ns() % TICK_NS) / NS_PER_SECOND)
        pipeline.timer("tick")


async def _flushing(board: PriceBoard, clock_ns: Callable[[], int]) -> None:
    while True:
        await asyncio.sleep(FLUSH_S)
        board.flush(clock_ns())


async def _stop(run: WindowRun, tasks: list[asyncio.Task[Any]]) -> None:
    await run.reference.close()
    if run.books is not None:
        await asyncio.gather(*(feed.stop() for feed in run.books.feeds.values()))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
