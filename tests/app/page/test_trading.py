"""The page of a run that trades: its trades, limits and profit, and a switch that halts trading."""

import asyncio
import re
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from tests.app.market_day import Day
from tests.app.sighted_day import run_of
from underround.app.page.metrics import Exposition
from underround.app.page.run_sight import sight_of
from underround.app.page.trading import go_on, limits_in_use, stop, trading_topic
from underround.app.simulated.demo import run_demo
from underround.core.trading.portfolio import Portfolio
from underround.core.trading.risk_limits import RiskLimits


def test_nothing_traded_uses_no_limit():
    rows = limits_in_use(Portfolio(), RiskLimits(), 10**18)
    assert [row["used"] for row in rows] == [0] * len(rows)
    assert all(row["limit"] > 0 for row in rows)


async def test_a_trading_demo_is_shown_and_can_be_stopped(tmp_path: Path):
    seen = []

    async def look(run):
        topic = trading_topic(run)
        shown: dict = {"trades": []}
        while not (shown["trades"] and shown["positions"]):
            await asyncio.sleep(0.05)
            run_ns = run.clock_ns()
            encoded = topic.changed(run_ns)
            shown = shown if encoded is None else msgspec.json.decode(encoded)
        stop(run, "a drill")
        halted = run.trading.desk.portfolio.halt
        async with sight_of(run, "demo") as sight:
            exposed = Exposition(sight).text().decode()
        assert "\nunderround_trading_halted 1.0\n" in exposed
        go_on(run, "over")
        seen.append((shown, halted, run.trading.desk.portfolio.halt))

    @asynccontextmanager
    async def face(run, options):
        looking = asyncio.create_task(look(run))
        yield "nowhere"
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)

    folder = tmp_path / "demo"
    await run_demo(6.0, 99, folder, "memory://", shows=False, face=face, trades="paper")
    ((shown, halted, after),) = seen
    assert "drill" in halted
    assert after is None
    trade = shown["trades"][0]
    assert trade["size_e6"] > 0
    assert len(trade["legs"]) == 2
    assert shown["pnl"]["quoted_usd_e6"] >= 0
    for position in shown["positions"]:
        assert position["size_e6"] > 0
        assert 0 < position["cost_usd_e6"] < position["size_e6"] * 1.1
    assert {row["unit"] for row in shown["limits"]} == {"usd_e6", "count"}
    # Every rail that leaves less room is there: none stops trading unseen.
    assert {row["name"] for row in shown["limits"]} >= {"the fullest pair", "the fullest venue"}
    assert all(row["state"] != "rejected" for row in shown["trades"])
    # A reason is counted, so it holds no number of its own.
    assert all(re.search(r"\d", why) is None for why in shown["refusals"])


async def test_a_run_that_does_not_trade_has_no_such_topic():
    run = run_of(Day(1))
    assert trading_topic(run).changed(10**18) is None
    stop(run, "nothing to stop")
    go_on(run, "nothing to go on with")
