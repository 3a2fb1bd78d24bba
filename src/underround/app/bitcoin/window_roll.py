"""From window to window by the catalog: lists them, subscribes ahead, learns strikes and results.

Asks the venues and tells the engine, each telling recorded as a command. Prices nothing.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

from underround.app.bitcoin.reference_lines import resolved_event, window_arguments, window_events
from underround.app.bitcoin.window_books import WindowBooks
from underround.app.fees.reading import WORSE, FeeReading
from underround.app.pipeline import Pipeline
from underround.core.instrument import Instrument, Venue
from underround.core.units import NS_PER_SECOND
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import ONE_E8
from underround.core.windows.window import Window
from underround.stores.recording import RecordingWriter
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi.listing import SeriesFees
from underround.venues.kalshi.windows import (
    ListedWindow,
    fetch_fees,
    fetch_window,
    fetch_windows,
)
from underround.venues.polymarket.windows import UpDown, fetch_up_down, up_downs
from underround.venues.rest import RestClient

QUICK_S: Final = 1.0
SLOW_S: Final = 5.0
ASKED_AT_ONCE: Final = 3
"""Windows asked for one by one in a look; without a key three requests a second are granted."""
MOST_AHEAD_S: Final = 120
FAREST_CLOSE_S: Final = 7_200
RESULT_WITHIN_NS: Final = 1_800 * NS_PER_SECOND


class RollPlan(Struct, frozen=True, kw_only=True):
    """Which series are followed, how many rungs of a ladder, and whether Polymarket's twins."""

    series: tuple[str, ...]
    prints: int
    rungs: int = 5
    pairs: bool = True


class WindowRoll:
    """All windows of a run, from their listing to their result."""

    def __init__(
        self,
        plan: RollPlan,
        kalshi: RestClient,
        gamma: RestClient,
        books: WindowBooks,
        pipeline: Pipeline,
        recorder: RecordingWriter | None,
        clock_ns: Callable[[], int],
        index_of: Callable[[Asset], float | None],
        reading: FeeReading = WORSE,
    ) -> None:
        self.followed: dict[str, Window] = {}
        self.twins: dict[str, Window] = {}
        self.problems: dict[str, str] = {}
        self._plan = plan
        self._kalshi = kalshi
        self._gamma = gamma
        self._books = books
        self._pipeline = pipeline
        self._recorder = recorder
        self._clock_ns = clock_ns
        self._index_of = index_of
        self._reading = reading
        self._fees: dict[str, SeriesFees] = {}
        self._asked_ns: dict[str, int] = {}
        self._wanted_twins: dict[str, UpDown] = {}

    async def run(self) -> None:
        """Follow the windows until cancelled; a venue that fails is noted and asked again."""
        while True:
            await self.look()
            await asyncio.sleep(QUICK_S if self._awaits() else SLOW_S)

    async def look(self) -> None:
        """Ask once for everything that may have changed."""
        for series in self._plan.series:
            try:
                await self._list(series)
                self.problems.pop(series, None)
            except VenueFaultError as fault:
                self.problems[series] = str(fault)
                self._pipeline.note(f"windows of {series} cannot be listed", str(fault))
        now_ns = self._clock_ns()
        awaited = [each for each in self.followed.values() if self._is_awaited(each, now_ns)]
        awaited.sort(key=lambda window: self._asked_ns.get(window.id, 0))
        for window in awaited[:ASKED_AT_ONCE]:
            self._asked_ns[window.id] = now_ns
            await self._ask_again(window)
        for wanted in list(self._wanted_twins.values()):
            await self._look_for_twin(wanted, now_ns)
        self._forget(now_ns)

    def _awaits(self) -> bool:
        """Tell whether something is due soon: a strike, a result, the next window."""
        now_ns = self._clock_ns()
        soon_ns = now_ns + round((SLOW_S + QUICK_S) * NS_PER_SECOND)
        return any(
            self._is_awaited(window, now_ns) or window.close_at_ns <= soon_ns
            for window in self.followed.values()
        ) or any(twin is None or twin.strike_e8 is None for twin in self.twins.values())

    @staticmethod
    def _is_awaited(window: Window, now_ns: int) -> bool:
        """Tell whether a window's strike or result is yet to be told."""
        is_open = window.opens_at_ns <= now_ns < window.close_at_ns
        return (is_open and window.strike_e8 is None) or now_ns >= window.close_at_ns

    async def _list(self, series: str) -> None:
        fees = self._fees.get(series)
        if fees is None:
            fees = self._fees[series] = await fetch_fees(self._kalshi, series)
        now_ns = self._clock_ns()
        until_ns = now_ns + FAREST_CLOSE_S * NS_PER_SECOND
        listed = await fetch_windows(
            self._kalshi, series, fees, now_ns, until_ns, self._plan.prints
        )
        for each in self._worth_following(listed, self._clock_ns()):
            self._follow(each)

    def _worth_following(self, listed: Iterable[ListedWindow], now_ns: int) -> list[ListedWindow]:
        """Return open windows and the next ones; of a ladder the rungs nearest to the index."""
        by_close: dict[int, list[ListedWindow]] = {}
        for each in listed:
            window = each.window
            ahead_s = min((window.close_at_ns - window.opens_at_ns) / NS_PER_SECOND, MOST_AHEAD_S)
            if window.close_at_ns > now_ns >= window.opens_at_ns - ahead_s * NS_PER_SECOND:
                by_close.setdefault(window.close_at_ns, []).append(each)
        found = []
        for together in by_close.values():
            known = [each for each in together if each.window.id in self.followed]
            if known:
                found += known
                continue
            index = self._index_of(together[0].window.asset)
            strikes = sorted(each.window.strike_e8 or 0 for each in together)
            middle_e8 = strikes[len(strikes) // 2] if index is None else index * ONE_E8

            def distance(each: ListedWindow, middle_e8: float = middle_e8) -> float:
                return abs((each.window.strike_e8 or 0) - middle_e8)

            found += sorted(together, key=distance)[: self._plan.rungs]
        return found

    def _follow(self, listed: ListedWindow) -> None:
        window = listed.window
        known = self.followed.get(window.id)
        if known is not None and (window.strike_e8 is None or window == known):
            return
        self.followed[window.id] = window
        self._tell(window, [listed.instrument])
        if known is None:
            self._books.add(Venue.KALSHI, [window.yes])
            if self._plan.pairs:
                for wanted in up_downs(window.asset, window.opens_at_ns, window.close_at_ns):
                    if wanted.slug not in self.twins:
                        self._wanted_twins[wanted.slug] = wanted

    async def _ask_again(self, window: Window) -> None:
        """Ask for one window by itself: lists are cached for seconds."""
        fees = self._fees[window.series]
        try:
            listed = await fetch_window(
                self._kalshi, window.id, window.series, fees, self._plan.prints
            )
        except VenueFaultError as fault:
            self._pipeline.note("a window cannot be read", f"{window.id}: {fault}")
            return
        if listed is None:
            return
        self._follow(listed)
        if listed.resolved_yes is not None:
            self._resolve(window.id, listed.resolved_yes, listed.value_e8)

    def _resolve(self, name: str, is_yes: bool, value_e8: int | None) -> None:
        window = self.followed.pop(name)
        self._asked_ns.pop(name, None)
        arguments = {"window": name, "is_yes": is_yes, "value_e8": value_e8}
        at_ns = self._clock_ns()
        if self._recorder is not None:
            self._recorder.append_command("resolved", arguments, at_ns)
        self._pipeline.process(resolved_event(arguments, at_ns))
        self._books.drop(Venue.KALSHI, [window.yes])

    async def _look_for_twin(self, wanted: UpDown, now_ns: int) -> None:
        """Ask for a Polymarket window until its opening price is told or it is over."""
        if now_ns >= wanted.close_at_ns:
            del self._wanted_twins[wanted.slug]
            return
        if now_ns < wanted.opens_at_ns:
            return
        try:
            listed = await fetch_up_down(self._gamma, wanted, self._plan.prints)
        except VenueFaultError as fault:
            self._pipeline.note("Polymarket's windows cannot be read", str(fault))
            return
        if listed is None:
            self._pipeline.note("no such window at Polymarket", wanted.slug)
            del self._wanted_twins[wanted.slug]
            return
        window = listed.window
        if self.twins.get(wanted.slug) != window:
            is_new = wanted.slug not in self.twins
            self.twins[wanted.slug] = window
            self._tell(window, listed.instruments)
            if is_new:
                self._books.add(Venue.POLYMARKET, [each.id for each in listed.instruments])
        if window.strike_e8 is not None:
            del self._wanted_twins[wanted.slug]

    def _forget(self, now_ns: int) -> None:
        """Let go of what is long over."""
        for name, window in list(self.followed.items()):
            if now_ns > window.close_at_ns + RESULT_WITHIN_NS:
                self._pipeline.note("a window was never resolved", name)
                del self.followed[name]
                self._books.drop(Venue.KALSHI, [window.yes])
        for slug, twin in list(self.twins.items()):
            if now_ns > twin.close_at_ns:
                del self.twins[slug]
                self._books.drop(Venue.POLYMARKET, [twin.yes, twin.no or twin.yes])

    def _tell(self, window: Window, instruments: Sequence[Instrument]) -> None:
        arguments = window_arguments(window, self._reading.all(instruments))
        at_ns = self._clock_ns()
        if self._recorder is not None:
            self._recorder.append_command("window", arguments, at_ns)
        for event in window_events(arguments, at_ns):
            self._pipeline.process(event)
