"""SIGHUP: what surrounds the engine changes at once, the rest is named, a bad file does nothing."""

import asyncio
import logging
import os
import signal
from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.app.signals import opened
from underround.app.alerts import Alerts
from underround.app.config import Config, load_config
from underround.app.logs import log_as
from underround.app.reload import Reload, changed_keys
from underround.app.run_log import RunLog
from underround.app.sections.alerts import AlertsConfig
from underround.app.stopping import hangups, stop_on_signals
from underround.core.errors import ConfigError
from underround.core.units import NS_PER_SECOND

BEFORE = """
[alerts]
least_edge_usd = "0.01"
[storage]
recordings_most_gib = 5
"""
AFTER = """
[alerts]
least_edge_usd = "0.05"
quiet_hours = "22:00-07:00"
[logging]
level = "warning"
[storage]
recordings_most_gib = 2
[detection]
threshold_usd = "0.02"
"""


class World:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "config.toml"
        self.write(BEFORE)
        self.told: list[Config] = []
        self.reload = Reload(self.load(), self.load, None, asyncio.Event())
        self.reload.on_change.append(self.told.append)

    def load(self) -> Config:
        return load_config(self.file, {})

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


async def test_what_may_change_does_and_the_rest_is_named(world):
    world.write(AFTER)
    assert await world.reload.read() == (
        "the configuration was read again: storage.recordings_most_gib, alerts.least_edge_usd,"
        " alerts.quiet_hours, logging.level changed;"
        " detection.threshold_usd will change with a restart"
    )
    assert world.told == [world.load()]
    assert world.reload.storage().recordings_most_gib == 2
    assert world.reload.config.alerts.quiet_hours == "22:00-07:00"
    assert world.reload.config.detection == Config().detection  # the engine's, and so the header's
    again = await world.reload.read()
    assert again.endswith("read again: detection.threshold_usd will change with a restart")
    assert len(world.told) == 1


async def test_the_same_file_changes_nothing(world):
    assert (await world.reload.read()).endswith("read again: nothing has changed")
    assert world.told == []


@pytest.mark.parametrize("text", ["[alerts", "[alerts]\nquiet = 1\n", '[alerts]\ngroup_s = "x"\n'])
async def test_a_bad_file_changes_nothing(world, text):
    before = world.reload.config
    world.write(text)
    line = await world.reload.read()
    assert line.startswith(f"the configuration stays as it is: {world.file}: ")
    assert (world.reload.config, world.told) == (before, [])


async def test_a_refused_change_changes_nothing(world):
    def refuse(_fresh: Config) -> None:
        raise ConfigError("alerts.channels: channel 1 has no address that apprise can use")

    before = world.reload.config
    world.reload.on_change.insert(0, refuse)
    world.write(AFTER)
    assert "stays as it is: alerts.channels" in await world.reload.read()
    assert (world.reload.config, world.told) == (before, [])


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP")
async def test_a_hangup_before_anybody_listens_is_kept(world):
    asked = hangups()
    os.kill(os.getpid(), signal.SIGHUP)
    world.write(AFTER)
    reload = Reload(world.reload.config, world.load, None, asked)
    done = asyncio.Event()
    reload.on_change.append(lambda _fresh: done.set())
    async with asyncio.timeout(20):
        task = asyncio.create_task(reload.on_hangup())
        await done.wait()
    task.cancel()
    asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="there is no SIGHUP")
async def test_elsewhere_a_terminal_that_is_gone_is_a_stop_and_nohup_is_heeded():
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGHUP)
    stop = stop_on_signals()
    os.kill(os.getpid(), signal.SIGHUP)
    async with asyncio.timeout(20):
        await stop.wait()
    loop.remove_signal_handler(signal.SIGHUP)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        stop_on_signals()
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


def test_alerts_go_by_the_new_rules_from_then_on():
    alerts = Alerts(AlertsConfig(least_edge_usd="0.01", group_s=0), [])
    got: list[str] = []
    alerts.senders = [SimpleNamespace(take=lambda message: got.append(message.text))]
    alerts.signal(opened(edge_e6=20_000))
    alerts.look(10 * NS_PER_SECOND)
    assert len(got) == 1
    alerts.take_up(AlertsConfig(least_edge_usd="0.05", group_s=0))
    alerts.signal(opened(edge_e6=20_000))
    alerts.look(20 * NS_PER_SECOND)
    assert len(got) == 1
    with pytest.raises(ConfigError, match="no time zone"):
        alerts.take_up(AlertsConfig(least_edge_usd="0", time_zone="Nowhere/Else"))
    alerts.signal(opened(edge_e6=20_000))
    alerts.look(30 * NS_PER_SECOND)
    assert len(got) == 1  # nothing of the refused one is in force


async def test_the_log_takes_another_form_and_level(capsys):
    out = logging.StreamHandler()
    root = logging.getLogger()
    level = root.level
    root.addHandler(out)
    try:
        with_json = load_config(None, {"UNDERROUND__LOGGING__FORMAT": "json", "HOME": "/none"})
        log_as(with_json.logging)
        assert type(out.formatter).__name__ == "ProcessorFormatter"
        log_as(load_config(None, {"UNDERROUND__LOGGING__LEVEL": "error"}).logging)
        assert root.level == logging.ERROR
        assert type(out.formatter) is logging.Formatter
    finally:
        root.removeHandler(out)
        root.setLevel(level)
    async with AsyncExitStack() as stack:
        signals: list = []
        run_log = stack.enter_context(RunLog(signals, []))
        for form, heard in (("friendly", 0), ("json", 1), ("json", 1), ("friendly", 0)):
            run_log.take_up(load_config(None, {"UNDERROUND__LOGGING__FORMAT": form}))
            assert len(signals) == heard


def test_keys_are_named_as_they_are_written():
    assert changed_keys(Config(), Config()) == []
    assert changed_keys(Config(), Config(pairs="other.toml")) == ["pairs"]
