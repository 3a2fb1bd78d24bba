"""The eight simulated exchanges together, around one price path.

`step` lets time pass once for all of them; `play` does it by the clock. Used by `--simulated`
runs and by tests; knows nothing of who listens.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from types import TracebackType

from underround.simulation.clock import wall_ns
from underround.simulation.exchanges.exchange import SPEAKERS, ExchangeFault, SimulatedExchange
from underround.simulation.exchanges.spot_book import ONE_E8, PricePath

STEP_S = 0.1


class ExchangeFleet:
    """Simulated exchanges by name, served while the context is open.

    `clock_ns` gives the true time that unfaulty exchanges stamp. Each exchange has the shared mid
    plus an offset of its own of a few dollars at most.
    """

    def __init__(
        self,
        seed: int,
        names: Iterable[str] = tuple(SPEAKERS),
        *,
        clock_ns: Callable[[], int] = wall_ns,
        mid: float = 80_000.0,
        sigma: float = 4.5,
    ) -> None:
        self.seed = seed
        self.path = PricePath(seed, mid, sigma)
        self.exchanges = {
            name: SimulatedExchange(name, seed, round(mid * ONE_E8)) for name in names
        }
        self._clock_ns = clock_ns
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> "ExchangeFleet":
        for exchange in self.exchanges.values():
            await self._stack.enter_async_context(exchange)
        self.step()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def set_fault(self, name: str, fault: ExchangeFault) -> None:
        """Switch an exchange's fault on, or off with NONE."""
        self.exchanges[name].set_fault(fault)

    def step(self, elapsed_s: float = STEP_S) -> None:
        """Let time pass once: the price moves, and every exchange tells."""
        mid_e8 = self.path.advance(elapsed_s)
        at_ns = self._clock_ns()
        for exchange in self.exchanges.values():
            exchange.step(mid_e8, elapsed_s, at_ns)

    async def play(self, step_s: float = STEP_S) -> None:
        """Step by the clock until cancelled."""
        while True:
            await asyncio.sleep(step_s)
            self.step(step_s)
