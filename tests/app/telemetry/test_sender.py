"""What waits for a collector is bounded, and a thread that hangs keeps nobody."""

import sys
import threading

import pytest
from msgspec.structs import replace

from tests.app.signals import opened
from tests.app.telemetry.collector import collector
from underround.app.sections.telemetry import TelemetryConfig
from underround.app.telemetry.exporters import Batching, exporters_of
from underround.app.telemetry.sender import Sender
from underround.app.telemetry.stories import SignalStory

STORY = SignalStory("r1/rain/yes_no/1", opened(edge_e6=20_000), 2_000, 3_000)


def test_one_story_too_many_is_counted_and_let_go():
    with collector() as taken:
        exporters = exporters_of(TelemetryConfig(enabled=True, endpoint=taken.endpoint), {})
        batching = Batching(most=2, together=1, every_s=3_600)
        sender = Sender(replace(exporters, batching=batching), 0)
        for _ in range(5):
            sender.take(STORY)
        assert sender.lost == 3
        sender.close(30)
        assert [span.name for span in taken.spans()].count("signal") == 2


def test_a_hanging_collector_holds_up_neither_the_run_nor_its_end():
    with collector() as taken:
        exporters = exporters_of(TelemetryConfig(enabled=True, endpoint=taken.endpoint), {})
        hangs, entered = threading.Event(), threading.Event()
        exporters.spans.export = lambda _: entered.set() or hangs.wait(60)
        sender = Sender(replace(exporters, batching=Batching(9, 9, 0.001)), 0)
        sender.take(STORY)
        assert entered.wait(30)
        for _ in range(20):
            sender.take(STORY)
            sender.read([], 1)
        assert sender.lost == 11
        sender.close(0.01)
        hangs.set()


def test_what_the_collector_refuses_is_counted_as_lost():
    with collector() as taken:
        taken.status["/v1/traces"] = 400
        exporters = exporters_of(TelemetryConfig(enabled=True, endpoint=taken.endpoint), {})
        sender = Sender(exporters, 0)
        sender.take(STORY)
        sender.close(30)
        assert (sender.lost, taken.spans()) == (1, [])


def test_the_loop_gets_the_interpreter_back_sooner_while_something_is_sent():
    before_s, during_s = sys.getswitchinterval(), []
    with collector() as taken:
        exporters = exporters_of(TelemetryConfig(enabled=True, endpoint=taken.endpoint), {})
        exporters.spans.export = lambda _: during_s.append(sys.getswitchinterval())
        sender = Sender(exporters, 0)
        sender.take(STORY)
        sender.close(30)
    assert during_s == [pytest.approx(before_s / 10)]
    assert sys.getswitchinterval() == before_s
