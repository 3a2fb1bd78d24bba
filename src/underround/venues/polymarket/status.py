"""Whether Polymarket's matching engine takes orders, from what its order paths answer. Pure.

While it restarts (weekly, some 90 s) they answer 425; then, for some two minutes, 503 with
`post_only_mode`: orders may rest, none may take. Books and sockets show nothing of it.
https://docs.polymarket.com/trading/matching-engine
"""

from typing import Final

from underround.core.venue_status import VenueState

PROBE_PATH: Final = "/order"
"""Asked with an empty order and no key; running normally the answer is a refusal of the key."""

_POST_ONLY: Final = "post_only"
_UNAVAILABLE: Final = frozenset({500, 502, 503, 504})
_PATIENCE: Final = 2
"""So many failures in a row before a bad gateway counts as the venue's state."""


class MatchingEngine:
    """The state that the answers so far amount to; `reason` says what was answered."""

    __slots__ = ("_failures", "reason", "state")

    def __init__(self) -> None:
        self.state = VenueState.NORMAL
        self.reason = ""
        self._failures = 0

    def answered(self, status: int, code: str) -> bool:
        """Take in an answer of an order path; tell whether the state changed."""
        before = self.state
        if status == 425:
            self._become(VenueState.RESTARTING, "its matching engine restarts (HTTP 425)")
        elif status == 503 and _POST_ONLY in code:
            self._become(VenueState.POST_ONLY, "orders may only rest (HTTP 503 post_only_mode)")
        elif status in _UNAVAILABLE:
            self._failures += 1
            if self._failures >= _PATIENCE:
                self.state = VenueState.RESTARTING
                self.reason = f"orders cannot be placed (HTTP {status})"
        elif status == 429:
            pass  # says nothing of the engine
        else:
            self._become(VenueState.NORMAL, "")
        return self.state is not before

    def _become(self, state: VenueState, reason: str) -> None:
        self.state, self.reason, self._failures = state, reason, 0
