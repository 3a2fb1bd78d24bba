"""Whether the venues trade: asks each in its own way and tells the engine what changed.

Kalshi says so itself, shard by shard, and keeps hours; Polymarket shows it only in what its order
paths answer, so an order that cannot be one is sent now and then, without a key.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from underround.app.connections import Rest
from underround.app.pipeline import Pipeline
from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.core.venue_event import VenueStatusChanged
from underround.core.venue_status import VenueState
from underround.venues.errors import UnreadableError, VenueFaultError
from underround.venues.kalshi.status import (
    OPEN,
    SCHEDULE_PATH,
    STATUS_PATH,
    Schedule,
    Verdict,
    decode_schedule,
    decode_status,
)
from underround.venues.polymarket.status import PROBE_PATH, MatchingEngine
from underround.venues.rest import error_code

KEYED_EVERY_S: Final = 1.0
PUBLIC_EVERY_S: Final = 10.0
PROBE_EVERY_S: Final = 5.0
SCHEDULE_EVERY_NS: Final = 3_600 * NS_PER_SECOND
PATIENCE: Final = 2
"""So many unusable answers in a row before they count as the venue's state."""


class VenueWatch:
    """Keeps the engine's knowledge of both venues' states; `is_keyed` allows a quicker pace."""

    def __init__(
        self, rest: Rest, pipeline: Pipeline, clock_ns: Callable[[], int], *, is_keyed: bool
    ) -> None:
        self._rest = rest
        self._pipeline = pipeline
        self._clock_ns = clock_ns
        self._every_s = KEYED_EVERY_S if is_keyed else PUBLIC_EVERY_S
        self._told: dict[tuple[Venue, int | None], Verdict] = {}
        self._matching = MatchingEngine()
        self._schedule: Schedule | None = None
        self._schedule_due_ns = 0
        self._failures = 0

    async def watch_kalshi(self) -> None:
        """Ask Kalshi for ever."""
        while True:
            await self._look_at_schedule()
            await self._look_at_status()
            await asyncio.sleep(self._every_s)

    async def watch_polymarket(self) -> None:
        """Probe Polymarket's matching engine for ever."""
        while True:
            await self._probe()
            await asyncio.sleep(PROBE_EVERY_S)

    async def _probe(self) -> None:
        try:
            status, body = await self._rest.clob.look("POST", PROBE_PATH, {})
        except VenueFaultError as fault:
            self._pipeline.note("asking for a venue's state failed", str(fault))
            return
        self._matching.answered(status, error_code(body))
        self._tell(Venue.POLYMARKET, {None: (self._matching.state, self._matching.reason)})

    async def _look_at_status(self) -> None:
        try:
            status, body = await self._rest.kalshi.look("GET", STATUS_PATH)
            verdicts = decode_status(body)
        except UnreadableError:
            self._failures += 1
            if self._failures < PATIENCE:
                return
            verdicts = {None: (VenueState.RESTARTING, f"no readable status (HTTP {status})")}
        except VenueFaultError as fault:
            self._pipeline.note("asking for a venue's state failed", str(fault))
            return
        else:
            self._failures = 0
        if self._schedule is not None:
            planned = self._schedule.verdict(self._clock_ns())
            if planned != OPEN:
                verdicts[None] = planned
        self._tell(Venue.KALSHI, verdicts)

    async def _look_at_schedule(self) -> None:
        now_ns = self._clock_ns()
        if now_ns < self._schedule_due_ns:
            return
        self._schedule_due_ns = now_ns + SCHEDULE_EVERY_NS
        try:
            self._schedule = decode_schedule(await self._rest.kalshi.get(SCHEDULE_PATH))
        except VenueFaultError as fault:
            self._pipeline.note("a venue's schedule is not known", str(fault))

    def _tell(self, venue: Venue, verdicts: dict[int | None, Verdict]) -> None:
        """Tell the engine what differs from what it was told; what is not named is normal."""
        shards = {shard for told, shard in self._told if told is venue} | verdicts.keys()
        for shard in sorted(shards, key=lambda each: -1 if each is None else each):
            verdict = verdicts.get(shard, OPEN)
            if self._told.get((venue, shard), OPEN)[0] is verdict[0]:
                continue
            self._told[venue, shard] = verdict
            state, reason = verdict
            self._pipeline.tell(VenueStatusChanged(venue, state, reason, self._clock_ns(), shard))
