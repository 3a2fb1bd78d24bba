"""What the page costs detection: 500 live markets, five streams that read everything, or none.

Frames come at their own times, 5,000 a second (each market ten times); a round with the page and
five clients follows one without, so that a slow minute of the machine falls on both. The clients
are a process of their own; no browser runs.
"""

import asyncio
import subprocess
import sys
import time
from statistics import median

from bench import corpus as corpora
from tests.app.market_day import START_NS
from tests.app.sighted_day import run_of
from underround.app.codecs import CODECS
from underround.app.collector import calm_the_collector
from underround.app.page.face import FaceOptions
from underround.app.pipeline import Pipeline, Plan
from underround.core.engine import Engine
from underround.core.instrument import Venue
from underround.core.settings import Settings
from underround.web.serving import page

MARKETS = 500
FRAMES_PER_S = 5_000
ROUND_S = 4.0
ROUNDS = 5
CLIENTS = 5
LIMIT_RATIO = 1.10

READER = """
import asyncio, sys

async def read(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /stream HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n")
    size = 0
    while chunk := await reader.read(1 << 16):
        size += len(chunk)
    return size

async def main():
    port, clients = int(sys.argv[1]), int(sys.argv[2])
    print(sum(await asyncio.gather(*(read(port) for _ in range(clients)))))

asyncio.run(main())
"""


class Market500:
    """A pipeline over 500 markets, and the frames it is given by their times."""

    def __init__(self) -> None:
        count = round(FRAMES_PER_S * ROUND_S * (2 * ROUNDS + 2))
        self.corpus = corpora.make(MARKETS, count, 7)
        self.frames = iter(self.corpus.frames)
        settings = Settings(verify_after_ns=10**15)
        engine = Engine(settings, self.corpus.instruments, self.corpus.pairs)
        self.now_ns = START_NS
        self.pipeline = Pipeline(engine, CODECS, self, None, self.clock)
        self.run = run_of(self)
        self.run.clock_ns = self.clock
        for venue in Venue:
            names = tuple(one.id for one in self.corpus.instruments if one.venue is venue)
            self.pipeline.plan(Plan(venue.value, venue, names))
            self.pipeline.opened(venue, self.clock())
        for venue, frame in self.corpus.opening:
            self.pipeline.batch(venue, [frame], self.clock())

    def clock(self) -> int:
        return START_NS + time.monotonic_ns()

    def wake_at(self, at_ns: int) -> None: ...
    def fetch_books(self, wanted) -> None: ...
    def request_snapshots(self, wanted) -> None: ...
    def answered(self, connection, answer) -> None: ...
    def reconnect(self, connection, reason) -> None: ...
    def resubscribe(self, wanted) -> None: ...
    def unsubscribe(self, wanted) -> None: ...
    def look_up(self, wanted) -> None: ...
    def reprice(self, wanted) -> None: ...


async def feed(market: Market500) -> tuple[list[int], list[int]]:
    """Feed one round; return nanoseconds of detection, and from a frame's time to its end."""
    took_ns: list[int] = []
    waited_ns: list[int] = []
    pipeline, step_ns = market.pipeline, 10**9 // FRAMES_PER_S
    due_ns = market.clock()
    end_ns = due_ns + round(ROUND_S * 1e9)
    while due_ns < end_ns:
        await asyncio.sleep(0.001)
        while due_ns <= market.clock():
            venue, frame = next(market.frames)
            started_ns = market.clock()
            pipeline.batch(venue, [frame], started_ns)
            ended_ns = market.clock()
            took_ns.append(ended_ns - started_ns)
            waited_ns.append(ended_ns - due_ns)
            due_ns += step_ns
        if len(took_ns) % 50 == 0:
            pipeline.timer("tick")
    return took_ns, waited_ns


async def shown(market: Market500) -> tuple[list[int], list[int], int]:
    """Feed one round with the page and its clients; return the times, and bytes they read."""
    async with page(market.run, FaceOptions()) as where:
        port = where.partition("/#")[0].rpartition(":")[2]
        readers = await asyncio.create_subprocess_exec(
            sys.executable, "-c", READER, port, str(CLIENTS), stdout=subprocess.PIPE
        )
        await asyncio.sleep(0.5)
        took_ns, waited_ns = await feed(market)
    out, _ = await readers.communicate()
    return took_ns, waited_ns, int(out)


async def measure() -> bool:
    """Measure round by round, print the figures, and tell whether the limit holds."""
    market = Market500()
    calm_the_collector()
    without: tuple[list[int], list[int]] = ([], [])
    beside: tuple[list[int], list[int]] = ([], [])
    read_bytes = 0
    await feed(market)  # warm
    for _ in range(ROUNDS):
        for kept, values in zip(without, await feed(market), strict=True):
            kept += values
        took_ns, waited_ns, size = await shown(market)
        beside[0].extend(took_ns)
        beside[1].extend(waited_ns)
        read_bytes += size
    ratio = median(beside[0]) / median(without[0])
    print(f"page: {MARKETS} markets, {FRAMES_PER_S} frames/s, {CLIENTS} streams at ten updates/s")
    for name, place in (("detection", 0), ("arrival to effects", 1)):
        figures = [
            f"{share:.0%} {quantile(values[place], share) / 1e3:.0f} µs"
            for values in (without, beside)
            for share in (0.5, 0.99)
        ]
        p99 = quantile(beside[place], 0.99) / quantile(without[place], 0.99)
        print(
            f"  {name}: without {', '.join(figures[:2])}; with {', '.join(figures[2:])}; "
            f"p99 ratio {p99:.2f}"
        )
    seconds = ROUND_S * ROUNDS
    print(f"  streams read {read_bytes / seconds / CLIENTS / 1e3:.0f} kB/s each")
    print(f"  median ratio {ratio:.3f} (limit {LIMIT_RATIO})")
    return ratio <= LIMIT_RATIO


def quantile(values: list[int], share: float) -> int:
    """Return the value below which a share of the values lies."""
    return sorted(values)[int(share * (len(values) - 1))]


def main() -> bool:
    """Run the measurement on the loop that the program uses."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure())


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
