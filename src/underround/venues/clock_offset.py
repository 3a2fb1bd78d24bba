"""How far a venue's clock stands from ours, learned from the answers that refuse us.

A signature carries the time, and a venue refuses one that its own clock finds old. Reads no clock.
"""

from typing import Final

from underround.venues.errors import VenueFaultError

TOLERATED_MS: Final = 2_000
"""Dates are whole seconds and answers take time on the way: less than this is no offset."""


class ClockOffset:
    """`ms` is to be added to our time; 0 until a refusal shows that the clocks differ."""

    __slots__ = ("ms",)

    def __init__(self) -> None:
        self.ms = 0

    def learn(self, refusal: VenueFaultError, our_ms: int) -> bool:
        """Take the offset from a refused signature; tell whether it is another than before.

        Only an answer of 401 that says its own time teaches anything.
        """
        if refusal.status != 401 or refusal.venue_ms is None:
            return False
        offset_ms = refusal.venue_ms - our_ms
        if abs(offset_ms) < TOLERATED_MS:
            offset_ms = 0
        if abs(offset_ms - self.ms) < TOLERATED_MS:
            return False
        self.ms = offset_ms
        return True
