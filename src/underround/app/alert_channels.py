"""The channels that alerts go through, and the thread that speaks to each: bounded and patient.

A channel that is away or slow delays nobody; addresses never reach a log.
"""

import logging
import queue
import threading
from collections.abc import Sequence
from typing import Any, Final, Protocol

from underround.app.alert_rules import Message, Severity
from underround.app.clock import monotonic_ns
from underround.app.sections.alerts import AlertsConfig, scheme_of
from underround.core.errors import ConfigError
from underround.core.units import NS_PER_SECOND

_log = logging.getLogger("underround.alerts")

WAITING: Final = 8
"""Messages that wait for one channel at most; of more, the newest are let go and counted."""
AGAIN_AFTER_S: Final = (5.0, 15.0, 60.0, 300.0, 900.0)
"""When a message that was not taken is tried again; after the last it is given up and counted."""


class Channel(Protocol):
    """Somewhere to write to; `name` may be shown."""

    name: str

    def send(self, message: Message) -> bool:
        """Deliver a message, in a thread of its own; tell whether it was taken."""


class AppriseChannel:
    """One apprise address: telegram, slack, discord, mail, a webhook, and a hundred others."""

    def __init__(self, apprise: Any, address: str, number: int) -> None:
        self._one = apprise.Apprise()
        self.name = f"channel {number} ({scheme_of(address)})"
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
    channels: list[Channel] = []
    for made in channels_tried(config):
        if isinstance(made, ConfigError):
            raise made
        channels.append(made)
    return channels


def channels_tried(config: AlertsConfig) -> list[Channel | ConfigError]:
    """Return for each configured channel what was made of it, or why nothing was.

    Raises ConfigError where what makes them is missing. Sends nothing.
    """
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
    tried: list[Channel | ConfigError] = []
    for number, address in enumerate(config.channels, start=1):
        try:
            tried.append(AppriseChannel(apprise, address, number))
        except ConfigError as error:
            tried.append(error)
    return tried


def was_taken(channel: Channel, message: Message) -> bool:
    """Send a message and tell whether it was taken; what a channel raises means that it was not."""
    try:
        return channel.send(message)
    except Exception as error:  # noqa: BLE001 - somebody else's code and network
        _log.debug("%s: %s", channel.name, type(error).__name__)
        return False


class Sender:
    """One channel and the thread that speaks to it; every count only grows."""

    def __init__(self, channel: Channel, again_after_s: Sequence[float] = AGAIN_AFTER_S) -> None:
        self.channel = channel
        self.taken = 0
        self.given_up = 0
        """Messages that the channel never took."""
        self.shed = 0
        """Messages that found the queue full."""
        self.is_failing = False
        self._again_after_s = tuple(again_after_s)
        self._waiting: queue.Queue[Message] = queue.Queue(WAITING)
        self._hurry = threading.Event()
        # A daemon: one that hangs in a call must not keep the program from ending.
        threading.Thread(target=self._run, name=channel.name, daemon=True).start()

    @property
    def lost(self) -> int:
        """Messages that nobody will read."""
        return self.given_up + self.shed

    def take(self, message: Message) -> None:
        """Queue a message; one too many is counted and let go."""
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            self.shed += 1

    def finish(self, until_ns: int) -> None:
        """Wait until all is sent, a failing channel aside, or until then (monotonic); blocks."""
        self._hurry.set()
        with self._waiting.all_tasks_done:
            while self._waiting.unfinished_tasks and not self.is_failing:
                left_s = (until_ns - monotonic_ns()) / NS_PER_SECOND
                if left_s <= 0:
                    return
                self._waiting.all_tasks_done.wait(min(left_s, 0.1))

    def _run(self) -> None:
        while True:
            self._deliver(self._waiting.get())
            self._waiting.task_done()

    def _deliver(self, message: Message) -> None:
        for pause_s in (*self._again_after_s, None):
            if was_taken(self.channel, message):
                self.taken += 1
                if self.is_failing:
                    self.is_failing = False
                    _log.info("%s takes messages again", self.channel.name)
                return
            if not self.is_failing:
                self.is_failing = True
                _log.warning("%s did not take a message; it is tried again", self.channel.name)
            if pause_s is None or self._hurry.wait(pause_s):
                break
        self.given_up += 1
