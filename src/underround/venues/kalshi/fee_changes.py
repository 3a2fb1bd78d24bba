"""Kalshi's fees over time: what holds now by series and event, and what is announced to come.

Reads the venue's lists of changes and joins them into schedules; applies none.
https://docs.kalshi.com/api-reference/exchange/get-series-fee-changes
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.fee_schedule import FeeChange, FeeSchedule
from underround.core.instrument import FeeTerms, Venue
from underround.venues.errors import UnreadableError
from underround.venues.kalshi.listing import FeeOverride, SeriesFees
from underround.venues.listing import instant_ns

SERIES_PATH: Final = "/series/fee_changes"
EVENTS_PATH: Final = "/events/fee_changes"


class WireSeriesChange(Struct):
    """A change of a series' fees."""

    series_ticker: str
    fee_type: str
    fee_multiplier: Decimal
    scheduled_ts: datetime


class WireEventChange(Struct):
    """A change of an event's override; null gives the series' value back."""

    event_ticker: str
    series_ticker: str
    scheduled_ts: datetime
    fee_type_override: str | None = None
    fee_multiplier_override: Decimal | None = None


class _SeriesChanges(Struct):
    series_fee_change_arr: list[WireSeriesChange]


class _EventChanges(Struct):
    event_fee_changes: list[WireEventChange]
    cursor: str = ""


def decode_series_changes(body: bytes) -> list[WireSeriesChange]:
    """Read the changes of series; UnreadableError when it is not such an answer."""
    try:
        return msgspec.json.decode(body, type=_SeriesChanges).series_fee_change_arr
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error) from None


def decode_event_changes(body: bytes) -> tuple[list[WireEventChange], str]:
    """Read one page of the changes of events, and its cursor; UnreadableError otherwise."""
    try:
        page = msgspec.json.decode(body, type=_EventChanges)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error) from None
    return page.event_fee_changes, page.cursor


def overrides_of(series: SeriesFees, held: Mapping[str, FeeTerms]) -> dict[str, FeeOverride]:
    """Return what events change of their series' fees, from the fees that hold for each."""
    try:
        usual: FeeTerms | None = series.terms(None)
    except ValueError:
        usual = None  # a type that is not known: whatever holds for an event overrides it
    overrides = {}
    for event, terms in held.items():
        is_usual_kind = usual is not None and terms.kind == usual.kind
        is_usual_size = usual is not None and terms.multiplier_e4 == usual.multiplier_e4
        if not (is_usual_kind and is_usual_size):
            overrides[event] = FeeOverride(
                None if is_usual_kind else terms.kind,
                None if is_usual_size else Decimal(terms.multiplier_e4) / 10_000,
            )
    return overrides


def schedules(
    series: Mapping[str, SeriesFees],
    overrides: Mapping[str, Mapping[str, FeeOverride]],
    series_changes: Iterable[WireSeriesChange],
    event_changes: Iterable[WireEventChange],
) -> dict[str, FeeSchedule]:
    """Return each series' fees over time.

    `overrides` are what events change now, by series and event. What holds now counts as holding
    for ever before.
    """
    of_series = {
        name: [FeeChange(0, fees.fee_type, str(fees.multiplier))] for name, fees in series.items()
    }
    of_events: dict[str, dict[str, list[FeeChange]]] = {
        name: {
            event: [FeeChange(0, override.fee_type, _text(override.multiplier))]
            for event, override in overrides.get(name, {}).items()
        }
        for name in series
    }
    for change in series_changes:
        if change.series_ticker in of_series:
            of_series[change.series_ticker].append(
                FeeChange(
                    instant_ns(change.scheduled_ts), change.fee_type, str(change.fee_multiplier)
                )
            )
    for override in event_changes:
        if override.series_ticker in of_events:
            of_events[override.series_ticker].setdefault(override.event_ticker, []).append(
                FeeChange(
                    instant_ns(override.scheduled_ts),
                    override.fee_type_override,
                    _text(override.fee_multiplier_override),
                )
            )
    return {
        name: FeeSchedule(
            name,
            tuple(changes),
            {event: tuple(each) for event, each in of_events[name].items()},
        )
        for name, changes in of_series.items()
    }


def _text(multiplier: Decimal | None) -> str | None:
    return None if multiplier is None else str(multiplier)


def _unreadable(why: object) -> UnreadableError:
    return UnreadableError(Venue.KALSHI, f"fee changes cannot be read: {why}", retryable=True)
