"""How long one calculation of the index takes over eight books of 1,000 levels a side.

Run `python -m bench.brti [--json]`. Three paths: the running book (the changes of 200 ms applied,
then calculated), the calculation alone, and everything anew from eight snapshots. Seeded; the
same books every time. Gate: the running sum gives the same index as a fresh one.
"""

import argparse
import json
import random
import statistics
import time
from typing import Any

from msgspec.structs import replace

from underround.core.windows.index import IndexCalculator
from underround.core.windows.index_parameters import IndexParameters, SampleReading
from underround.core.windows.spot_event import Exchange, Level, SpotDelta, SpotSnapshot
from underround.core.windows.spot_units import ONE_E8

LEVELS_A_SIDE = 1_000
CHANGES_A_TICK = 25  # level changes of each exchange in 200 ms
MID_CENTS = 8_000_000
GOAL_MS = 5.0
CENT_E8 = ONE_E8 // 100


def ladder(dice: random.Random, touch_cents: int, direction: int) -> list[Level]:
    """Return levels outwards from the touch, gaps of some dollars and sizes as on real books."""
    levels = []
    cents = touch_cents
    for _ in range(LEVELS_A_SIDE):
        levels.append((cents * CENT_E8, round(min(dice.paretovariate(1.2) * 0.02, 40) * ONE_E8)))
        cents += direction * dice.randint(1, 160)
    return levels


def snapshots(seed: int) -> list[SpotSnapshot]:
    """Return the eight books."""
    dice = random.Random(seed)
    books = []
    for name in Exchange:
        mid = MID_CENTS + dice.randint(-300, 300)
        half = dice.randint(1, 400)
        bids, asks = ladder(dice, mid - half, -1), ladder(dice, mid + half, 1)
        books.append(SpotSnapshot(name, bids, asks, 0))
    return books


def deltas(dice: random.Random, books: list[SpotSnapshot]) -> list[SpotDelta]:
    """Return one tick's changes: sizes set anew near the touch, some levels removed."""
    events = []
    for book in books:
        event = SpotDelta(book.exchange, [], [], 0)
        for _ in range(CHANGES_A_TICK):
            source, target = dice.choice(((book.bids, event.bids), (book.asks, event.asks)))
            price_e8, size_e8 = source[min(int(dice.expovariate(0.02)), LEVELS_A_SIDE - 1)]
            size_e8 = 0 if dice.random() < 0.3 else round(size_e8 * dice.uniform(0.5, 2))
            target.append((price_e8, size_e8))
        events.append(event)
    return events


def measure(parameters: IndexParameters, rounds: int, seed: int) -> dict[str, list[float]]:
    """Return milliseconds of every round, by path."""
    dice = random.Random(seed)
    books = snapshots(seed)
    running = IndexCalculator(parameters)
    for book in books:
        running.apply(book)
    value = running.calculate(0)
    figures: dict[str, list[float]] = {"running": [], "calculation": [], "anew": []}
    for _ in range(rounds):
        events = deltas(dice, books)
        started = time.perf_counter()
        for event in events:
            running.apply(event)
        applied = time.perf_counter()
        value = running.calculate(0)
        ended = time.perf_counter()
        figures["running"].append((ended - started) * 1e3)
        figures["calculation"].append((ended - applied) * 1e3)
    assert len(value.used) == len(Exchange), value.refused
    for _ in range(max(rounds // 10, 5)):
        whole = [
            SpotSnapshot(name, list(book.bids), list(book.asks), 0)
            for name, book in running.pool.books.items()
        ]
        started = time.perf_counter()
        fresh = IndexCalculator(parameters)
        for book in whole:
            fresh.apply(book)
        again = fresh.calculate(0)
        figures["anew"].append((time.perf_counter() - started) * 1e3)
        assert again.index == value.index, "the running sum differs from a fresh one"
    return figures


def measured(rounds: int, seed: int) -> dict[str, Any]:
    """Return the report: medians and 99th percentiles by sample reading and path."""
    report: dict[str, Any] = {"levels_a_side": LEVELS_A_SIDE, "goal_ms": GOAL_MS}
    for sample in SampleReading:
        parameters = replace(IndexParameters(), sample=sample)
        report[str(sample)] = {
            path: {
                "median_ms": round(statistics.median(values), 3),
                "p99_ms": round(statistics.quantiles(values, n=100)[98], 3),
            }
            for path, values in measure(parameters, rounds, seed).items()
        }
    report["met"] = report["max50"]["running"]["median_ms"] < GOAL_MS
    return report


def main() -> int:
    """Measure under the default sample and under the one that takes every level near."""
    parser = argparse.ArgumentParser(description="BRTI over eight books of 1,000 levels a side")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    report = measured(options.rounds, options.seed)
    if options.json:
        print(json.dumps(report))
    else:
        for sample in SampleReading:
            for path, row in report[sample].items():
                print(f"{sample}  {path:12} median {row['median_ms']} ms, p99 {row['p99_ms']} ms")
        verdict = "met" if report["met"] else "missed"
        print(f"goal: median of the running path below {GOAL_MS} ms, {verdict}")
    return 0 if report["met"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
