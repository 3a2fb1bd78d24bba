"""Signals that wait for a moment because money is short, so that the best use of it goes first.

Pure. With money for all of them a signal is traded the moment it is raised and never comes here.
"""

from underround.core.opportunity import Signal


class Offers:
    """Signals by their keys, until they are asked for, best first."""

    def __init__(self) -> None:
        self._waiting: dict[str, Signal] = {}

    def wait(self, key: str, signal: Signal) -> None:
        """Take a signal in; a later one of the same key takes its place."""
        self._waiting[key] = signal

    def closed(self, signal: Signal) -> None:
        """Forget what waits of an opportunity that is over."""
        self._waiting = {k: each for k, each in self._waiting.items() if each.id != signal.id}

    def best_first(self) -> list[tuple[str, Signal]]:
        """Return all that wait, the highest return on capital per day first, and forget them."""
        ranked = sorted(self._waiting.items(), key=lambda each: _return(each[1]), reverse=True)
        self._waiting.clear()
        return ranked


def _return(signal: Signal) -> tuple[int, int]:
    """Return what a signal is ranked by; one that may resolve at any time comes last."""
    annual_bps = signal.annual_return_bps
    return -1 if annual_bps is None else annual_bps, signal.return_bps
