"""Tells people, through apprise, of what happened: bounded queues, one thread a channel.

A slow or dead channel delays nothing but itself, the end of the program included; addresses
never reach a log.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from underround.app.alert_rules import AlertRules, Message, Notice, Severity
from underround.app.clock import wall_ns
from underround.app.pipeline import Pipeline
from underround.app.recordings.told import Told
from underround.app.sections.alerts import AlertsConfig
from underround.app.subscriptions import Start
from underround.app.supervision import kept_running
from underround.app.wording import describe
from underround.core.errors import ConfigError
from underround.core.opportunity import Signal, SignalKind
from underround.core.units import NS_PER_SECOND, parse_usd_e6
from underround.core.venue_event import VenueStatusChanged
from underround.venues.ports import STOPPED

_log = logging.getLogger("underround.alerts")

LOOK_EVERY_S: Final = 1.0
WAITING: Final = 8
"""Messages that wait for one channel at most; of more, the newest are let go and counted."""


class Channel(Protocol):
    """Somewhere to write to; `name` may be shown."""

    name: str

    def send(self, message: Message) -> bool:
        """Deliver a message, in a thread of its own; tell whether it was taken."""


class AppriseChannel:
    """One apprise address: telegram, slack, discord, mail, a webhook, and a hundred others."""

    def __init__(self, apprise: Any, address: str, number: int) -> None:
        self._one = apprise.Apprise()
        self.name = f"channel {number} ({address.partition('://')[0]})"
        if not self._one.add(address):
            raise ConfigError(f"alerts.channels: {self.name} has no address that apprise can use")

    def send(self, message: Message) -> bool:
        """Deliver a message; blocks."""
        kind = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.ERROR: "failure"}
        return bool(
            self._one.notify(
                title=message.title, body=message.text, notify_type=kind[message.severity]
            )
        )


def channels_of(config: AlertsConfig) -> list[Channel]:
    """Return the configured channels; ConfigError for one that cannot be used."""
    if not config.channels:
        return []
    try:
        import apprise
    except ImportError:
        raise ConfigError(
            "alerts.channels needs apprise: pip install 'underround[alerts]'"
        ) from None
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # their lines hold addresses
    return [
        AppriseChannel(apprise, address, number)
        for number, address in enumerate(config.channels, start=1)
    ]


class Sender:
    """One channel and the thread that speaks to it."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.failures = 0
        self.shed = 0
        self._waiting: queue.Queue[Message] = queue.Queue(WAITING)
        # A daemon: one that hangs in a call must not keep the program from ending.
        threading.Thread(target=self._run, name=channel.name, daemon=True).start()

    def take(self, message: Message) -> None:
        """Queue a message; one too many is counted and let go."""
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            self.shed += 1

    def _run(self) -> None:
        while True:
            message = self._waiting.get()
            try:
                taken = self.channel.send(message)
            except Exception as error:  # noqa: BLE001 - somebody else's code and network
                taken = False
                _log.debug("%s: %s", self.channel.name, type(error).__name__)
            if not taken:
                self.failures += 1
                if self.failures == 1:
                    _log.warning("%s did not take a message (said once)", self.channel.name)


class Alerts:
    """The sink of notices; sends what the rules make of them."""

    def __init__(self, config: AlertsConfig, channels: Sequence[Channel]) -> None:
        self._addresses = config.channels
        self._zone = _zone_of(config)
        self._rules = AlertRules(config)
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
        self._rules.take_up(config)
        self._least_edge_e6 = parse_usd_e6(config.least_edge_usd)

    def signal(self, said: Signal) -> None:
        """Take a signal in: one that opens with enough edge is worth a notice."""
        if said.kind is SignalKind.OPENED and said.edge_e6 >= self._least_edge_e6:
            self._add("signal", Severity.INFO, describe(said), said.at_ns)

    def closed(self, connection: str, code: int | None, reason: str) -> None:
        """Take in that a connection is gone."""
        if reason != STOPPED:
            text = f"{connection} closed: {reason or code}"
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

    async def run(self) -> None:
        """Send what is due, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.look(wall_ns())

    def look(self, at_ns: int) -> None:
        """Hand what is due at this moment (wall clock, ns) to every channel."""
        moment = datetime.fromtimestamp(at_ns / NS_PER_SECOND, UTC).astimezone(self._zone)
        for message in self._rules.due(at_ns, moment.hour * 60 + moment.minute):
            for sender in self.senders:
                sender.take(message)

    def _add(self, kind: str, severity: Severity, text: str, at_ns: int) -> None:
        if self.senders:
            self._rules.add(Notice(kind, severity, text, at_ns))


class LogListener(logging.Handler):
    """Hands lines of the log on; never writes any itself."""

    def __init__(self, take: Callable[[logging.LogRecord], None]) -> None:
        super().__init__(logging.WARNING)
        self._take = take

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one line on."""
        self._take(record)


def with_alerts(
    config: AlertsConfig, pipeline: Pipeline, stack: AsyncExitStack, start: Start
) -> Alerts:
    """Let a run tell the configured channels what happens, until `stack` is left.

    Without channels it tells nobody, until others are taken up. Raises ConfigError for a channel or
    a time zone that cannot be used.
    """
    alerts = Alerts(config, channels_of(config))
    pipeline.on_signal.append(alerts.signal)
    pipeline.on_closed.append(alerts.closed)
    pipeline.on_told.append(alerts.told)
    listener = LogListener(alerts.logged)
    root = logging.getLogger("underround")
    root.addHandler(listener)
    stack.callback(root.removeHandler, listener)
    start(kept_running("alerts", alerts.run))
    return alerts


def _zone_of(config: AlertsConfig) -> ZoneInfo:
    try:
        return ZoneInfo(config.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise ConfigError(f"alerts.time_zone: {config.time_zone!r} is no time zone") from None
