"""`python -m bench.order_path`: from a signal to both orders handed to their brokers.

With and without the journal's sync. Brokers are stand-ins: signing and sockets have benches of
their own.
"""

import asyncio
import gc
import statistics
import tempfile
import time
from pathlib import Path

from tests.core.trading_world import TradingWorld, a_signal
from underround.app.trading.shell import TradingShell
from underround.core.instrument import Venue
from underround.core.trading.desk import TradingDesk
from underround.core.trading.order_event import AccountRead
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.settings import LegPolicy, TradingSettings
from underround.execution.broker import PreparedOrder
from underround.stores.journal import TradeJournal

ROUNDS = 200
ROOM = 10**15
LIMITS_MS = {False: 2.0, True: 12.0}


class Unsynced(TradeJournal):
    """The journal without its sync."""

    def append(self, taken, *, synced):
        super().append(taken, synced=False)


class Wire:
    """A broker that notes when it was given orders."""

    venue = Venue.KALSHI

    def __init__(self) -> None:
        self.count, self.both = 0, asyncio.Event()

    def prepare(self, order):
        return PreparedOrder(order.intent, None, b"")

    async def place(self, orders):
        self.count += len(orders)
        if self.count % 2 == 0:
            self.both.set()


async def measured(folder: Path, *, synced: bool) -> list[float]:
    """Return milliseconds from each signal to both orders at their brokers."""
    world = TradingWorld(1)
    limits = RiskLimits(
        max_pair_usd_e6=ROOM,
        max_venue_usd_e6=ROOM,
        max_day_usd_e6=ROOM,
        max_unsettled_usd_e6=ROOM,
        max_naked_e6=ROOM,
        max_orders_per_minute=ROOM,
    )
    settings = TradingSettings(limits=limits, policy=LegPolicy.TOGETHER)
    out: list = []
    desk = TradingDesk(settings, "b", lambda _book, _now: None)
    routes = desk.joined(world.books, out)
    wire = Wire()
    made = (TradeJournal if synced else Unsynced)(folder / f"{synced}.db")

    def give(event) -> None:
        routes[type(event)](event)
        flush()

    def flush() -> None:
        effects, out[:] = list(out), []
        for effect in effects:
            shell.take(effect)

    shell = TradingShell(made, dict.fromkeys(Venue, wire), give, lambda: world.now_ns)
    task = asyncio.create_task(shell.run())
    for venue in Venue:
        give(AccountRead(venue, ROOM, (), (), (), world.now_ns, world.now_ns))
    for name, bid, ask in (("yes0", 4_300, 4_500), ("no0", 5_400, 5_700), ("K0", 4_900, 5_100)):
        world.books[name].bids.fill([(bid, 10**12)])
        world.books[name].asks.fill([(ask, 10**12)])
        world.books[name].updated_ns = world.now_ns
    taken = []
    gc.collect()
    gc.disable()
    for number in range(ROUNDS):
        wire.both.clear()
        signal = a_signal(f"p{number}", 0, world.now_ns)
        began_ns = time.perf_counter_ns()
        desk.portfolio.active.clear()  # each round alone: nobody answers these orders
        desk.portfolio.by_day.clear()
        desk.take(signal)
        flush()
        await asyncio.wait_for(wire.both.wait(), 5)
        taken.append((time.perf_counter_ns() - began_ns) / 1e6)
    gc.enable()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await shell.close()
    made.close()
    return sorted(taken[10:])


def main() -> bool:
    """Print median and 99th percentile in ms; False when a limit is not held."""
    held = True
    print(f"{'signal to both orders at their brokers':50} {'median':>8} {'p99':>8}  ms")
    with tempfile.TemporaryDirectory() as folder:
        for synced, limit_ms in LIMITS_MS.items():
            taken = asyncio.run(measured(Path(folder), synced=synced))
            p99_ms = taken[round(len(taken) * 0.99) - 1]
            name = "with the journal's sync" if synced else "without it"
            print(f"  {name:48} {statistics.median(taken):8.2f} {p99_ms:8.2f}  (< {limit_ms})")
            held &= p99_ms < limit_ms
    return held


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
