"""The simulated venues' Bitcoin side: the index, both price sockets, and the windows on them.

Wires them to the flow; the price paths, the sockets and the windows know nothing of each other.
"""

from typing import Final

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.clock import wall_ns
from underround.simulation.desk import Script
from underround.simulation.flow import Flow
from underround.simulation.index import Index
from underround.simulation.kalshi.publisher import KalshiPublisher
from underround.simulation.lifecycle import Lifecycle
from underround.simulation.polymarket.polybolt import PolyBolt
from underround.simulation.polymarket.rtds import Rtds
from underround.simulation.polymarket.spot_prices import SpotPrices
from underround.simulation.windows import WINDOW_S, Windows

_TICK_NS: Final = 200 * NS_PER_MS
_SHORTEST_FIRST_S: Final = 90.0
"""A first window shorter than this would have no minute to settle on."""


class Bitcoin:
    """One index for both venues; it begins to move with the flow."""

    def __init__(
        self, seed: int, speed: float, flow: Flow, lifecycle: Lifecycle, *, has_windows: bool
    ) -> None:
        self.index = Index("BRTI", seed, tick_ms=200 / speed)
        self.prices = SpotPrices(seed)
        self.rtds = Rtds(self.prices)
        self.polybolt = PolyBolt(self.prices, lambda: wall_ns() // NS_PER_MS)
        self.publisher: KalshiPublisher | None = None
        self.windows: Windows | None = None
        self._seed = seed
        self._speed = speed
        self._flow = flow
        self._lifecycle = lifecycle
        self._has_windows = has_windows
        self._origin_ms = 0

    def begin(self, started_ns: int) -> None:
        """Let the index tick, and the windows open; at true speed they end on the quarter-hour."""
        started_s = started_ns // NS_PER_SECOND
        self._origin_ms = started_s * 1_000
        self._flow.add(self._tick(), _TICK_NS)
        if not self._has_windows:
            return
        quarter_s = (started_s // int(WINDOW_S) + 1) * int(WINDOW_S)
        first_close_s = (quarter_s * NS_PER_SECOND - started_ns) / NS_PER_SECOND
        if first_close_s < _SHORTEST_FIRST_S:
            first_close_s, quarter_s = first_close_s + WINDOW_S, quarter_s + int(WINDOW_S)
        self.windows = Windows(
            self._seed,
            self._flow,
            self._lifecycle,
            self.index,
            self.prices,
            self._moment_ms,
            first_close_s=first_close_s if self._speed == 1 else WINDOW_S,
            name_base_s=quarter_s,
        )
        self._flow.add(self.windows.play())

    def _moment_ms(self, after_s: float) -> int:
        """Return the stamp (epoch ms) of a moment of the flow, whole seconds for prints."""
        return self._origin_ms + round(after_s * 1_000 / self._speed)

    def _tick(self) -> Script:
        """Tick five times a simulated second, and tell whoever follows the index or the prices."""
        while True:
            self.index.tick()
            at_ms = self._moment_ms(self.index.ticks * _TICK_NS / NS_PER_SECOND)
            if self.publisher is not None:
                self.publisher.printed(self.index.glance(at_ms), is_fast=True)
            if self.index.is_print:
                self._print(at_ms)
            yield _TICK_NS

    def _print(self, at_ms: int) -> None:
        print_ = self.index.print(at_ms)
        self.prices.add(self.index.value_e2, at_ms)
        if self.publisher is not None:
            self.publisher.printed(print_, is_fast=False)
        self.rtds.publish()
        self.polybolt.publish()
