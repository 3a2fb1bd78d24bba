"""kill -9 in the middle of trading on the simulated venues, again and again, with one journal.

`UNDERROUND_TRADING_KILLS=200` kills more often. The seed of the moments is printed.
"""

import asyncio
import json
import os
import random
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

from underround.simulation.book import ASK, BID
from underround.simulation.venues import SimulatedVenues

KILLS = int(os.environ.get("UNDERROUND_TRADING_KILLS", "20"))
SEED = int(os.environ.get("UNDERROUND_TRADING_SEED", "7"))
ROOT = Path(__file__).resolve().parents[2]
DEEP = 10**12


class Workers:
    """Processes that trade, one at a time, forked from one that has imported everything."""

    def __init__(self, parent: asyncio.subprocess.Process) -> None:
        self._parent = parent
        self._child = 0

    async def start(self, how: str) -> None:
        """Start one and wait until it trades."""
        self._parent.stdin.write(f"{how}\n".encode())
        lines = [await self.line(), await self.line()]
        (named,) = [line for line in lines if line.startswith("process ")]
        self._child = int(named.removeprefix("process "))
        assert "ready" in lines

    async def line(self) -> str:
        async with asyncio.timeout(120):
            return (await self._parent.stdout.readline()).decode().strip()

    async def kill(self) -> None:
        os.kill(self._child, signal.SIGKILL)
        await self.ended()

    async def ended(self) -> None:
        while await self.line() != "ended":
            pass
        self._child = 0

    async def close(self) -> None:
        self._parent.stdin.close()
        if self._child:
            os.kill(self._child, signal.SIGKILL)
        await self._parent.wait()


@asynccontextmanager
async def workers(told: str, folder: Path):
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.app.trading_worker",
        told,
        str(folder),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    )
    made = Workers(parent)
    try:
        yield made
    finally:
        await made.close()


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
    async with workers(told, folder) as forked:
        for _ in range(KILLS):
            await forked.start("trade")
            # Mostly at once; now and then late enough for old unknowns to be resolved first.
            await asyncio.sleep(draw.choice((0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 2.5)) * draw.random())
            await forked.kill()
        await forked.start("finish")
        found = json.loads(await forked.line())
        await forked.ended()
        return found


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
