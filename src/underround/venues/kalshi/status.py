"""Whether Kalshi trades: its own status, shard by shard, and the hours it says it keeps. Pure.

Outside the scheduled hours (Thursdays 03:00 to 05:00 in New York) trading is off even before the
status says so. https://docs.kalshi.com/getting_started/maintenance_and_pauses
"""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.core.venue_status import VenueState
from underround.venues.errors import UnreadableError
from underround.venues.listing import instant_ns

STATUS_PATH: Final = "/exchange/status"
SCHEDULE_PATH: Final = "/exchange/schedule"
_ET: Final = ZoneInfo("America/New_York")
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_END_OF_DAY: Final = ("24:00", "00:00")

Verdict = tuple[VenueState, str]
"""(state, why in words)."""
OPEN: Final[Verdict] = (VenueState.NORMAL, "")


class WireShard(Struct):
    """The status of one shard; an abbreviated answer names it only."""

    exchange_index: int
    exchange_active: bool = True
    trading_active: bool = True


class WireStatus(Struct):
    """The answer of `/exchange/status`; its own flags are those of shard 0."""

    exchange_active: bool
    trading_active: bool
    exchange_estimated_resume_time: str | None = None
    exchange_index_statuses: list[WireShard] | None = None


class WireSession(Struct):
    """Hours of one day in New York's time, HH:MM."""

    open_time: str
    close_time: str


class WireWeek(Struct):
    """Sessions by day of the week, in force between two instants."""

    start_time: datetime
    end_time: datetime
    monday: list[WireSession] = []
    tuesday: list[WireSession] = []
    wednesday: list[WireSession] = []
    thursday: list[WireSession] = []
    friday: list[WireSession] = []
    saturday: list[WireSession] = []
    sunday: list[WireSession] = []


class WireMaintenance(Struct):
    """A window in which the exchange may be away."""

    start_datetime: datetime
    end_datetime: datetime


class WireSchedule(Struct):
    """Standard hours, and windows of maintenance."""

    standard_hours: list[WireWeek] = []
    maintenance_windows: list[WireMaintenance] = []


class _Answer(Struct):
    schedule: WireSchedule


class Schedule:
    """The times at which the exchange trades by its own plan."""

    def __init__(self, plan: WireSchedule) -> None:
        self._weeks = plan.standard_hours
        self._maintenance = [
            (instant_ns(each.start_datetime), instant_ns(each.end_datetime))
            for each in plan.maintenance_windows
        ]

    def verdict(self, at_ns: int) -> Verdict:
        """Return whether trading is planned at an instant (ns since the epoch).

        Where no week of hours covers it, nothing is known and it counts as planned.
        """
        for start_ns, end_ns in self._maintenance:
            if start_ns <= at_ns < end_ns:
                return VenueState.PAUSED, "scheduled maintenance"
        moment = datetime.fromtimestamp(at_ns // NS_PER_SECOND, _ET)
        weeks = [
            week
            for week in self._weeks
            if instant_ns(week.start_time) <= at_ns < instant_ns(week.end_time)
        ]
        if not weeks or any(_is_open(week, moment) for week in weeks):
            return OPEN
        return VenueState.PAUSED, "outside the scheduled hours"


def decode_schedule(body: bytes) -> Schedule:
    """Read the hours the exchange keeps; UnreadableError when it is not such an answer."""
    try:
        plan = msgspec.json.decode(body, type=_Answer).schedule
        for week in plan.standard_hours:
            for day in _DAYS:
                for session in getattr(week, day):
                    _hours(session, date(2000, 1, 1))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _unreadable("exchange schedule", error) from None
    return Schedule(plan)


def decode_status(body: bytes) -> dict[int | None, Verdict]:
    """Read the exchange's status: by shard, and under None what holds for all of them.

    Raises UnreadableError when it is not such an answer.
    """
    try:
        status = msgspec.json.decode(body, type=WireStatus)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable("exchange status", error) from None
    until = status.exchange_estimated_resume_time
    hint = f", until about {until}" if until else ""
    shards = status.exchange_index_statuses
    if shards is None:
        return {None: _verdict(status.exchange_active, status.trading_active, hint)}
    verdicts: dict[int | None, Verdict] = {
        each.exchange_index: _verdict(each.exchange_active, each.trading_active, hint)
        for each in shards
    }
    # The answer's own flags are those of shard 0, which an abbreviated list does not repeat.
    own = _verdict(status.exchange_active, status.trading_active, hint)
    if verdicts.get(0, OPEN) == OPEN:
        verdicts[0] = own
    if not status.exchange_active:
        verdicts[None] = own
    return verdicts


def _verdict(is_active: bool, is_trading: bool, hint: str) -> Verdict:
    if not is_active:
        return VenueState.PAUSED, f"the exchange is down{hint}"
    if not is_trading:
        return VenueState.PAUSED, f"trading is paused{hint}"
    return OPEN


def _is_open(week: WireWeek, moment: datetime) -> bool:
    """Tell whether a moment lies in a session of its own day or of the day before."""
    for day in (moment.date(), moment.date() - timedelta(days=1)):
        for session in getattr(week, _DAYS[day.weekday()]):
            opens, closes = _hours(session, day)
            if opens <= moment < closes:
                return True
    return False


def _hours(session: WireSession, day: date) -> tuple[datetime, datetime]:
    """Return a session's ends; one that closes before it opens ends on the next day."""
    opens = datetime.combine(day, time.fromisoformat(session.open_time), _ET)
    text = "00:00" if session.close_time in _END_OF_DAY else session.close_time
    closes = datetime.combine(day, time.fromisoformat(text), _ET)
    return opens, closes if closes > opens else closes + timedelta(days=1)


def _unreadable(what: str, why: object) -> UnreadableError:
    return UnreadableError(Venue.KALSHI, f"{what} cannot be read: {why}", retryable=True)
