"""The core's world of random trades, heard as a pipeline is; and a run that is this world."""

from contextlib import asynccontextmanager
from types import SimpleNamespace

from tests.app.market_day import Day
from tests.app.sighted_day import run_of
from tests.core.trading_world import TradingWorld
from underround.app.page.run_sight import sight_of
from underround.core.trading.effect import TRADING
from underround.core.trading.order_event import OrderSent


class HeardWorld(TradingWorld):
    """A world of trades without crashes; `hears` is told of it as a pipeline's listeners are."""

    def __init__(self, seed: int, hears=None) -> None:
        self.hears = hears or SimpleNamespace(on_signal=[], on_trading=[], on_told=[])
        super().__init__(seed, crashes=False)
        self.trading = SimpleNamespace(
            desk=self.desk,
            ledger=SimpleNamespace(settings=self.settings),
            shell=SimpleNamespace(line=SimpleNamespace(failure=None, waiting=0, lost=0)),
        )

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
async def sighted_trading(seed: int):
    """Give a world that has not begun, and the sight of the run that it is."""
    day = Day(seed)
    world = HeardWorld(seed, day.pipeline)
    run = run_of(day)
    run.trading, run.clock_ns = world.trading, lambda: world.now_ns
    async with sight_of(run, "run") as sight:
        yield world, sight
