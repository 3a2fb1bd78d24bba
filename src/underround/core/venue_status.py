"""Whether a venue trades normally: the states it can be in, and who may not be signalled for it.

Pure bookkeeping; how a state is found out is the venue folders' business.
"""

from enum import StrEnum

from msgspec import Struct

from underround.core.instrument import Instrument, Venue


class VenueState(StrEnum):
    """How a venue, or one shard of it, trades."""

    NORMAL = "normal"
    POST_ONLY = "post only"  # orders may rest, none may take
    PAUSED = "paused"  # trading is off; what rests may be cancelled
    RESTARTING = "restarting"  # the matching engine is away; orders are refused
    HALTED = "halted"  # the venue refuses us for good: a wrong key, a forbidden place


class VenueStatus(Struct, frozen=True):
    """A state, why, and since when."""

    state: VenueState
    reason: str
    since_ns: int


class VenueStatuses:
    """The venues and shards that do not trade normally now; all others do."""

    __slots__ = ("_abnormal",)

    def __init__(self) -> None:
        self._abnormal: dict[tuple[Venue, int | None], VenueStatus] = {}

    def __bool__(self) -> bool:
        return bool(self._abnormal)

    def set(self, venue: Venue, shard: int | None, status: VenueStatus) -> bool:
        """Take a new status; tell whether the state differs from the one before."""
        before = self._abnormal.get((venue, shard))
        if status.state is VenueState.NORMAL:
            self._abnormal.pop((venue, shard), None)
            return before is not None
        self._abnormal[venue, shard] = status
        return before is None or before.state is not status.state

    def of(self, venue: Venue, shard: int | None = None) -> VenueStatus | None:
        """Return the status that keeps a venue's shard from trading; None when nothing does."""
        whole = self._abnormal.get((venue, None))
        return whole if whole is not None or shard is None else self._abnormal.get((venue, shard))

    def blocker(self, instrument: Instrument) -> str | None:
        """Return why an instrument may not be traded now as far as its venue goes; None if it may.

        One sentence's worth: "kalshi paused".
        """
        if not self._abnormal:
            return None
        status = self.of(instrument.venue, instrument.shard)
        return None if status is None else f"{instrument.venue} {status.state}"

    def rows(self) -> dict[str, str]:
        """Return what is abnormal by name ("kalshi", "kalshi shard 2"), in words."""
        return {
            venue.value if shard is None else f"{venue.value} shard {shard}": (
                f"{status.state}: {status.reason}" if status.reason else status.state.value
            )
            for (venue, shard), status in self._abnormal.items()
        }
