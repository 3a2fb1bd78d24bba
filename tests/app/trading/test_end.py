"""The end of trading: short, longer only for a leg that stands alone, at once if asked twice."""

import asyncio
import logging
from types import SimpleNamespace

import pytest

from underround.app.stopping import Stop
from underround.app.trading import end
from underround.app.trading.counts import Tally
from underround.core.trading.portfolio import Portfolio


class Desk:
    """A desk whose venues need no reading, with trades that are as they are told."""

    def __init__(self) -> None:
        self.portfolio = Portfolio()
        self.accounts = SimpleNamespace(venues=(), doubts={}, reads={})
        self.refusals = SimpleNamespace(counts={})

    def trade(self, name: str, *, is_balanced: bool) -> SimpleNamespace:
        made = SimpleNamespace(
            plan=SimpleNamespace(id=name), is_over=False, state=None, is_balanced=is_balanced
        )
        self.portfolio.active[name] = made
        return made


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(end, "FINISH_WITHIN_S", 0.1)
    monkeypatch.setattr(end, "COVER_WITHIN_S", 3_600.0)
    desk = Desk()
    commands: list[str] = []
    pipeline = SimpleNamespace(command=lambda name, _arguments: commands.append(name))
    run = SimpleNamespace(trading=SimpleNamespace(desk=desk, forgotten=Tally()), pipeline=pipeline)
    return desk, run, commands


async def finish(run, stop: Stop) -> dict:
    async with asyncio.timeout(30):
        return await end.finish_trading(run, lambda: 0, stop.hurried)


async def test_a_trade_under_way_is_not_waited_for_long(world):
    desk, run, commands = world
    desk.trade("t", is_balanced=True)
    await finish(run, Stop())
    assert commands == ["pause"]


async def test_a_leg_that_stands_alone_is_waited_for(world, caplog):
    desk, run, _ = world
    trade = desk.trade("t-7", is_balanced=False)
    with caplog.at_level(logging.WARNING, "underround"):
        task = asyncio.create_task(finish(run, Stop()))
        while "a leg of t-7 stands alone" not in caplog.text:
            assert not task.done()
            await asyncio.sleep(0.01)
        trade.is_balanced = True
        await task


async def test_who_asks_twice_is_not_kept_waiting(world):
    desk, run, _ = world
    desk.trade("t", is_balanced=False)
    stop = Stop()
    stop.ask()
    assert (stop.is_set(), stop.hurried.is_set()) == (True, False)
    task = asyncio.create_task(finish(run, stop))
    await asyncio.sleep(0)
    stop.ask()
    await task
