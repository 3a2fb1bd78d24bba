"""Faults of the wire on an outlet without a network: what leaves, in which order, how spoilt."""

import asyncio
import json
import random

import pytest

from tests.simulation.lines import Line
from underround.simulation.faults import spoiling, wire
from underround.simulation.faults.world import Target
from underround.simulation.outlet import Frame, Outlet, WireFault, ready

ALL = Target(("kalshi",))
ONLY_A = Target(("kalshi",), frozenset("a"))


class Wire:
    """An outlet with one fault; messages are numbered when they leave."""

    def __init__(self) -> None:
        self.line = Line()
        self.faults: list[WireFault] = []
        self.outlet = Outlet(self.line.connection, self.faults)
        self.number = 0

    def frame(self, about: str = "a", *, opening: bool = False) -> Frame:
        def render() -> str:
            self.number += 1
            return f"{about}{self.number}"

        return Frame(render, (about,), opening)

    def say(self, *abouts: str) -> None:
        for about in abouts:
            self.outlet.say([self.frame(about)])

    def take(self) -> str:
        return " ".join(self.line.take())


@pytest.fixture
def line() -> Wire:
    return Wire()


def test_without_a_fault_everything_leaves_in_one_write(line) -> None:
    line.outlet.say([line.frame(), line.frame("b"), ready("PONG")])
    assert line.line.transport.writes == 1
    assert line.take() == "a1 b2 PONG"


def test_parts_are_kept_without_a_fault_and_joined_under_one(line) -> None:
    line.outlet.say([line.frame(), line.frame()], (1, 1))
    assert line.line.transport.writes == 2
    line.faults.append(wire.Lose(ONLY_A, 100))
    line.outlet.say([line.frame(), line.frame()], (1, 1))
    assert line.line.transport.writes == 3


def test_the_mute_say_nothing_of_the_target_and_still_answer(line) -> None:
    line.faults.append(wire.Mute(ONLY_A, [line.outlet], newcomers=False))
    line.outlet.say([line.frame("a"), line.frame("b"), ready("PONG")])
    assert line.take() == "b1 PONG"


def test_a_newcomer_is_not_mute_unless_that_was_asked(line) -> None:
    line.faults.append(wire.Mute(ALL, [], newcomers=False))
    line.say("a")
    assert line.take() == "a1"
    line.faults[:] = [wire.Mute(ALL, [], newcomers=True)]
    line.say("a")
    assert line.take() == ""


def test_a_muted_dump_comes_empty(line) -> None:
    line.faults.append(wire.Mute(ALL, [], newcomers=True))
    line.outlet.say([Frame(lambda: "[books]", ("a", "b"), is_opening=True)])
    assert line.take() == "[]\n"


def test_a_lost_frame_takes_its_number_with_it(line) -> None:
    line.faults.append(wire.Lose(ONLY_A, 2))
    line.say("a", "b", "a", "a")
    assert line.take() == "a1 b2 a4"


def test_a_repeated_frame_is_an_earlier_one_to_the_letter(line) -> None:
    line.faults.append(wire.Repeat(ALL, 2, random.Random(1)))
    line.say("a", "a", "a", "a")
    said = line.take().split()
    assert [text for text in said if text in ("a1", "a2", "a3", "a4")] == said
    assert [said[0], said[1], said[3], said[4]] == ["a1", "a2", "a3", "a4"]
    assert said[2] in ("a1", "a2")


def test_a_swapped_frame_leaves_behind_its_successor(line) -> None:
    swap = wire.Swap(ALL, 2)
    line.faults.append(swap)
    line.say("a", "a", "a", "a")
    assert line.take() == "a1 a3 a2"
    swap.flush()
    assert line.take() == "a4"


async def test_openings_are_numbered_when_they_leave_late(line) -> None:
    line.faults.append(wire.HoldOpenings(ALL, 0.01))
    line.outlet.say([line.frame(opening=True)])
    line.say("a")
    assert line.take() == "a1"
    await asyncio.sleep(0.05)
    assert line.take() == "a2"


async def test_answers_can_lag_behind(line) -> None:
    line.faults.append(wire.HoldPongs(0.01))
    line.outlet.say([ready("PONG"), line.frame()])
    assert line.take() == "a1"
    await asyncio.sleep(0.05)
    assert line.take() == "PONG"


def test_a_spoilt_frame_replaces_the_sound_one(line) -> None:
    line.faults.append(wire.Spoil(ALL, 2, random.Random(1), spoiling.html))
    line.say("a", "a")
    first, second = line.line.take()
    assert first == "a1"
    assert second == spoiling.HTML


@pytest.mark.parametrize("way", spoiling.WAYS)
def test_no_way_of_spoiling_leaves_a_sound_message(way) -> None:
    text = '{"event_type":"price_change","price":"0.5","size":"3","delta_fp":"-5"}'
    for seed in range(20):
        spoilt = way(text, random.Random(seed))
        try:
            assert json.loads(spoilt) != json.loads(text)
        except (ValueError, RecursionError):
            continue


def test_an_overflow_is_told_once_until_armed_again(line) -> None:
    told: list[Outlet] = []
    outlet = Outlet(line.line.connection, [], told.append, most_unread=10)
    outlet.say([ready("x")])
    assert told == []
    line.line.transport.unread = 11
    outlet.say([ready("x")])
    outlet.say([ready("x")])
    assert told == [outlet]
    outlet.rearm(told.append)
    outlet.say([ready("x")])
    assert told == [outlet, outlet]


def test_a_mute_outlet_sends_nothing_at_all(line) -> None:
    line.outlet.is_mute = True
    line.outlet.say([ready("PONG")])
    line.outlet.leave(["x"])
    assert line.take() == ""
