"""Channels: bounded, tried again, silent about their addresses; a dead one delays nobody."""

import logging
import queue
import threading
from collections.abc import Iterable

import pytest

from tests.app.webhook import webhook
from underround.app.alert_channels import WAITING, Sender, channels_of
from underround.app.alert_rules import Message, Severity
from underround.app.clock import monotonic_ns
from underround.app.config import decode
from underround.app.config_file import without_secrets
from underround.app.sections.alerts import AlertsConfig, scheme_of
from underround.cli.main import run
from underround.core.errors import ConfigError

MESSAGE = Message("t", "x", Severity.INFO)


class Answering:
    """A channel that answers as it was told to, in turn, and then takes everything."""

    name = "answering"

    def __init__(self, answers: Iterable[bool | Exception] = ()) -> None:
        self._answers = list(answers)
        self.tries: queue.Queue[Message] = queue.Queue()

    def send(self, message: Message) -> bool:
        answer = self._answers.pop(0) if self._answers else True
        self.tries.put(message)
        if isinstance(answer, Exception):
            raise answer
        return answer


def finished(sender: Sender) -> Sender:
    sender._waiting.join()
    return sender


def test_a_message_that_is_not_taken_is_tried_again(caplog) -> None:
    channel = Answering([False, RuntimeError("no"), True])
    with caplog.at_level(logging.INFO, "underround"):
        sender = Sender(channel, again_after_s=(0.0, 0.0, 60.0))
        sender.take(MESSAGE)
        finished(sender)
    assert (sender.taken, sender.lost, sender.is_failing) == (1, 0, False)
    assert caplog.messages == [
        "answering did not take a message; it is tried again",
        "answering takes messages again",
    ]


def test_after_the_last_try_it_is_given_up_and_counted() -> None:
    sender = Sender(Answering([False, False]), again_after_s=(0.0,))
    sender.take(MESSAGE)
    sender.take(MESSAGE)
    finished(sender)
    assert (sender.taken, sender.given_up, sender.is_failing) == (1, 1, False)


def test_a_channel_that_hangs_sheds_and_holds_up_nobody() -> None:
    hang, entered = threading.Event(), threading.Event()

    class Hanging:
        name = "hanging"

        def send(self, message: Message) -> bool:
            entered.set()
            return hang.wait(20)

    sender = Sender(Hanging())
    sender.take(MESSAGE)
    assert entered.wait(20)
    for _ in range(WAITING + 3):
        sender.take(MESSAGE)
    assert sender.shed == sender.lost == 3
    sender.finish(monotonic_ns())
    hang.set()


def test_the_end_waits_for_what_can_be_sent_and_for_nothing_else() -> None:
    going, gone = Sender(Answering()), Sender(Answering([False] * 9))
    gone.take(MESSAGE)
    gone.channel.tries.get(timeout=20)  # type: ignore[attr-defined]
    far_ns = monotonic_ns() + 60 * 10**9
    for sender in (going, gone):
        sender.take(MESSAGE)
        sender.finish(far_ns)
    assert going.taken == 1
    assert gone.taken == 0


def test_a_refused_message_is_counted_and_shows_no_address(caplog) -> None:
    with webhook() as (hook, address), caplog.at_level(logging.DEBUG):
        hook.status = 500
        [channel] = channels_of(AlertsConfig(channels=(address,)))
        assert channel.send(MESSAGE) is False
    assert "a-secret" not in caplog.text + channel.name


@pytest.mark.parametrize("address", ["nosuch://hidden", "hidden", "tgram:/hidden", "://hidden"])
def test_what_cannot_be_used_is_named_without_its_secret(address: str) -> None:
    with pytest.raises(ConfigError, match="channel 1") as failure:
        channels_of(AlertsConfig(channels=(address,)))
    assert "hidden" not in str(failure.value) + scheme_of(address)
    assert "hidden" not in str(without_secrets("channels", [address]))


@pytest.mark.parametrize(
    "text",
    [
        '[alerts]\nchannels = "tgram://hidden/1"',
        '[alerts]\nchannels = ["tgram://hidden/1", 3]',
        'alerts = "tgram://hidden/1"',
        '[storage]\nprices = "redis:hidden@host"',
    ],
)
def test_a_setting_of_the_wrong_form_does_not_repeat_its_secret(text: str) -> None:
    with pytest.raises(ConfigError) as failure:
        decode(text, "f", {}, {})
    assert "hidden" not in str(failure.value)
    assert str(failure.value).startswith("f: ")


def test_addresses_come_from_the_environment_with_commas_between() -> None:
    environ = {"UNDERROUND__ALERTS__CHANNELS": "json://a, json://b"}
    assert decode("", "f", environ, {}).alerts.channels == ("json://a", "json://b")


def test_the_command_tries_every_channel(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert run(["alerts", "test"]) == 3
    assert "UNDERROUND__ALERTS__CHANNELS" in capsys.readouterr().err
    with webhook() as (hook, address):
        monkeypatch.setenv("UNDERROUND__ALERTS__CHANNELS", f"{address}, json://127.0.0.1:9/x")
        assert run(["alerts", "test"]) == 1
        out = capsys.readouterr().out
        assert out == "✅ taken  channel 1 (json)\n❌ not taken  channel 2 (json)\n"
        assert hook.wait()["title"] == "underround: a test"
