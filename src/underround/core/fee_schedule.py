"""Which fee terms a Kalshi market has when: the series' terms, an event's overrides, dated changes.

A change is kept from the moment it is announced and holds from its own instant on. Unknown fee
types are kept as they came and refused only when somebody asks for terms they would decide. This
module knows no clock: the instant is an argument.
"""

from bisect import bisect_right
from collections.abc import Mapping

from msgspec import Struct

from underround.core.fees import kalshi_terms
from underround.core.instrument import FeeTerms


class FeeChange(Struct, frozen=True):
    """What holds from `effective_at_ns` on; None in an event's change falls back to the series."""

    effective_at_ns: int
    fee_type: str | None
    multiplier: str | None


class FeeSchedule:
    """The fee terms of one series and of its events, over time."""

    __slots__ = ("_events", "_series", "series_id")

    def __init__(
        self,
        series_id: str,
        series: tuple[FeeChange, ...],
        events: Mapping[str, tuple[FeeChange, ...]] | None = None,
    ) -> None:
        """Take the changes in any order; ValueError for a series' change that leaves a gap."""
        if not series or any(None in (each.fee_type, each.multiplier) for each in series):
            raise ValueError(f"series {series_id}: a fee change names no type or no multiplier")
        self.series_id = series_id
        self._series = _in_order(series)
        self._events = {event: _in_order(changes) for event, changes in (events or {}).items()}

    def changed(self, event_id: str, change: FeeChange) -> "FeeSchedule":
        """Return the schedule with one more change of an event's fees."""
        events = self._events | {event_id: (*self._events.get(event_id, ()), change)}
        return FeeSchedule(self.series_id, self._series, events)

    def terms(self, event_id: str, at_ns: int, fallback: str | None = None) -> FeeTerms:
        """Return the terms of an event's markets at an instant.

        Before its first change the series' first terms hold. Raises ValueError naming a fee type
        that is not known, unless `fallback` names one that is.
        """
        series = _holding(self._series, at_ns) or self._series[0]
        event = _holding(self._events.get(event_id, ()), at_ns)
        fee_type, multiplier = series.fee_type, series.multiplier
        if event is not None:
            fee_type = fee_type if event.fee_type is None else event.fee_type
            multiplier = multiplier if event.multiplier is None else event.multiplier
        try:
            return kalshi_terms(str(fee_type), str(multiplier), fallback)
        except ValueError as error:
            raise ValueError(f"event {event_id} of series {self.series_id}: {error}") from None

    def next_change_at_ns(self, event_id: str, after_ns: int) -> int | None:
        """Return the first instant after `after_ns` at which the event's terms may change."""
        changes = (*self._series, *self._events.get(event_id, ()))
        later = [each.effective_at_ns for each in changes if each.effective_at_ns > after_ns]
        return min(later, default=None)


def _in_order(changes: tuple[FeeChange, ...]) -> tuple[FeeChange, ...]:
    return tuple(sorted(changes, key=lambda change: change.effective_at_ns))


def _holding(changes: tuple[FeeChange, ...], at_ns: int) -> FeeChange | None:
    at = bisect_right(changes, at_ns, key=lambda change: change.effective_at_ns)
    return changes[at - 1] if at else None
