"""Kalshi's fees while a run goes on: applies announced changes at their instant, and sudden ones.

Keeps each series' schedule; what a fee is worth is reckoned elsewhere.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from underround.app.connections import Rest
from underround.app.pipeline import Pipeline
from underround.core.effect import RepriceEvent
from underround.core.event import InstrumentsListed
from underround.core.fee_schedule import FeeChange, FeeSchedule
from underround.core.instrument import Instrument, Venue
from underround.core.units import NS_PER_SECOND
from underround.venues.errors import VenueFaultError
from underround.venues.kalshi.catalog import fetch_fees

RELOAD_NS: Final = 3_600 * NS_PER_SECOND
RETRY_NS: Final = 60 * NS_PER_SECOND


class FeeWatch:
    """The schedules of the series that are watched, and when something is due."""

    def __init__(self, rest: Rest, pipeline: Pipeline, clock_ns: Callable[[], int]) -> None:
        self._rest = rest
        self._pipeline = pipeline
        self._clock_ns = clock_ns
        self._schedules: dict[str, FeeSchedule] = {}
        self._reload_ns = 0
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Reload the lists every hour and apply what falls due, for ever."""
        while True:
            if self._clock_ns() >= self._reload_ns:
                await self._reload()
            self._apply()
            wait_s = max(0.0, (self._next_ns() - self._clock_ns()) / NS_PER_SECOND)
            self._wake.clear()
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                pass

    def changed(self, wanted: RepriceEvent) -> None:
        """Take in a change of an event's fees that holds from now on."""
        concerned = {one.series_id for one in self._watched() if one.event_id == wanted.event_id}
        change = FeeChange(wanted.at_ns, wanted.fee_type, wanted.multiplier)
        for series in concerned & self._schedules.keys():
            self._schedules[series] = self._schedules[series].changed(wanted.event_id, change)
        if concerned - self._schedules.keys():
            self._reload_ns = 0  # not loaded yet: what is loaded next has it
        self._wake.set()

    async def _reload(self) -> None:
        watched = [one for one in self._watched() if one.series_id]
        try:
            if watched:
                self._schedules = await fetch_fees(self._rest.kalshi, watched)
        except VenueFaultError as fault:
            self._pipeline.note("fee changes are not known", str(fault))
            self._reload_ns = self._clock_ns() + RETRY_NS
        else:
            self._reload_ns = self._clock_ns() + RELOAD_NS

    def _apply(self) -> None:
        """List the instruments whose fees are other than what the engine reckons with."""
        now_ns = self._clock_ns()
        changed: list[Instrument] = []
        for one in self._watched():
            schedule = self._schedules.get(one.series_id)
            if schedule is None:
                continue
            try:
                terms = schedule.terms(one.event_id, now_ns)
            except ValueError as fault:
                self._pipeline.note("a fee that is not known", str(fault))
                continue
            terms = replace(terms, precision_e6=one.fees.precision_e6)  # the account's, not theirs
            if terms != one.fees:
                changed.append(replace(one, fees=terms))
        if changed:
            self._pipeline.tell(InstrumentsListed(changed, now_ns))

    def _next_ns(self) -> int:
        now_ns = self._clock_ns()
        due = [self._reload_ns]
        for one in self._watched():
            schedule = self._schedules.get(one.series_id)
            at_ns = None if schedule is None else schedule.next_change_at_ns(one.event_id, now_ns)
            if at_ns is not None:
                due.append(at_ns)
        return min(due)

    def _watched(self) -> list[Instrument]:
        return [
            book.instrument
            for book in self._pipeline.engine.books.values()
            if book.instrument.venue is Venue.KALSHI and not book.is_closed
        ]
