"""The changes of fees that Kalshi lists: a series' own, and an event's over its series'.

A list and its answers; it changes no market.
"""

from typing import Any

from underround.simulation.kalshi.messages import timestamp


class FeeChanges:
    """Every change so far, in order; times are epoch ns, None clears an event's override."""

    def __init__(self) -> None:
        self._series: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []

    def series_changed(self, series: str, multiplier_e4: int, at_ns: int) -> None:
        """Note a series' new multiplier."""
        self._series.append(
            {
                "id": f"series-fee-{len(self._series) + 1}",
                "series_ticker": series,
                "fee_type": "quadratic",
                "fee_multiplier": multiplier_e4 / 10_000,
                "scheduled_ts": timestamp(at_ns),
            }
        )

    def event_changed(self, event: str, series: str, multiplier_e4: int | None, at_ns: int) -> None:
        """Note an event's override, or that it was cleared."""
        self._events.append(
            {
                "id": f"event-fee-{len(self._events) + 1}",
                "event_ticker": event,
                "series_ticker": series,
                "fee_type_override": None if multiplier_e4 is None else "quadratic",
                "fee_multiplier_override": (
                    None if multiplier_e4 is None else multiplier_e4 / 10_000
                ),
                "scheduled_ts": timestamp(at_ns),
            }
        )

    def of_series(self, series: str | None) -> list[dict[str, Any]]:
        """Return the changes of one series, or of all."""
        return [each for each in self._series if series in (None, each["series_ticker"])]

    def of_events(self, event: str | None) -> list[dict[str, Any]]:
        """Return the changes of one event, or of all."""
        return [each for each in self._events if event in (None, each["event_ticker"])]
