"""`python -m bench.order_lines`: from two intents to both orders read by their peer, on loopback.

Both are signed, prepared and placed by the live brokers over warm connections; journal and risk
gate are not in it. Fails above two milliseconds at the 99th percentile.
"""

import asyncio
import gc
import statistics
import time

from cryptography.hazmat.primitives.asymmetric import ed25519

from underround.core.fees import kalshi_terms, polymarket_terms
from underround.core.instrument import FeeTerms, Instrument, Outcome, Venue
from underround.core.trading.order import Approved, OrderIntent, TimeInForce
from underround.core.trading.order_event import OrderEvent
from underround.execution.live import LiveBroker
from underround.venues.kalshi.signing import Signer
from underround.venues.kalshi.trading import KalshiTrading
from underround.venues.order_budget import OrderBudget
from underround.venues.order_line import OrderLine
from underround.venues.polymarket.orders import Identity
from underround.venues.polymarket.signing import ApiKey, Wallet
from underround.venues.polymarket.trading import PolymarketTrading

ROUNDS = 1_000
LIMIT_US = 2_000
TOKEN, TICKER = str((1 << 250) + (1 << 60)), "KXBENCH"
BODY = b'{"order_id":"v","fill_count":"10.00","remaining_count":"0.00"}'
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Peer(asyncio.Protocol):
    """Answers every write at once and notes when it came; an order fits into one."""

    arrived: list[int] = []  # noqa: RUF012

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.arrived.append(time.perf_counter_ns())
        self.transport.write(ANSWER)


def instrument(venue: Venue, name: str, fees: FeeTerms) -> Instrument:
    return Instrument(
        venue=venue,
        id=name,
        market_id="m",
        outcome=Outcome.YES,
        title="",
        ranges=((0, 10_000, 100),),
        fees=fees,
    )


def intent(number: int, venue: Venue, name: str, outcome: Outcome) -> OrderIntent:
    return OrderIntent(
        id=f"order-{number}-{venue}",
        trade="t",
        leg=0,
        venue=venue,
        instrument=name,
        outcome=outcome,
        is_buy=True,
        size_e6=10_000_000,
        limit_e4=4_500,
        time_in_force=TimeInForce.IOC,
        dies_at_ns=0,
    )


async def measure() -> list[float]:
    """Return the microseconds of each round, sorted."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Peer, "127.0.0.1", 0)
    root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    wallet = Wallet(b"\x01" * 32)
    lines = [OrderLine("kalshi", root), OrderLine("polymarket", root)]
    events: list[OrderEvent] = []
    kalshi = KalshiTrading(
        lines[0],
        Signer("id", ed25519.Ed25519PrivateKey.generate()),
        {TICKER: instrument(Venue.KALSHI, TICKER, kalshi_terms("quadratic", "1"))},
        OrderBudget(1e9, 1e9, 1),
        wall_ns=time.time_ns,
        monotonic_ns=time.monotonic_ns,
    )
    polymarket = PolymarketTrading(
        lines[1],
        ApiKey("id", "c2VjcmV0", "phrase"),
        Identity(wallet, wallet.address, 0, "id"),
        {TOKEN: instrument(Venue.POLYMARKET, TOKEN, polymarket_terms("0.07"))},
        OrderBudget(1e9, 1e9, 1),
        wall_ns=time.time_ns,
        monotonic_ns=time.monotonic_ns,
        draw=lambda limit: limit // 2,
    )
    brokers = [LiveBroker(each, events.append, time.time_ns) for each in (kalshi, polymarket)]
    for line in lines:
        await line.warm(1)
    gc.collect()
    gc.freeze()
    taken = []
    for number in range(ROUNDS):
        Peer.arrived.clear()
        began = time.perf_counter_ns()
        legs = (
            intent(number, Venue.KALSHI, TICKER, Outcome.NO),
            intent(number, Venue.POLYMARKET, TOKEN, Outcome.YES),
        )
        prepared = [b.prepare(Approved(leg, 0)) for b, leg in zip(brokers, legs, strict=True)]
        await asyncio.gather(*(b.place([p]) for b, p in zip(brokers, prepared, strict=True)))
        taken.append((max(Peer.arrived) - began) / 1_000)
    for line in lines:
        await line.close()
    server.close()
    assert len(events) == 2 * ROUNDS
    return sorted(taken)


def main() -> bool:
    """Print median and 99th percentile; False above the limit."""
    taken = asyncio.run(measure())
    median, p99 = statistics.median(taken), taken[int(ROUNDS * 0.99)]
    print(f"two intents to both orders at the other end: median {median:.0f} µs, p99 {p99:.0f} µs")
    return p99 < LIMIT_US


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
