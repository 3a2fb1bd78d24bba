"""How fast Polymarket may be asked; numbers of its documentation, with room left below each.

Its edge delays what is too fast instead of refusing it, so going over shows as old answers, not as
errors. https://docs.polymarket.com/quickstart/introduction/rate-limits
"""

from typing import Final

from underround.venues.rate_limit import Pace, TokenBucket

PER_10_S: Final = {
    "clob": 9_000,
    "/book": 1_500,
    "/books": 500,
    "gamma": 4_000,
    "/markets/keyset": 300,
    "/events/keyset": 500,
}
"""What the venue allows an address in ten seconds, by host and by path."""

USED_SHARE: Final = 0.5
"""Other programs may share the address."""


def clob_pace() -> Pace:
    """Return the pace of the CLOB's reading paths."""
    return Pace(_bucket("clob"), {path: _bucket(path) for path in ("/book", "/books")})


def gamma_pace() -> Pace:
    """Return the pace of Gamma's lists."""
    paths = ("/markets/keyset", "/events/keyset")
    return Pace(_bucket("gamma"), {path: _bucket(path) for path in paths})


def _bucket(name: str) -> TokenBucket:
    per_s = PER_10_S[name] / 10 * USED_SHARE
    return TokenBucket(per_s, max(per_s, 10.0))
