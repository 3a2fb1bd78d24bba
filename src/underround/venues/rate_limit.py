"""How fast a venue may be asked: a token bucket that answers with a wait, in whole nanoseconds.

Sleeps never and reads no clock; the caller passes the time and does the waiting.
"""

from collections.abc import Callable, Mapping
from typing import Final

_NS: Final = 1_000_000_000


class TokenBucket:
    """`rate_per_s` tokens a second, at most `burst` saved up; starts full.

    Tokens may go negative: a caller reserves its place in the queue and waits that long, so that
    callers are served in order and the long-run rate holds however many wait.
    """

    __slots__ = ("_at_ns", "_burst", "_rate_per_s", "_tokens")

    def __init__(self, rate_per_s: float, burst: float) -> None:
        if rate_per_s <= 0 or burst < 1:
            raise ValueError(f"a bucket of {rate_per_s}/s with burst {burst} lets nothing through")
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._tokens = burst
        self._at_ns: int | None = None

    def reserve(self, now_ns: int, cost: float = 1.0) -> float:
        """Take `cost` tokens and return the seconds to wait before using them.

        `now_ns` is a monotonic time; an earlier one than before counts as no time passed.
        """
        self._refill(now_ns)
        self._tokens -= cost
        return max(0.0, -self._tokens / self._rate_per_s)

    def pause(self, now_ns: int, seconds: float) -> None:
        """Let nothing through for `seconds`: the venue said so."""
        self._refill(now_ns)
        self._tokens = min(self._tokens, 1.0 - seconds * self._rate_per_s)

    def _refill(self, now_ns: int) -> None:
        if self._at_ns is not None and now_ns > self._at_ns:
            gained = (now_ns - self._at_ns) / _NS * self._rate_per_s
            self._tokens = min(self._burst, self._tokens + gained)
        if self._at_ns is None or now_ns > self._at_ns:
            self._at_ns = now_ns


class Pace:
    """The buckets that a venue's requests wait for, and what each request costs.

    Every request takes from `bucket` as much as `cost_of(method, path)` says; paths named in
    `by_path` take one from their own bucket as well. Both may be exchanged while running.
    """

    __slots__ = ("_by_path", "bucket", "cost_of")

    def __init__(
        self,
        bucket: TokenBucket,
        by_path: Mapping[str, TokenBucket] | None = None,
        cost_of: Callable[[str, str], float] | None = None,
    ) -> None:
        self.bucket = bucket
        self.cost_of = cost_of
        self._by_path = dict(by_path or {})

    def reserve(self, now_ns: int, method: str, path: str) -> float:
        """Take a request's tokens and return the seconds to wait before sending it."""
        cost = 1.0 if self.cost_of is None else self.cost_of(method, path)
        wait_s = self.bucket.reserve(now_ns, cost)
        own = self._by_path.get(path)
        return wait_s if own is None else max(wait_s, own.reserve(now_ns))

    def pause(self, now_ns: int, seconds: float) -> None:
        """Let nothing through for `seconds`: the venue said so."""
        self.bucket.pause(now_ns, seconds)
