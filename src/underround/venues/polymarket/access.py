"""Whether and how Polymarket may be traded from here: the place, and the API key of a wallet.

Asks, and never evades: a blocked place is an answer. https://docs.polymarket.com/polymarket-learn
"""

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct

from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND
from underround.venues.errors import RefusedError, UnreadableError
from underround.venues.order_line import OrderLine
from underround.venues.polymarket.signing import ApiKey, Wallet, wallet_headers

GEOBLOCK: Final = "/api/geoblock"


class Place(Struct, frozen=True):
    """Where the venue sees us, and whether it takes orders from there."""

    blocked: bool
    country: str = ""
    region: str = ""


class _WireKey(Struct, rename={"api_key": "apiKey"}):
    api_key: str
    secret: str
    passphrase: str


async def read_place(line: OrderLine) -> Place:
    """Ask whether trading is blocked from here; a 403 is a yes.

    Raises UnsentError, UnansweredError, RefusedError or UnreadableError: then nobody knows, and
    nothing may be traded.
    """
    answer = await line.send("GET", line.prefix + GEOBLOCK, {})
    if answer.status == 403:
        return Place(blocked=True)
    if answer.status != 200:
        problem = f"GET {GEOBLOCK} answered HTTP {answer.status}"
        raise RefusedError(Venue.POLYMARKET, problem, retryable=True, status=answer.status)
    try:
        return msgspec.json.decode(answer.body, type=Place)
    except (msgspec.DecodeError, RecursionError):
        problem = f"GET {GEOBLOCK} answered something that does not say where we are"
        raise UnreadableError(Venue.POLYMARKET, problem, retryable=True) from None


async def obtain_key(
    line: OrderLine, wallet: Wallet, wall_ns: Callable[[], int], nonce: int = 0
) -> ApiKey:
    """Recover the wallet's API key, or make it when there is none yet.

    Raises UnsentError, UnansweredError, RefusedError or UnreadableError.
    """
    answer = None
    for method, path in (("GET", "/auth/derive-api-key"), ("POST", "/auth/api-key")):
        headers = wallet_headers(wallet, wall_ns() // NS_PER_SECOND, nonce)
        answer = await line.send(method, line.prefix + path, headers)
        if answer.status in (200, 201):
            try:
                made = msgspec.json.decode(answer.body, type=_WireKey)
            except (msgspec.DecodeError, RecursionError):
                problem = f"{path} answered something that is no API key"
                raise UnreadableError(Venue.POLYMARKET, problem, retryable=False) from None
            return ApiKey(made.api_key, made.secret, made.passphrase)
        if answer.status in (401, 403):
            break
    assert answer is not None
    problem = f"no API key for {wallet.address}: HTTP {answer.status}"
    raise RefusedError(Venue.POLYMARKET, problem, retryable=False, status=answer.status)
