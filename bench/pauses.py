"""The collector's longest pause with 300,000 live objects, under the program's own policy.

Policy: collect and freeze once everything stands, high thresholds afterwards. Measured as the
longest time between two steps of a loop that makes and keeps objects as a run does.
"""

import gc
import time

from underround.app.collector import calm_the_collector

LIVE_OBJECTS = 300_000
STEPS = 400_000
LIMIT_MS = 5.0
KEPT = 90_000


def longest_pause_ms(keeps: int) -> float:
    """Run a loop that keeps two objects every few steps; return its longest step."""
    kept: list[list[int]] = []
    longest_ns = 0
    before_ns = time.perf_counter_ns()
    for step in range(STEPS):
        made = [step]
        if step % 4 == 0:
            kept.append(made)
            if len(kept) > keeps:
                kept = []
        now_ns = time.perf_counter_ns()
        longest_ns = max(longest_ns, now_ns - before_ns)
        before_ns = now_ns
    return longest_ns / 1e6


def collector_pauses_ms(keeps: int) -> list[float]:
    """Return the length of every collection during the loop."""
    started_ns = 0
    pauses: list[float] = []

    def watch(phase: str, info: dict[str, int]) -> None:
        nonlocal started_ns
        if phase == "start":
            started_ns = time.perf_counter_ns()
        else:
            pauses.append((time.perf_counter_ns() - started_ns) / 1e6)

    gc.callbacks.append(watch)
    try:
        longest_pause_ms(keeps)
    finally:
        gc.callbacks.remove(watch)
    return pauses


def main() -> bool:
    """Print pauses with Python's default and with the program's policy; tell if the limit holds."""
    live = [[[number], [number]] for number in range(LIVE_OBJECTS // 3)]
    default = collector_pauses_ms(KEPT)
    calm_the_collector()
    ours = collector_pauses_ms(KEPT)
    gc.unfreeze()
    gc.set_threshold(700, 10, 10)
    print(
        f"collector with {len(live) * 3:,} live objects: longest pause "
        f"{max(default, default=0):.2f} ms by default, {max(ours, default=0):.2f} ms here "
        f"(limit {LIMIT_MS} ms), {len(default)} and {len(ours)} collections"
    )
    return max(ours, default=0) < LIMIT_MS


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
