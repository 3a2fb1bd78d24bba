"""Kalshi's request limits: token buckets a key, a slower one for callers without a key.

Wraps the REST application: checks signatures where there are any, and answers 401 and 429 itself.
See https://docs.kalshi.com/getting_started/rate_limits
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.simulation.kalshi.auth import KEY_HEADER, Credentials

COST: Final = 10
COSTS: Final = {
    ("DELETE", "/trade-api/v2/portfolio/events/orders/:order_id"): 2,
    ("GET", "/trade-api/v2/portfolio/orders/:order_id"): 2,
}


class Tier(NamedTuple):
    """A usage level: tokens a second and the most that a bucket holds, reading and writing."""

    name: str
    read: tuple[int, int]
    write: tuple[int, int]


BASIC: Final = Tier("basic", (200, 600), (100, 100))
ANONYMOUS: Final = (30, 300)
"""Three requests a second from one address, with some in hand."""


class Bucket:
    """Tokens that come back with time; starts full."""

    __slots__ = ("_at_ns", "_capacity", "_rate", "_tokens")

    def __init__(self, rate: int, capacity: int) -> None:
        self._rate = rate
        self._capacity = capacity
        self._tokens = float(capacity)
        self._at_ns: int | None = None

    def take(self, cost: int, now_ns: int) -> bool:
        """Take tokens if there are enough; say whether there were."""
        if self._at_ns is not None:
            gained = (now_ns - self._at_ns) / NS_PER_SECOND * self._rate
            self._tokens = min(self._capacity, self._tokens + max(gained, 0.0))
        self._at_ns = now_ns
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True


class Metered:
    """The REST application behind its buckets."""

    def __init__(
        self,
        app: ASGIApp,
        credentials: Credentials,
        now_ns: Callable[[], int],
        tier: Tier = BASIC,
        anonymous: tuple[int, int] = ANONYMOUS,
    ) -> None:
        self._app = app
        self._credentials = credentials
        self._now_ns = now_ns
        self._anonymous = anonymous
        self._buckets: dict[tuple[str, bool], Bucket] = {}
        self.tier = tier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = {k.decode("latin-1").upper(): v.decode("latin-1") for k, v in scope["headers"]}
        method, path = scope["method"], scope["path"]
        key, now_ns = headers.get(KEY_HEADER, ""), self._now_ns()
        is_signed = bool(key)
        if is_signed and not self._credentials.accepts(headers, method, path, now_ns // NS_PER_MS):
            return refusal(401, "token_authentication_failure", "token authentication failure")
        if not is_signed and ("/account/" in path or "/portfolio/" in path):
            return refusal(401, "missing_authentication", "authentication required")
        if self._bucket(key, method == "GET").take(cost_of(method, path), now_ns):
            return None
        return refusal(429, "too_many_requests", "too many requests")

    def _bucket(self, key: str, is_read: bool) -> Bucket:
        made = self._buckets.get((key, is_read))
        if made is None:
            limits = (self.tier.read if is_read else self.tier.write) if key else self._anonymous
            made = self._buckets[key, is_read] = Bucket(*limits)
        return made


def cost_of(method: str, path: str) -> int:
    """Return what a request costs in tokens."""
    for (listed, pattern), cost in COSTS.items():
        begin = pattern.partition(":")[0]
        rest = path.removeprefix(begin)
        if method == listed and path.startswith(begin) and rest != "batched" and "/" not in rest:
            return cost
    return COST


def limits_answer(tier: Tier = BASIC) -> dict[str, Any]:
    """Return what `/account/limits` tells a key of a tier."""
    (read, most_read), (write, most_write) = tier.read, tier.write
    return {
        "usage_tier": tier.name,
        "read": {"refill_rate": read, "bucket_capacity": most_read},
        "write": {"refill_rate": write, "bucket_capacity": most_write},
        "grants": [],
    }


def costs_answer() -> dict[str, Any]:
    """Return what `/account/endpoint_costs` tells: the default and what differs from it."""
    differing = [
        {"method": method, "path": path, "cost": cost} for (method, path), cost in COSTS.items()
    ]
    return {"default_cost": COST, "endpoint_costs": differing}


def refusal(status: int, code: str, message: str) -> Response:
    """Return an error as production wraps it."""
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)
