"""How many writes a venue grants: a token bucket that says no, with a reserve for what is urgent.

Urgent is what makes an exposure smaller: cancels, hedges, what gives back. An order that would have
to wait is refused instead: a late order is worse than none. Reads no clock.
"""

from typing import Final

_NS: Final = 1_000_000_000


class OrderBudget:
    """`rate_per_s` tokens a second, at most `burst`; entries leave `reserve` of them."""

    __slots__ = ("_at_ns", "_burst", "_closed_until_ns", "_rate_per_s", "_reserve", "_tokens")

    def __init__(self, rate_per_s: float, burst: float, reserve: float) -> None:
        if rate_per_s <= 0 or not 0 <= reserve < burst:
            raise ValueError(f"a budget of {rate_per_s}/s, {burst} less {reserve}, allows nothing")
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._reserve = reserve
        self._tokens = burst
        self._at_ns: int | None = None
        self._closed_until_ns = 0

    def take(self, now_ns: int, cost: float, *, is_urgent: bool = False) -> bool:
        """Take tokens if they are there, what is urgent from the reserve too; a monotonic time."""
        if self._at_ns is not None and now_ns > self._at_ns:
            gained = (now_ns - self._at_ns) / _NS * self._rate_per_s
            self._tokens = min(self._burst, self._tokens + gained)
        self._at_ns = max(now_ns, self._at_ns or now_ns)
        left = self._tokens - cost - (0 if is_urgent else self._reserve)
        if left < 0 or (now_ns < self._closed_until_ns and not is_urgent):
            return False
        self._tokens -= cost
        return True

    def pause(self, now_ns: int, seconds: float) -> None:
        """Let no order through for so long: the venue said that we were too fast."""
        self._closed_until_ns = max(self._closed_until_ns, now_ns + int(seconds * _NS))
