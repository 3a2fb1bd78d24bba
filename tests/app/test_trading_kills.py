"""kill -9 in the middle of trading on the simulated venues, again and again, with one journal.

`UNDERROUND_TRADING_KILLS=200` kills more often. The seed of the moments is printed.
"""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from pathlib import Path

from underround.simulation.book import ASK, BID
from underround.simulation.venues import SimulatedVenues

KILLS = int(os.environ.get("UNDERROUND_TRADING_KILLS", "20"))
SEED = int(os.environ.get("UNDERROUND_TRADING_SEED", "7"))
ROOT = Path(__file__).resolve().parents[2]
DEEP = 10**12


async def started(told: str, folder: Path, how: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.app.trading_worker",
        told,
        str(folder),
        how,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    )


async def killed_often(venues: SimulatedVenues, folder: Path, draw: random.Random) -> dict:
    pair = venues.pairs[0]
    pair.polymarket.tick_e4 = 100
    pair.polymarket.book.clear()
    pair.kalshi.book.clear()
    venues.exchange.change_polymarket(pair, [(BID, 4_400, DEEP), (ASK, 4_500, DEEP)])
    venues.exchange.change_kalshi(pair, [(BID, 5_000, DEEP), (ASK, 5_100, DEEP)])
    told = json.dumps(
        {
            "addresses": venues.addresses,
            "ticker": pair.kalshi.ticker,
            "tokens": list(pair.polymarket.tokens),
            "neg_risk": pair.polymarket.neg_risk,
        }
    )
    for _ in range(KILLS):
        worker = await started(told, folder, "trade")
        try:
            async with asyncio.timeout(60):
                assert await worker.stdout.readline() == b"ready\n"
            # Mostly at once; now and then late enough for old unknowns to be resolved first.
            await asyncio.sleep(draw.choice((0.1, 0.2, 0.3, 0.4, 2.5)) * draw.random())
        finally:
            worker.kill()
            await worker.wait()
    worker = await started(told, folder, "finish")
    try:
        async with asyncio.timeout(120):
            assert await worker.stdout.readline() == b"ready\n"
            return json.loads(await worker.stdout.readline())
    finally:
        if worker.returncode is None:
            worker.kill()
        await worker.wait()


def held_at(venues: SimulatedVenues) -> dict[str, int]:
    """Return what the venues' own books of account hold for us."""
    held = Counter()
    for member in venues.machines.trading.kalshi.entry.members.values():
        for market, holding in member.holdings.items():
            held[f"kalshi {market.ticker}"] += holding.position_e6
    for trader in venues.machines.trading.polymarket.entry.traders.values():
        for token, size_e6 in trader.shares_e6.items():
            held[f"polymarket {token}"] += size_e6
    return {name: size_e6 for name, size_e6 in held.items() if size_e6}


async def test_kills_leave_no_unknown_position_and_send_nothing_twice(tmp_path):
    print(f"UNDERROUND_TRADING_SEED={SEED}")
    async with SimulatedVenues(7, calm=True, pairs=2, speed=20) as venues:
        found = await killed_often(venues, tmp_path, random.Random(SEED))
        truth = held_at(venues)
    sent = Counter((tmp_path / "sent").read_text().split())
    assert [name for name, count in sent.items() if count > 1] == []
    assert (found["doubts"], found["naked"]) == ({}, 0)
    assert found["positions"] == truth
    assert set(found["states"]) <= {"hedged_settled", "no_fill", "rejected", "unwound"}
    print(found | {"sent": len(sent)})
    assert found["trades"] >= KILLS // 2
    assert "hedged_settled" in found["states"]
