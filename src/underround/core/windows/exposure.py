"""How the price path until the close moves a settlement mean: weights over remaining time.

A move of the index now moves every print still to come, a later move fewer of them. From the
pieces (duration, weight) follow variance, jumps and delta, before and inside the window alike.
"""

from collections.abc import Sequence
from typing import TypeAlias

Piece: TypeAlias = tuple[float, float]
"""(duration in seconds, share of the mean that a move within it reaches)."""


def exposure(seconds_to_close: int, locked_count: int, prints: int) -> list[Piece]:
    """Return the pieces of time from the last known price to the last print, in order.

    Before the window (seconds_to_close > prints) the price stands at now. Inside, it stands at the
    last print received: the prints not received count as still to come, one second apart.
    Raises ValueError for prints locked before the window or more than there are.
    """
    if not 0 <= locked_count <= prints:
        raise ValueError(f"{locked_count} prints locked, a window has {prints}")
    if seconds_to_close < 0:
        raise ValueError(f"{seconds_to_close} s to close: the window is over")
    if seconds_to_close > prints:
        if locked_count:
            raise ValueError(
                f"{locked_count} prints locked {seconds_to_close} s before the close: "
                f"the first print is stamped {prints} s before it"
            )
        head: list[Piece] = [(float(seconds_to_close - prints), 1.0)]
        return head + [(1.0, place / prints) for place in range(prints - 1, 0, -1)]
    remaining = prints - locked_count
    return [(1.0, place / prints) for place in range(remaining, 0, -1)]


def variance_seconds(pieces: Sequence[Piece]) -> float:
    """Return Var(mean) / sigma^2 in seconds, for independent increments.

    Equals tau - 40.497 before a window of 60 prints, r(r+1)(2r+1)/(6·3600) with r prints to come.
    """
    return sum(duration * weight * weight for duration, weight in pieces)
