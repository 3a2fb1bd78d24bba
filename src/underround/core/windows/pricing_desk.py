"""The engine's part that prices index windows: index at its pace, values, strategies, signals.

Attached to an engine it takes the reference price's events and reads the engine's books; what it
finds are effects. Pure like the engine; strategies must be too.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from underround.core.book import Book
from underround.core.effect import Effect, Noted
from underround.core.event import Timer
from underround.core.units import NS_PER_SECOND
from underround.core.windows.index_desk import Comparison, IndexDesk
from underround.core.windows.index_ticker import IndexTick
from underround.core.windows.oracle_distance import is_implausible, opening_offset
from underround.core.windows.pricing_effect import (
    IndexTicked,
    OfficialCompared,
    ValueRaised,
    WindowEnded,
    WindowsPriced,
)
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.reference_event import (
    OfficialValue,
    SpotReceived,
    StrikeTold,
    WindowListed,
    WindowResolved,
)
from underround.core.windows.settlement import SettlementTerms, resolves_yes
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import ONE_E8
from underround.core.windows.value_signal import ValueSignals
from underround.core.windows.value_strategy import NAME, value_strategy
from underround.core.windows.view import Strategy, View
from underround.core.windows.window import Window, WindowPrints
from underround.core.windows.window_chances import chances_of, pair_chances
from underround.core.windows.window_views import view_of

FORGOTTEN_AFTER_NS = 1_800 * NS_PER_SECOND


class PricingDesk:
    """Indices by asset, windows by id, and the chances open on them."""

    def __init__(
        self, settings: PricingSettings, strategies: Mapping[str, Strategy] | None = None
    ) -> None:
        self.settings = settings
        self.indices: dict[Asset, IndexDesk] = {}
        self.windows: dict[str, Window] = {}
        self.prints: dict[str, WindowPrints] = {}
        self.offsets: dict[str, float] = {}
        self.tethers: dict[Asset, float] = {}
        self._struck: dict[str, int | None] = {}
        self.signals = ValueSignals()
        self.strategies: dict[str, Strategy] = {NAME: value_strategy(settings)}
        self.strategies.update(strategies or {})
        self._books: Mapping[str, Book] = {}
        self._out: list[Effect] = []

    def joined(
        self, books: Mapping[str, Book], out: list[Effect]
    ) -> dict[type, Callable[[Any], None]]:
        """Take the engine's books and effects; return what this part does with which events."""
        self._books, self._out = books, out
        return {
            SpotReceived: self._spot_received,
            OfficialValue: self._official_value,
            WindowListed: self._window_listed,
            StrikeTold: self._strike_told,
            WindowResolved: self._window_resolved,
            Timer: self._timer,
        }

    def index(self, asset: Asset) -> IndexDesk:
        """Return the desk of an asset's index, made when first asked for."""
        desk = self.indices.get(asset)
        if desk is None:
            desk = self.indices[asset] = IndexDesk(asset, self.settings)
        return desk

    def _spot_received(self, event: SpotReceived) -> None:
        desk = self.index(event.asset)
        self._tick(desk, event.at_ns)
        for each in event.events:
            desk.ticker.apply(each)

    def _timer(self, event: Timer) -> None:
        for desk in self.indices.values():
            self._tick(desk, event.at_ns)

    def _official_value(self, event: OfficialValue) -> None:
        desk = self.index(event.asset)
        self._tick(desk, event.at_ns)
        self._compared(desk.take_official(event))
        if not event.is_fast:  # windows settle on the series of one a second
            for name, window in self.windows.items():
                if window.asset is event.asset:
                    self.prints[name].take(event.stamped_at_ns, event.value_e8, is_official=True)

    def _window_listed(self, event: WindowListed) -> None:
        window = event.window
        self.index(window.asset)
        known = self.windows.get(window.id)
        if known is None or known.close_at_ns != window.close_at_ns:
            # A close that the venue moved has other prints: those before it are not taken over.
            self.prints[window.id] = WindowPrints(window)
        if known is not None and window.strike_e8 is None:
            window = replace(window, strike_e8=known.strike_e8, terms=known.terms)
        self.windows[window.id] = window
        self._measure_offset(window)
        for name, each in list(self.windows.items()):
            if each.close_at_ns + FORGOTTEN_AFTER_NS < event.at_ns:
                self._forget(name, event.at_ns, "forgotten")

    def _strike_told(self, event: StrikeTold) -> None:
        window = self.windows.get(event.window)
        if window is not None:
            terms = _joined_terms(window.terms, event.terms)
            window = replace(window, strike_e8=event.strike_e8, terms=terms)
            self.windows[window.id] = window
            self._measure_offset(window)

    def _measure_offset(self, window: Window) -> None:
        """Compare an oracle's opening price with the index then, while that is remembered."""
        if self._struck.get(window.id) == window.strike_e8:
            return  # known; a strike that was put right is measured anew
        desk = self.index(window.asset)
        offset = opening_offset(desk, window)
        if offset is None:
            return
        self.offsets[window.id] = offset
        self._struck[window.id] = window.strike_e8
        if is_implausible(window, offset):
            return
        if window.oracle.is_binance:
            self.tethers[window.asset] = offset
        elif not window.oracle.is_other and desk.official is None:
            desk.anchor(offset)

    def offset_of(self, window: Window) -> float | None:
        """Return how far a window's oracle lay above the index when that was last seen, USD.

        At its own open, or for a tether's price at the last open of any window in it.
        """
        own = self.offsets.get(window.id)
        if own is not None and is_implausible(window, own):
            return own  # which says that the strike is not this window's
        return self.tethers.get(window.asset) if window.oracle.is_binance else own

    def _window_resolved(self, event: WindowResolved) -> None:
        window = self.windows.get(event.window)
        if window is None:
            return
        bias_e8 = self.index(window.asset).bias_e8
        settled = self.prints[window.id].settled(window.terms, bias_e8)
        value_e8, is_official = settled if settled is not None else (None, False)
        said_yes = None
        if value_e8 is not None and window.strike_e8 is not None:
            said_yes = resolves_yes(value_e8, window.strike_e8, window.terms)
        self._forget(window.id, event.at_ns, "resolved")
        self._out.append(
            WindowEnded(
                window=window,
                at_ns=event.at_ns,
                value_e8=value_e8,
                said_yes=said_yes,
                is_official=is_official,
                resolved_yes=event.is_yes,
                resolved_value_e8=event.value_e8,
            )
        )

    def _forget(self, name: str, at_ns: int, reason: str) -> None:
        window = self.windows.pop(name)
        del self.prints[name]
        self.offsets.pop(name, None)
        self._struck.pop(name, None)
        for strategy in self.strategies:
            self._say(f"{strategy}/{name}/", (), at_ns, reason)
        if not any(each.asset is window.asset for each in self.windows.values()):
            self._say(f"pair/{window.asset}/", (), at_ns, reason)

    def _tick(self, desk: IndexDesk, now_ns: int) -> None:
        """Calculate what is due and price everything on it."""
        for tick in desk.ticker.ticks_until(now_ns):
            compared = desk.tick(tick)
            self._out.append(IndexTicked(tick))
            self._compared(compared)
            self._keep_print(desk, tick)
            self._price(desk, tick)

    def _keep_print(self, desk: IndexDesk, tick: IndexTick) -> None:
        index = tick.value.index
        if index is None or not tick.is_print:
            return
        for name, window in self.windows.items():
            if window.asset is desk.asset:
                self.prints[name].take(tick.at_ns, round(index * ONE_E8), is_official=False)

    def _compared(self, compared: Comparison | None) -> None:
        if compared is not None:
            self._out.append(OfficialCompared(compared))

    def _price(self, desk: IndexDesk, tick: IndexTick) -> None:
        """Value the open windows, ask the strategies, and tell what changed."""
        at_ns = tick.at_ns
        windows = [each for each in self.windows.values() if each.asset is desk.asset]
        view = view_of(
            desk, windows, self.prints, self._books, at_ns, self.settings, self.offset_of
        )
        self._out.append(WindowsPriced(view))
        open_now = {each.window.id for each in view.windows}
        ended = [each.id for each in windows if each.id not in open_now]
        # The official value alone prices, but opens nothing: there is nothing to check it against.
        is_carried = self.settings.allows(desk.quality)
        gone = "edge gone" if is_carried else f"{desk.asset} index {desk.quality}"
        for name, strategy in list(self.strategies.items()):
            found = chances_of(name, self._ideas(name, strategy, view), view) if is_carried else []
            for each in view.windows:
                mine = [chance for chance in found if chance.subject == each.window.id]
                self._say(f"{name}/{each.window.id}/", mine, at_ns, each.obstacle or gone)
            for window in ended:
                self._say(f"{name}/{window}/", (), at_ns, "closed")
        if tick.is_print or not is_carried:  # without a price at once
            pairs = pair_chances(view, desk, self.settings) if is_carried else ()
            self._say(f"pair/{desk.asset}/", pairs, at_ns, gone)

    def _ideas(self, name: str, strategy: Strategy, view: View) -> list[Any]:
        try:
            return list(strategy(view))
        except Exception as fault:  # noqa: BLE001 - whatever a plug-in does, pricing goes on
            del self.strategies[name]
            self._out.append(Noted(f"strategy {name} failed and is off", repr(fault)))
            return []

    def _say(self, scope: str, chances: Iterable[Any], at_ns: int, reason: str) -> None:
        for signal in self.signals.update(scope, chances, at_ns, reason):
            self._out.append(ValueRaised(signal))


def _joined_terms(known: SettlementTerms, told: SettlementTerms | None) -> SettlementTerms:
    """Return the terms with the comparison as told; its rounding counts only for another one."""
    return known if told is None or told.comparison is known.comparison else told
