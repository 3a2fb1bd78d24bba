"""Tells people of what happened: signals, connections, venues, errors, and a run that ends by one.

Turns what is heard into notices; the rules say when they become messages, channels carry them.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from underround.app.alert_channels import Channel, Sender, channels_of
from underround.app.alert_rules import AlertRules, Message, Notice, Severity
from underround.app.clock import monotonic_ns, wall_ns
from underround.app.pipeline import Pipeline
from underround.app.recordings.told import Told
from underround.app.sections.alerts import AlertsConfig, zone_of
from underround.app.wording import describe
from underround.core.errors import ConfigError
from underround.core.opportunity import Signal, SignalKind
from underround.core.units import NS_PER_SECOND, parse_usd_e6
from underround.core.venue_event import VenueStatusChanged
from underround.venues.ports import STOPPED

_log = logging.getLogger("underround.alerts")

LOOK_EVERY_S: Final = 1.0
PATIENCE_S: Final = 1.0
"""For the last messages when a run ends."""
HEARD: Final = ("underround", "asyncio")
"""Whose log lines count: ours, and the loop's, which tells of tasks that failed unseen."""


class Alerts:
    """The sink of notices; sends what the rules make of them."""

    def __init__(self, config: AlertsConfig, channels: Sequence[Channel]) -> None:
        self._addresses = config.channels
        self._zone = _zone_of(config)
        self._rules = AlertRules(config)
        self._lock = threading.Lock()
        self._gone_ns: dict[str, int] = {}
        self.senders = [Sender(channel) for channel in channels]
        self._least_edge_e6 = parse_usd_e6(config.least_edge_usd)

    def take_up(self, config: AlertsConfig) -> None:
        """Go by another configuration from now on; what waits is told by its rules.

        Raises ConfigError, with nothing changed, for a channel or a zone that cannot be used.
        """
        zone = _zone_of(config)
        if config.channels != self._addresses:
            self.senders = [Sender(channel) for channel in channels_of(config)]
            self._addresses = config.channels
        self._zone = zone
        with self._lock:
            self._rules.take_up(config)
        self._least_edge_e6 = parse_usd_e6(config.least_edge_usd)

    def signal(self, said: Signal) -> None:
        """Take a signal in: one that opens with enough edge is worth a notice."""
        if said.kind is SignalKind.OPENED and said.edge_e6 >= self._least_edge_e6:
            self._add("signal", Severity.INFO, describe(said), said.at_ns)

    def opened(self, connection: str) -> None:
        """Take in that a connection stands: worth a notice where it was told to be gone."""
        since_ns = self._gone_ns.pop(connection, None)
        if since_ns is not None:
            away_s = (wall_ns() - since_ns) / NS_PER_SECOND
            text = f"{connection} is back after {away_s:.0f} s"
            self._add("connection", Severity.INFO, text, wall_ns())

    def closed(self, connection: str, code: int | None, reason: str) -> None:
        """Take in that a connection is gone; attempts to have it back that fail are no news."""
        if reason == STOPPED:
            self._gone_ns.pop(connection, None)
        elif connection not in self._gone_ns:
            self._gone_ns[connection] = wall_ns()
            text = f"{connection} closed: {reason.removeprefix(f'{connection}: ') or code}"
            self._add("connection", Severity.WARNING, text, wall_ns())

    def told(self, event: Told) -> None:
        """Take in what the engine was told of a venue."""
        if isinstance(event, VenueStatusChanged):
            why = f": {event.reason}" if event.reason else ""
            text = f"{event.venue.title()} is {event.state.value}{why}"
            self._add("venue", Severity.WARNING, text, event.at_ns)

    def logged(self, record: logging.LogRecord) -> None:
        """Take in a line of the log: errors, and warnings where they are asked for."""
        if record.name == _log.name or record.levelno < logging.WARNING:
            return
        is_error = record.levelno >= logging.ERROR
        severity = Severity.ERROR if is_error else Severity.WARNING
        self._add("error" if is_error else "warning", severity, record.getMessage(), wall_ns())

    def ended(self, fault: BaseException) -> None:
        """Take in that the run ends by a fault."""
        inner = _first(fault)
        text = f"the run has ended: {str(inner) or type(inner).__name__}"
        self._add("error", Severity.ERROR, text, wall_ns())

    async def run(self) -> None:
        """Send what is due, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.look(wall_ns())

    def look(self, at_ns: int) -> None:
        """Hand what is due at this moment (wall clock, ns) to every channel."""
        with self._lock:
            messages = self._due(at_ns)
        for message in messages:
            for sender in self.senders:
                sender.take(message)

    def finish(self) -> None:
        """Give the last messages a moment to go; blocks."""
        until_ns = monotonic_ns() + round(PATIENCE_S * NS_PER_SECOND)
        for sender in self.senders:
            sender.finish(until_ns)

    def _due(self, at_ns: int) -> list[Message]:
        moment = datetime.fromtimestamp(at_ns / NS_PER_SECOND, UTC).astimezone(self._zone)
        return self._rules.due(at_ns, moment.hour * 60 + moment.minute)

    def _add(self, kind: str, severity: Severity, text: str, at_ns: int) -> None:
        if not self.senders:
            return
        with self._lock:  # a line of the log may come from any thread
            self._rules.add(Notice(kind, severity, text, at_ns))


class LogListener(logging.Handler):
    """Hands lines of the log on; never writes any itself."""

    def __init__(self, take: Callable[[logging.LogRecord], None]) -> None:
        super().__init__(logging.WARNING)
        self._take = take

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one line on."""
        self._take(record)


@asynccontextmanager
async def alerting(config: AlertsConfig, pipeline: Pipeline) -> AsyncIterator[Alerts]:
    """Let a pipeline tell the configured channels what happens; `run` of what is given sends it.

    Without channels it tells nobody, until others are taken up. Left by a fault, the channels are
    told of it; the last messages are given a moment to go. Raises ConfigError for a channel or a
    time zone that cannot be used.
    """
    alerts = Alerts(config, channels_of(config))
    pipeline.on_signal.append(alerts.signal)
    pipeline.on_opened.append(alerts.opened)
    pipeline.on_closed.append(alerts.closed)
    pipeline.on_told.append(alerts.told)
    listener = LogListener(alerts.logged)
    loggers = [logging.getLogger(name) for name in HEARD]
    for logger in loggers:
        logger.addHandler(listener)
    try:
        yield alerts
    except Exception as fault:
        alerts.ended(fault)
        raise
    finally:
        pipeline.on_signal.remove(alerts.signal)
        pipeline.on_opened.remove(alerts.opened)
        pipeline.on_closed.remove(alerts.closed)
        pipeline.on_told.remove(alerts.told)
        for logger in loggers:
            logger.removeHandler(listener)
        alerts.look(wall_ns())
        await asyncio.to_thread(alerts.finish)


def _first(fault: BaseException) -> BaseException:
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return fault


def _zone_of(config: AlertsConfig) -> ZoneInfo:
    zone = zone_of(config.time_zone)
    if zone is None:
        raise ConfigError(f"alerts.time_zone: {config.time_zone!r} is no time zone")
    return zone
