"""Which notices become messages, and when: grouped, limited by the hour, silent when it is quiet.

Pure: reads no clock and sends nothing; the time of day comes with the question.
"""

from collections import Counter, deque
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from underround.app.sections.alerts import AlertsConfig
from underround.core.units import NS_PER_SECOND

HOUR_NS: Final = 3_600 * NS_PER_SECOND
KEPT: Final = 500
"""Notices that wait at most; of more, the oldest are only counted."""
SHOWN: Final = 10
"""Lines of one message; the rest is counted."""


class Severity(StrEnum):
    """How much it matters; an error is told at once and at any hour."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Notice(Struct, frozen=True):
    """Something worth telling: what sort it is, how bad, and one line of text."""

    kind: str
    severity: Severity
    text: str
    at_ns: int


class Message(Struct, frozen=True):
    """What a channel is given."""

    title: str
    text: str
    severity: Severity


class AlertRules:
    """Takes notices as they come and says, when asked, what is to be sent now."""

    def __init__(self, config: AlertsConfig) -> None:
        self.take_up(config)
        self._waiting: deque[Notice] = deque()
        self._unsaid: Counter[str] = Counter()
        self._sent_ns: deque[int] = deque()
        self._grouped_ns = 0

    def take_up(self, config: AlertsConfig) -> None:
        """Go by these rules from now on; what waits is told by them too."""
        self._kinds = frozenset(config.kinds)
        self._group_ns = config.group_s * NS_PER_SECOND
        self._most_per_hour = config.most_per_hour
        self._quiet = quiet_minutes(config.quiet_hours)

    def add(self, notice: Notice) -> None:
        """Take a notice in; constant time. One that no rule asks for is forgotten."""
        if notice.kind not in self._kinds:
            return
        if len(self._waiting) >= KEPT:
            self._unsaid[self._waiting.popleft().kind] += 1
        self._waiting.append(notice)

    def due(self, at_ns: int, minute_of_day: int) -> list[Message]:
        """Return what is to be sent at this moment; what may not be sent yet goes on waiting."""
        urgent = [each for each in self._waiting if each.severity is Severity.ERROR]
        messages = [message_of(urgent, Counter())] if urgent else []
        if urgent:
            self._waiting = deque(e for e in self._waiting if e.severity is not Severity.ERROR)
            self._sent_ns.append(at_ns)
        if self._waiting and self._may_group(at_ns, minute_of_day):
            messages.append(message_of(list(self._waiting), self._unsaid))
            self._waiting.clear()
            self._unsaid.clear()
            self._sent_ns.append(at_ns)
            self._grouped_ns = at_ns
        return messages

    def _may_group(self, at_ns: int, minute_of_day: int) -> bool:
        is_time = at_ns - self._grouped_ns >= self._group_ns
        return is_time and not self._is_quiet(minute_of_day) and self._may_send(at_ns)

    def _is_quiet(self, minute: int) -> bool:
        if self._quiet is None:
            return False
        begin, end = self._quiet
        return begin <= minute < end if begin <= end else minute >= begin or minute < end

    def _may_send(self, at_ns: int) -> bool:
        while self._sent_ns and at_ns - self._sent_ns[0] >= HOUR_NS:
            self._sent_ns.popleft()
        return len(self._sent_ns) < self._most_per_hour


def quiet_minutes(hours: str) -> tuple[int, int] | None:
    """Return when quiet begins and ends, as minutes of the day, of "22:00-07:00"; None of ""."""
    if not hours:
        return None
    begin, end = (
        int(hour) * 60 + int(minute)
        for hour, _, minute in (part.partition(":") for part in hours.split("-"))
    )
    return begin, end


def message_of(notices: Sequence[Notice], unsaid: Counter[str]) -> Message:
    """Put notices into one message: how many of each kind, then their latest lines."""
    order = list(Severity)
    severity = max((each.severity for each in notices), key=order.index)
    counts = Counter(each.kind for each in notices)
    counts.update(unsaid)
    title = ", ".join(f"{number} × {kind}" for kind, number in sorted(counts.items()))
    lines = [each.text for each in notices[-SHOWN:]]
    left = sum(counts.values()) - len(lines)
    if left:
        lines.append(f"and {left} more")
    return Message(f"underround: {title}", "\n".join(lines), severity)
