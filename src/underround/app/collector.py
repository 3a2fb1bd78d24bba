"""The garbage collector's policy: what stands at the start is never looked at again.

A full collection over a large heap takes tens of milliseconds; frozen objects cost nothing.
"""

import gc

THRESHOLDS = (50_000, 20, 100)


def calm_the_collector() -> None:
    """Collect once, freeze what is left, and collect rarely from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
