"""Alerts over a real webhook; and a dead or hanging channel that delays nobody."""

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.app.signals import opened
from underround.app.alert_rules import Message, Severity
from underround.app.alerts import WAITING, Alerts, LogListener, Sender, channels_of
from underround.app.sections.alerts import AlertsConfig
from underround.cli.main import run
from underround.core.errors import ConfigError
from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.core.venue_event import VenueStatusChanged
from underround.core.venue_status import VenueState

NOW_NS = 1_000_000 * NS_PER_SECOND


class Webhook:
    """What arrived at a webhook, and how to wait for it."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, str]] = []
        self.status = 200
        self.arrived = threading.Semaphore(0)

    def wait(self) -> dict[str, str]:
        assert self.arrived.acquire(timeout=20)
        return self.bodies[-1]


@pytest.fixture
def webhook() -> Iterator[tuple[Webhook, str]]:
    """Give a webhook and its apprise address."""
    hook = Webhook()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.bodies.append(json.loads(body))
            self.send_response(hook.status)
            self.end_headers()
            hook.arrived.release()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield hook, f"json://127.0.0.1:{server.server_port}/a-secret"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_signal_an_error_and_a_pause_reach_the_webhook(webhook) -> None:
    hook, address = webhook
    config = AlertsConfig(channels=(address,), group_s=0)
    alerts = Alerts(config, channels_of(config))
    alerts.signal(opened(edge_e6=20_000))
    alerts.look(NOW_NS)
    assert hook.wait()["title"] == "underround: 1 × signal"
    listener = LogListener(alerts.logged)
    log = logging.getLogger("underround.tried")
    log.addHandler(listener)
    log.error("naked leg")
    log.removeHandler(listener)
    alerts.look(NOW_NS)
    assert (hook.wait()["type"], hook.bodies[-1]["message"]) == ("failure", "naked leg")
    alerts.told(VenueStatusChanged(Venue.KALSHI, VenueState.PAUSED, "maintenance", NOW_NS))
    alerts.closed("kalshi-1", 1006, "")
    alerts.closed("kalshi-1", 1000, "stopped")
    alerts.look(NOW_NS + 1)
    assert hook.wait()["message"] == "Kalshi is paused: maintenance\nkalshi-1 closed: 1006"


def test_too_small_an_edge_is_no_alert() -> None:
    config = AlertsConfig(least_edge_usd="0.03")
    taken = []
    alerts = Alerts(config, [Recorder(taken)])
    alerts.signal(opened(edge_e6=20_000))
    alerts.look(NOW_NS)
    assert taken == []


class Recorder:
    name = "recorder"

    def __init__(self, taken: list[Message]) -> None:
        self._taken = taken

    def send(self, message: Message) -> bool:
        self._taken.append(message)
        return True


def test_a_channel_that_hangs_sheds_and_holds_up_nobody() -> None:
    hang, entered = threading.Event(), threading.Event()

    class Hanging:
        name = "hanging"

        def send(self, message: Message) -> bool:
            entered.set()
            return hang.wait(20)

    sender = Sender(Hanging())
    message = Message("t", "x", Severity.INFO)
    sender.take(message)
    assert entered.wait(20)
    for _ in range(WAITING + 3):
        sender.take(message)
    assert sender.shed == 3
    hang.set()


def test_a_refused_message_is_counted_and_shows_no_address(webhook, caplog) -> None:
    hook, address = webhook
    hook.status = 500
    [channel] = channels_of(AlertsConfig(channels=(address,)))
    with caplog.at_level(logging.DEBUG):
        assert channel.send(Message("t", "x", Severity.INFO)) is False
    assert "a-secret" not in caplog.text + channel.name


def test_what_cannot_be_used_is_named_without_its_secret() -> None:
    with pytest.raises(ConfigError, match="channel 1") as failure:
        channels_of(AlertsConfig(channels=("nosuch://hidden",)))
    assert "hidden" not in str(failure.value)
    with pytest.raises(ConfigError, match="'Mars/Base' is no time zone"):
        Alerts(AlertsConfig(time_zone="Mars/Base"), [])


def test_the_command_tries_every_channel(webhook, capsys, monkeypatch, tmp_path) -> None:
    hook, address = webhook
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert run(["alerts", "test"]) == 3
    assert "UNDERROUND__ALERTS__CHANNELS" in capsys.readouterr().err
    monkeypatch.setenv("UNDERROUND__ALERTS__CHANNELS", f"{address}, json://127.0.0.1:9/x")
    assert run(["alerts", "test"]) == 1
    out = capsys.readouterr().out
    assert out == "✅ taken  channel 1 (json)\n❌ not taken  channel 2 (json)\n"
    assert hook.wait()["title"] == "underround: a test"


async def test_a_run_without_channels_starts_nothing() -> None:
    async with AsyncExitStack():
        assert channels_of(AlertsConfig()) == []
