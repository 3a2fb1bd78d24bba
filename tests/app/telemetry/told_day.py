"""A trading day of the core's world, heard as telemetry hears a run; and a day at two venues."""

from contextlib import asynccontextmanager
from types import SimpleNamespace

from tests.app.market_day import Day
from tests.app.sighted_day import run_of
from tests.core.trading_world import TradingWorld
from underround.app.sections.telemetry import TelemetryConfig
from underround.app.telemetry.beside import exporters_for, names_of, telemetry
from underround.app.telemetry.names import TraceNames
from underround.app.telemetry.stories import Stories, Story
from underround.core.trading.effect import TRADING
from underround.core.trading.order_event import OrderSent


class HeardWorld(TradingWorld):
    """A world of trades without crashes, every story of it in `told`."""

    def __init__(self, seed: int) -> None:
        self.hears = SimpleNamespace(on_signal=[], on_trading=[], on_told=[])
        super().__init__(seed, crashes=False)
        run = SimpleNamespace(
            pipeline=self.hears,
            clock_ns=lambda: self.now_ns,
            trading=SimpleNamespace(desk=self.desk),
        )
        self.told: list[Story] = []
        names = TraceNames(self.desk.run, self.desk.portfolio)
        self.stories = Stories(run, names, self.told.append)

    def _carry_out(self, epoch: int) -> None:
        for effect in list(self.out):
            if isinstance(effect, TRADING):
                for hear in self.hears.on_trading:
                    hear(effect)
        super()._carry_out(epoch)

    def give(self, event: object) -> None:
        super().give(event)
        if isinstance(event, OrderSent):
            for hear in self.hears.on_told:
                hear(event)


@asynccontextmanager
async def told_day(environ: dict[str, str], seed: int = 1, **settings):
    """Give a day whose run is told to a collector, its sight and its names."""
    day = Day(seed, frames=400)
    run = run_of(day)
    exporters = exporters_for(TelemetryConfig(enabled=True, **settings), environ)
    assert exporters is not None
    names = names_of(run)
    async with telemetry(run, "run", exporters, names) as sight:
        yield day, sight, names
