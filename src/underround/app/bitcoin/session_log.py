"""Everything a Bitcoin session is remembered by: prints, prices, signals, endings, latencies.

Listens to a run and keeps it within bounds; writes nothing. `session_file` makes a file of it.
"""

from collections import Counter, deque
from statistics import median
from typing import Any, Final, Generic, TypeVar

from underround.app.bitcoin.latency import Durations
from underround.app.bitcoin.window_run import WindowRun
from underround.core.opportunity import SignalKind
from underround.core.units import NS_PER_MS, NS_PER_SECOND, PRICE_ONE_E4
from underround.core.windows.index_desk import Comparison, IndexDesk
from underround.core.windows.index_ticker import IndexTick
from underround.core.windows.pricing_effect import (
    IndexTicked,
    OfficialCompared,
    PricingEffect,
    ValueRaised,
    WindowEnded,
    WindowsPriced,
)
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import from_e8
from underround.core.windows.value_signal import ValueSignal
from underround.core.windows.view import View, WindowView

ROWS_KEPT: Final = 20_000
WINDOWS_KEPT: Final = 500
Row = TypeVar("Row")


class Thinned(Generic[Row]):
    """Rows in order; when they are too many, every second one goes, and of those to come too."""

    def __init__(self, limit: int = ROWS_KEPT) -> None:
        self.rows: list[Row] = []
        self._limit = limit
        self._stride = 1
        self._offered = 0

    def add(self, row: Row) -> None:
        """Take a row, if it is its turn."""
        if self._offered % self._stride == 0:
            self.rows.append(row)
            if len(self.rows) > self._limit:
                self.rows = self.rows[::2]
                self._stride *= 2
        self._offered += 1


class SessionLog:
    """Hears a run's pricing effects; `hear` is given to the pipeline."""

    def __init__(self, run: WindowRun) -> None:
        self.started_ns = run.clock_ns()
        self.prints: dict[str, Thinned[dict[str, Any]]] = {}
        self.print_count = 0
        self.differences: deque[float] = deque(maxlen=86_400)
        self.windows: dict[str, dict[str, Any]] = {}
        self.prices: dict[str, Thinned[list[Any]]] = {}
        self.signals: Thinned[dict[str, Any]] = Thinned()
        self.signal_counts: Counter[str] = Counter()
        self.brti = Durations()
        self.total = Durations()
        self.last_tick: dict[str, IndexTick] = {}
        self.last_view: dict[str, View] = {}
        self.ended = 0
        self._run = run
        self._by_stamp: dict[tuple[str, int], dict[str, Any]] = {}

    def hear(self, effect: PricingEffect) -> None:
        """Take up one effect."""
        match effect:
            case IndexTicked(tick=tick):
                self._ticked(tick)
            case OfficialCompared(compared=compared):
                self._compared(compared)
            case WindowsPriced(view=view):
                self._priced(view)
            case ValueRaised(signal=signal):
                self._signalled(signal)
            case WindowEnded():
                self._ended(effect)

    def index_desk(self, asset: Asset) -> IndexDesk:
        """Return what the run knows of an asset's index."""
        return self._run.desk.index(asset)

    def feed_delay_ns(self) -> int:
        """Return the middle of the exchanges' last delays from their stamp to our receipt."""
        lines = self._run.reference.lines.spot()
        delays = [line.delays_ns[-1] for line in lines if line.delays_ns]
        return max(round(median(delays)), 0) if delays else 0

    def _ticked(self, tick: IndexTick) -> None:
        self.last_tick[tick.asset] = tick
        if tick.value.index is None:
            if tick.is_print:
                self._print_row(tick)
            return
        late_ns = self._run.clock_ns() - tick.at_ns
        self.brti.add(late_ns + self.feed_delay_ns())
        if tick.is_print:
            self.print_count += 1
            self._print_row(tick)

    def _print_row(self, tick: IndexTick) -> None:
        value = tick.value
        row = {
            "t": tick.at_ns // NS_PER_MS,
            "index": None if value.index is None else round(value.index, 4),
            "official": None,
            "quality": str(value.quality),
            "used": len(value.used),
            "refused": {name: str(each.reason) for name, each in value.refused.items()},
        }
        self.prints.setdefault(tick.asset, Thinned()).add(row)
        self._by_stamp[tick.asset, tick.at_ns] = row
        if len(self._by_stamp) > 60:
            del self._by_stamp[next(iter(self._by_stamp))]

    def _compared(self, compared: Comparison) -> None:
        self.differences.append(compared.difference)
        row = self._by_stamp.get((compared.asset, compared.stamped_at_ns))
        if row is not None:
            row["official"] = round(compared.official, 4)

    def _priced(self, view: View) -> None:
        self.last_view[view.asset] = view
        if view.windows:
            late_ns = self._run.clock_ns() - view.at_ns
            self.total.add(late_ns + max(self.feed_delay_ns(), self._quote_delay_ns()))
        if view.at_ns % NS_PER_SECOND:
            return
        for each in view.windows:
            self._window_row(each)
            self.prices.setdefault(each.window.id, Thinned()).add(_price_row(view, each))
        while len(self.prices) > WINDOWS_KEPT:
            del self.prices[next(iter(self.prices))]

    def _quote_delay_ns(self) -> int:
        books = self._run.books
        if books is None:
            return 0
        ages = (age.last_ns for age in books.timed.age.values())
        return max((age for age in ages if age is not None), default=0)

    def _window_row(self, each: WindowView) -> None:
        window = each.window
        row = self.windows.setdefault(
            window.id,
            {
                "id": window.id,
                "venue": str(window.venue),
                "series": window.series,
                "asset": str(window.asset),
                "opens": window.opens_at_ns // NS_PER_MS,
                "closes": window.close_at_ns // NS_PER_MS,
            },
        )
        row["strike"] = None if window.strike_e8 is None else from_e8(window.strike_e8)

    def _signalled(self, signal: ValueSignal) -> None:
        chance = signal.chance
        self.signal_counts[f"{chance.source} {signal.kind}"] += 1
        if signal.kind is SignalKind.CHANGED:
            return
        self.signals.add(
            {
                "t": signal.at_ns // NS_PER_MS,
                "kind": str(signal.kind),
                "id": signal.id,
                "source": chance.source,
                "subject": chance.subject,
                "grade": str(chance.grade),
                "outcomes": [str(leg.outcome) for leg in chance.legs],
                "prices": [leg.price_e4 / PRICE_ONE_E4 for leg in chance.legs],
                "edge": round(chance.edge, 6),
                "confidence": round(chance.confidence, 6),
                "reason": signal.reason,
            }
        )

    def _ended(self, effect: WindowEnded) -> None:
        self.ended += 1
        window = effect.window
        row = self.windows.setdefault(window.id, {"id": window.id, "series": window.series})
        row |= {
            "value": None if effect.value_e8 is None else from_e8(effect.value_e8),
            "is_official": effect.is_official,
            "said": effect.said_yes,
            "resolved": effect.resolved_yes,
            "resolved_value": None
            if effect.resolved_value_e8 is None
            else from_e8(effect.resolved_value_e8),
            "wrong": effect.is_wrong,
        }


def _price_row(view: View, each: WindowView) -> list[Any]:
    """Return [ms, index, P(YES), its error, YES bid, YES ask] of one window at one second."""
    fair, yes, no = each.fair, each.yes, each.no
    return [
        view.at_ns // NS_PER_MS,
        None if view.index is None else round(view.index, 2),
        None if fair is None else round(fair.p_yes, 5),
        None if fair is None else round(fair.standard_error, 5),
        None if no is None else (PRICE_ONE_E4 - no.price_e4) / PRICE_ONE_E4,
        None if yes is None else yes.price_e4 / PRICE_ONE_E4,
    ]
