"""Kalshi's token buckets: what an account is granted, and what each request costs."""

import json

import pytest

from tests.recordings import recording
from underround.venues.errors import UnreadableError
from underround.venues.kalshi.limits import Costs, decode_costs, decode_limits, pace_of

LIMITS = json.dumps(
    {
        "grants": [],
        "usage_tier": "basic",
        "read": {"bucket_capacity": 600, "refill_rate": 200},
        "write": {"bucket_capacity": 100, "refill_rate": 100},
    }
).encode()
COSTS = json.dumps(
    {
        "default_cost": 10,
        "endpoint_costs": [
            {"cost": 2, "method": "GET", "path": "/trade-api/v2/portfolio/orders/:order_id"},
            {"cost": 50, "method": "GET", "path": "/trade-api/v2/cfbenchmarks/*endpoint"},
            {"cost": 3, "method": "GET", "path": "/trade-api/v2/exchange/status"},
        ],
    }
).encode()


@pytest.mark.parametrize(
    ("method", "path", "cost"),
    [
        ("GET", "/portfolio/orders/abc", 2),
        ("DELETE", "/portfolio/orders/abc", 10),
        ("GET", "/portfolio/orders", 10),
        ("GET", "/portfolio/orders/abc/queue", 10),
        ("GET", "/cfbenchmarks/values", 50),
        ("GET", "/cfbenchmarks/history/values", 50),
        ("GET", "/cfbenchmarks", 10),
        ("GET", "/exchange/status", 3),
        ("GET", "/markets", 10),
    ],
)
def test_costs(method: str, path: str, cost: int):
    assert decode_costs(COSTS).of(method, path) == cost


def granted(is_keyed: bool, limits: bytes | None = None) -> int:
    """Count the requests that pass at once."""
    pace = pace_of(is_keyed, None if limits is None else decode_limits(limits), Costs())
    count = 0
    while pace.reserve(0, "GET", "/markets") == 0.0:
        count += 1
    return count


def test_an_account_s_own_bucket_is_used_less_a_margin():
    assert granted(True, LIMITS) == 54  # noqa: FBT003
    assert granted(True) == 36  # noqa: FBT003
    assert granted(False) == 5  # noqa: FBT003


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", LIMITS.replace(b'"refill_rate": 200', b'"refill_rate": 0')]
)
def test_unreadable_limits(body: bytes):
    with pytest.raises(UnreadableError, match=r"^kalshi: account limits cannot be read: "):
        decode_limits(body)


def test_unreadable_costs():
    with pytest.raises(UnreadableError, match=r"^kalshi: endpoint costs cannot be read: "):
        decode_costs(b'{"default_cost":"ten"}')


@pytest.mark.shared
def test_recorded_answers():
    folder = recording("kalshi/rest_real")
    limits = decode_limits((folder / "GET_account_limits_demo_2026-07-06.json").read_bytes())
    assert (limits.usage_tier, limits.read.refill_rate) == ("basic", 200)
    costs = decode_costs((folder / "GET_account_endpoint_costs_demo_2026-07-06.json").read_bytes())
    assert costs.of("GET", "/cfbenchmarks/values") == 50
    assert costs.of("DELETE", "/portfolio/events/orders/abc") == 2
    assert costs.of("GET", "/markets") == 10
