"""Processes that trade on simulated venues until they are killed. Run as a module.

It reads "trade" or "finish" from its input and forks a process that does so, told by its id: what
takes a second, importing, is done once. The parent opens nothing and only waits for its child.

The real engine part, shell, journal and live brokers; only its books and signals are made up. Every
order is noted in a file of the test's own just before the broker gets it.
"""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from underround.app.clock import steady_clock
from underround.app.codecs import CODECS
from underround.app.hands import VenueHands
from underround.app.pipeline import Pipeline
from underround.app.sections.trading import RiskConfig, TradingConfig
from underround.app.simulated.venues_process import simulated_config
from underround.app.trading.live import live_brokers
from underround.app.trading.setup import open_ledger, trading
from underround.core.engine import Engine
from underround.core.fees import PolymarketReading, kalshi_terms, polymarket_terms
from underround.core.instrument import Instrument, Outcome, Venue
from underround.core.opportunity import Leg, Signal, SignalKind
from underround.core.settings import Settings

ONE = 10**6


def instruments(ticker: str, tokens: tuple[str, str], neg_risk: bool) -> list[Instrument]:
    yes, no = tokens
    facts = [
        (Venue.POLYMARKET, yes, Outcome.YES, no),
        (Venue.POLYMARKET, no, Outcome.NO, yes),
        (Venue.KALSHI, ticker, Outcome.YES, None),
    ]
    return [
        Instrument(
            venue=venue,
            id=name,
            market_id="m",
            outcome=outcome,
            title=name,
            ranges=((0, 10_000, 100),),
            fees=kalshi_terms("quadratic", "1")
            if venue is Venue.KALSHI
            else polymarket_terms("0", reading=PolymarketReading.DOLLARS),
            complement_id=other,
            neg_risk=neg_risk,
        )
        for venue, name, outcome, other in facts
    ]


class Noting:
    """A broker that notes every order it is given before it goes out."""

    def __init__(self, broker, path: Path) -> None:
        self._broker, self._path = broker, path

    def __getattr__(self, name: str):
        return getattr(self._broker, name)

    async def place(self, orders) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, "".join(f"{each.intent.id}\n" for each in orders).encode())
        os.close(descriptor)
        await self._broker.place(orders)


def signal(number: int, ticker: str, yes: str, now_ns: int) -> Signal:
    legs = (
        Leg(Venue.POLYMARKET, yes, Outcome.YES, 4_500, 4_500),
        Leg(Venue.KALSHI, ticker, Outcome.NO, 5_000, 5_000),
    )
    return Signal(
        kind=SignalKind.OPENED,
        id=f"p/yes_no/{number}",
        pair=f"p{number % 5}",
        direction="yes_no",
        at_ns=now_ns,
        tick_at_ns=now_ns,
        edge_top_e6=20_000,
        edge_e6=20_000,
        size_e6=5 * ONE,
        cost_usd_e6=0,
        fee_usd_e6=0,
        edge_usd_e6=0,
        legs=legs,
    )


async def main(told: dict, folder: Path, *, finishes: bool) -> None:
    clock_ns = steady_clock()
    config = replace(
        simulated_config(told["addresses"], "memory://", folder / "signals.db"),
        risk=RiskConfig(
            max_pair_usd="100000",
            max_venue_usd="100000",
            max_day_usd="100000",
            max_unsettled_usd="100000",
            max_orders_per_minute=100_000,
            max_naked_seconds=60,
            max_naked_contracts=100_000,
            max_daily_loss_usd="100000",
        ),
        trading=TradingConfig(
            account="test",
            journal=str(folder / "trades.db"),
            kill_file=str(folder / "kill"),
            order_life_ms=1_000,
        ),
    )
    ticker, yes, no = told["ticker"], *told["tokens"]
    listed = instruments(ticker, (yes, no), told["neg_risk"])
    engine = Engine(Settings(), listed, ())
    engine.trust.blocker = lambda _book, _now_ns: None
    hands = VenueHands(clock_ns)
    pipeline = Pipeline(engine, CODECS, hands, None, clock_ns)
    hands.receiver = pipeline

    @asynccontextmanager
    async def brokers(engine, portfolio, sink):
        async with live_brokers(config, clock_ns)(engine, portfolio, sink) as made:
            yield {venue: Noting(each, folder / "sent") for venue, each in made.items()}

    for name, bid, ask in ((yes, 4_400, 4_500), (no, 5_500, 5_600), (ticker, 5_000, 5_100)):
        engine.books[name].bids.fill([(bid, 10**12)])
        engine.books[name].asks.fill([(ask, 10**12)])
    with open_ledger(config, clock_ns) as ledger:
        async with trading(config, ledger, engine, pipeline, brokers, clock_ns) as made:
            await play(made, engine, pipeline, clock_ns, (ticker, yes), finishes=finishes)


async def play(made, engine, pipeline, clock_ns, names, *, finishes: bool) -> None:
    number, said, desk = 0, False, made.desk
    print("ready", flush=True)
    while True:
        now_ns = clock_ns()
        for book in engine.books.values():
            book.updated_ns = now_ns
        pipeline.timer("tick")
        if desk.accounts.difference is None and not desk.portfolio.unknown:
            said = True
            if not finishes:
                number += 1
                desk.consider(f"{desk.run}/{number}", signal(number, *names, now_ns), now_ns)
                pipeline.timer("tick")
        if finishes and said and all(t.is_over for t in desk.portfolio.active.values()):
            print(json.dumps(report(desk)), flush=True)
            return
        await asyncio.sleep(0.02)


def report(desk) -> dict:
    trades = desk.portfolio.trades.values()
    return {
        "states": sorted({trade.state.value for trade in trades}),
        "trades": len(trades),
        "positions": {
            f"{venue.value} {name}": size
            for (venue, name), size in desk.portfolio.positions_e6.items()
            if size
        },
        "doubts": dict(desk.accounts.doubts),
        "halt": desk.portfolio.halt,
        "naked": max((trade.naked_e6 for trade in trades), default=0),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            how = line.strip()
            asyncio.run(main(json.loads(sys.argv[1]), Path(sys.argv[2]), finishes=how == "finish"))
            os._exit(0)
        print(f"process {child}", flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)
