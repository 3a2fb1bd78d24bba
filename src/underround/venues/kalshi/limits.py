"""How fast Kalshi may be asked: the account's token buckets and what each request costs.

Read from `/account/limits` and `/account/endpoint_costs`; without a key there is a slower pace by
address. Pure. https://docs.kalshi.com/getting_started/rate_limits
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.instrument import Venue
from underround.venues.errors import UnreadableError
from underround.venues.rate_limit import Pace, TokenBucket

DEFAULT_COST: Final = 10
PREFIX: Final = "/trade-api/v2"
LIMITS_PATH: Final = "/account/limits"
COSTS_PATH: Final = "/account/endpoint_costs"
_USED_SHARE: Final = 0.9
_ANONYMOUS_PER_S: Final = 25  # of the 30 tokens (three requests) granted an address
_BASIC_PER_S: Final = 180  # of the lowest level's 200, until the account's own are known


class WireBucket(Struct):
    """One token bucket of an account."""

    refill_rate: int
    bucket_capacity: int


class WireLimits(Struct):
    """The answer of `/account/limits`."""

    read: WireBucket
    write: WireBucket
    usage_tier: str = ""


class WireCost(Struct):
    """What one endpoint costs; a path's parts may be `:name` or `*name`."""

    method: str
    path: str
    cost: int


class WireCosts(Struct):
    """The answer of `/account/endpoint_costs`."""

    default_cost: int
    endpoint_costs: list[WireCost]


class Costs:
    """What requests cost in tokens."""

    def __init__(self, default: int = DEFAULT_COST, listed: Iterable[WireCost] = ()) -> None:
        self._default = default
        self._listed = [
            (each.method, _parts(each.path.removeprefix(PREFIX)), each.cost) for each in listed
        ]

    def of(self, method: str, path: str) -> float:
        """Return the tokens of a request; `path` counts from /trade-api/v2."""
        asked = _parts(path)
        for listed_method, parts, cost in self._listed:
            if listed_method == method and _fits(parts, asked):
                return cost
        return self._default


def pace_of(is_keyed: bool, limits: WireLimits | None = None, costs: Costs | None = None) -> Pace:
    """Return the pace of reading: the account's where it is known, else the lowest granted."""
    counted = costs or Costs()
    if not is_keyed:
        bucket = TokenBucket(_ANONYMOUS_PER_S, 2 * _ANONYMOUS_PER_S)
    elif limits is None:
        bucket = TokenBucket(_BASIC_PER_S, 2 * _BASIC_PER_S)
    else:
        bucket = bucket_of(limits.read)
    return Pace(bucket, cost_of=counted.of)


def bucket_of(limit: WireBucket) -> TokenBucket:
    """Return a bucket a little smaller than the venue's own, which counts by its own clock."""
    return TokenBucket(
        limit.refill_rate * _USED_SHARE, max(1.0, limit.bucket_capacity * _USED_SHARE)
    )


def decode_limits(body: bytes) -> WireLimits:
    """Read an account's buckets; UnreadableError when it is not such an answer."""
    try:
        limits = msgspec.json.decode(body, type=WireLimits)
        if min(limits.read.refill_rate, limits.write.refill_rate) <= 0:
            raise ValueError("a bucket that is never filled")
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _unreadable("account limits", error) from None
    return limits


def decode_costs(body: bytes) -> Costs:
    """Read what endpoints cost; UnreadableError when it is not such an answer."""
    try:
        answer = msgspec.json.decode(body, type=WireCosts)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable("endpoint costs", error) from None
    return Costs(answer.default_cost, answer.endpoint_costs)


def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/"))


def _fits(listed: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    for number, part in enumerate(listed):
        if part.startswith("*"):
            return len(asked) > number
        if number >= len(asked) or (not part.startswith(":") and part != asked[number]):
            return False
    return len(listed) == len(asked)


def _unreadable(what: str, why: object) -> UnreadableError:
    return UnreadableError(Venue.KALSHI, f"{what} cannot be read: {why}", retryable=True)
