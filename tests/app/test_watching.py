"""What is kept and shown of a run while it lasts."""

import asyncio
import os
import signal

from tests.core.desk import Desk, signals
from underround.app.watching import OpportunityLog, show_signal, stop_on_signals, wait


def lived() -> tuple[Desk, list]:
    """Open, change and close an opportunity, and open it again."""
    desk = Desk()
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], []))
    desk.wait(200)
    desk.polymarket("yes-token", [], [(4_100, 10)])
    desk.tick()
    desk.wait(10)
    desk.polymarket("yes-token", [], [])
    desk.hear("kalshi-1", desk.snapshot([(5_500, 10)]))
    desk.polymarket("yes-token", [], [(4_100, 10)])
    return desk, signals(desk.heard)


def test_every_opportunity_is_kept_from_opening_to_closing():
    desk, said = lived()
    log = OpportunityLog()
    for each in said:
        log.add(each)
    start_ns = said[0].at_ns
    common = {
        "kind": "cross_venue",
        "pair": "rain",
        "direction": "yes_no",
        "legs": [["kalshi", "KXRAIN", "no"], ["polymarket", "yes-token", "yes"]],
    }
    assert log.rows == {
        "rain/yes_no/1": common | {"opened_ns": start_ns, "closed_ns": start_ns + 210_000_000},
        "rain/yes_no/2": common | {"opened_ns": desk.now_ns, "closed_ns": None},
    }


def test_openings_and_closings_are_shown_and_changes_are_not(capsys):
    _, said = lived()
    assert [str(each.kind) for each in said] == ["opened", "changed", "closed", "opened"]
    for each in said:
        show_signal(each)
    words = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert words == ["OPENED", "CLOSED", "OPENED"]


async def test_waiting_ends_with_the_time_or_with_the_word():
    stop = asyncio.Event()
    async with asyncio.timeout(20):
        await wait(stop, 0.001)
        assert not stop.is_set()
        stop.set()
        await wait(stop, None)


async def test_a_signal_of_the_operating_system_sets_the_word():
    stop = stop_on_signals()
    os.kill(os.getpid(), signal.SIGTERM)
    try:
        async with asyncio.timeout(20):
            await stop.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)
