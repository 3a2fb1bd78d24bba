"""A ladder of 200 rungs solved: our one pass, and HiGHS on the same program for comparison.

Gate: on every ladder the exact answer is worth what the linear program finds, less what rounding
may take. Each rung has its own book of ten levels a side, mirrored as the venues mirror them.
"""

import math
import random
import statistics
import time

from underround.app.structures.basket_solver import size_basket
from underround.core.arbitrage.basket import Claim, cluster_of
from underround.core.arbitrage.ladder import Rung, solve
from underround.core.fees import PolymarketReading, kalshi_terms, polymarket_terms
from underround.core.instrument import Outcome
from underround.core.sizing import BuyLadder

RUNGS = 200
LADDERS = 40
LEVELS = 10
LIMIT_MS = 15.0
THRESHOLD_E6 = 5_000
TERMS = (
    kalshi_terms("quadratic", "1"),
    polymarket_terms("0.07", reading=PolymarketReading.DOLLARS),
)


def make(seed: int, noise_e4: int) -> list[Rung]:
    """Return a ladder whose quotes stray from a smooth curve by `noise_e4` either way."""
    chance = random.Random(seed)
    rungs = []
    for number in range(RUNGS):
        fair = 1 / (1 + math.exp((number - RUNGS / 2) / 25))
        middle_e4 = round(fair * 10_000 / 10) * 10 + chance.randrange(-noise_e4, noise_e4 + 1, 10)
        middle_e4 = min(max(middle_e4, 300), 9_700)
        terms = TERMS[number % 2]
        asks = [(middle_e4 + 50 + 10 * step, _size(chance)) for step in range(LEVELS)]
        bids = [(middle_e4 - 50 - 10 * step, _size(chance)) for step in range(LEVELS)]
        no = [(10_000 - price_e4, size_e6) for price_e4, size_e6 in bids]
        rungs.append(
            Rung(yes=[BuyLadder(levels=asks, fees=terms)], no=[BuyLadder(levels=no, fees=terms)])
        )
    return rungs


def _size(chance: random.Random) -> int:
    return chance.randrange(100, 50_000) * 10_000


def by_program(rungs: list[Rung]) -> int:
    """Return the profit that HiGHS finds for the same ladder, usd_e6."""
    worlds = [[number < end for number in range(RUNGS)] for end in range(RUNGS + 1)]
    claims = [Claim(number, side) for number in range(RUNGS) for side in Outcome]
    ladders = [ladder for rung in rungs for ladder in (*rung.yes, *rung.no)]
    sizing = size_basket(cluster_of(worlds, claims), ladders, THRESHOLD_E6)
    return 0 if sizing is None else sizing.edge_usd_e6


def measure(noise_e4: int) -> dict[str, float]:
    """Solve every ladder; return medians in milliseconds. AssertionError when HiGHS disagrees."""
    ours_ms, theirs_ms, found = [], [], 0
    for seed in range(LADDERS):
        rungs = make(seed, noise_e4)
        started = time.perf_counter_ns()
        solved = solve(rungs, THRESHOLD_E6)
        ours_ms.append((time.perf_counter_ns() - started) / 1e6)
        found += solved is not None
        if seed % 8:
            continue
        started = time.perf_counter_ns()
        expected_e6 = by_program(rungs)
        theirs_ms.append((time.perf_counter_ns() - started) / 1e6)
        edge_e6 = 0 if solved is None else solved.sizing.edge_usd_e6
        assert abs(edge_e6 - expected_e6) <= max(expected_e6 // 1_000, 50_000), (seed, edge_e6)
    return {
        "noise_e4": noise_e4,
        "rungs": RUNGS,
        "found": found,
        "of": LADDERS,
        "median_ms": statistics.median(ours_ms),
        "worst_ms": max(ours_ms),
        "limit_ms": LIMIT_MS,
        "highs_ms": statistics.median(theirs_ms),
    }


def main() -> None:
    for noise_e4 in (0, 150, 600):
        measured = measure(noise_e4)
        print(
            "  ".join(
                f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
                for name, value in measured.items()
            )
        )


if __name__ == "__main__":
    main()
