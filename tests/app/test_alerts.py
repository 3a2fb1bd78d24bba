"""Alerts over a real webhook: what is told, when a run ends included, and from whatever thread."""

import asyncio
import logging
import threading

import pytest

from tests.app.market_day import Day
from tests.app.signals import opened
from tests.app.webhook import webhook
from underround.app.alert_channels import channels_of
from underround.app.alert_rules import LONGEST, Message
from underround.app.alerts import Alerts, LogListener, alerting
from underround.app.sections.alerts import AlertsConfig
from underround.core.errors import ConfigError
from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.core.venue_event import VenueStatusChanged
from underround.core.venue_status import VenueState

NOW_NS = 1_000_000 * NS_PER_SECOND


def test_a_signal_an_error_and_a_pause_reach_the_webhook() -> None:
    with webhook() as (hook, address):
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


class Keeping:
    """A channel that keeps what it is given."""

    name = "keeping"

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message) -> bool:
        self.messages.append(message)
        return True


def sent(alerts: Alerts, at_ns: int = NOW_NS) -> list[Message]:
    """Have what is due sent, and return all that the channel has."""
    alerts.look(at_ns)
    alerts.finish()
    return alerts.senders[0].channel.messages  # type: ignore[attr-defined]


def test_too_small_an_edge_is_no_alert() -> None:
    alerts = Alerts(AlertsConfig(least_edge_usd="0.03"), [Keeping()])
    alerts.signal(opened(edge_e6=20_000))
    assert sent(alerts) == []
    alerts.signal(opened(edge_e6=30_000))
    assert len(sent(alerts)) == 1


async def test_a_connection_is_told_to_be_gone_once_and_to_be_back() -> None:
    day = Day(1)
    with webhook() as (hook, address):
        config = AlertsConfig(channels=(address,), kinds=("connection",))
        async with alerting(config, day.pipeline) as alerts:
            day.pipeline.opened("kalshi", day.now_ns)
            for _ in range(50):
                day.pipeline.closed("kalshi", day.now_ns, None, "kalshi: cannot connect")
            alerts.look(NOW_NS)
            assert hook.wait()["message"] == "kalshi closed: cannot connect"
            day.pipeline.opened("kalshi", day.now_ns)
            day.pipeline.closed("polymarket", day.now_ns, None, "stopped")
            day.pipeline.opened("polymarket", day.now_ns)
        assert hook.bodies[-1]["message"].startswith("kalshi is back after ")


def test_a_line_is_one_line_whatever_a_title_holds() -> None:
    alerts = Alerts(AlertsConfig(), [Keeping()])
    alerts.closed("kalshi-1", None, "a\nb\x1b[2J\u202e" + "x" * 10_000)
    [message] = sent(alerts)
    assert message.text.startswith("kalshi-1 closed: a b [2J x")
    assert len(message.text) == LONGEST
    assert message.text.isprintable()


def test_a_line_of_the_log_may_come_from_any_thread_at_any_time() -> None:
    alerts = Alerts(AlertsConfig(kinds=("warning",), group_s=0, most_per_hour=10_000), [Keeping()])
    record = logging.makeLogRecord({"name": "underround", "levelno": logging.WARNING, "msg": "w"})
    faults: list[BaseException] = []

    def speak() -> None:
        try:
            for _ in range(3_000):
                alerts.logged(record)
        except BaseException as fault:  # noqa: BLE001 - any of them fails the test
            faults.append(fault)

    threads = [threading.Thread(target=speak) for _ in range(3)]
    for thread in threads:
        thread.start()
    turn = 0
    while any(thread.is_alive() for thread in threads):
        turn += 1
        alerts.look(NOW_NS + turn)
    assert faults == []


async def test_a_run_that_ends_by_a_fault_says_so_last() -> None:
    with webhook() as (hook, address):
        config = AlertsConfig(channels=(address,), kinds=("error",))
        day = Day(1)
        with pytest.raises(ExceptionGroup):
            async with alerting(config, day.pipeline) as alerts:
                running = asyncio.create_task(alerts.run())
                raise ExceptionGroup("tasks", [ConfigError("kalshi: the key is refused")])
        running.cancel()
        assert hook.bodies[-1]["message"] == "the run has ended: kalshi: the key is refused"
    assert day.pipeline.on_signal == []
    assert day.pipeline.on_closed == []


async def test_a_task_that_failed_unseen_is_told() -> None:
    with webhook() as (hook, address):
        config = AlertsConfig(channels=(address,), kinds=("error",))
        async with alerting(config, Day(1).pipeline):
            asyncio.get_running_loop().call_exception_handler({"message": "a task failed"})
        assert hook.bodies[-1]["message"] == "a task failed"


async def test_channels_may_come_while_a_run_goes_on() -> None:
    pipeline = Day(1).pipeline
    async with alerting(AlertsConfig(), pipeline) as alerts:
        pipeline.on_signal[0](opened(edge_e6=20_000))
        alerts.look(NOW_NS)
        with webhook() as (hook, address):
            alerts.take_up(AlertsConfig(channels=(address,)))
            pipeline.on_signal[0](opened(edge_e6=30_000))
            alerts.look(NOW_NS)
            assert hook.wait()["title"] == "underround: 1 × signal"
    with pytest.raises(ConfigError, match="'Mars/Base' is no time zone"):
        Alerts(AlertsConfig(time_zone="Mars/Base"), [])
