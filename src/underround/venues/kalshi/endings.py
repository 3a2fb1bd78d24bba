"""Which of Kalshi's markets trade no more, from a page of /markets. Pure.

A market goes from active to closed, determined (perhaps disputed and amended) and finalized; a
paused one ("inactive") may trade again.
"""

from typing import Final

import msgspec
from msgspec import Struct

from underround.core.instrument import Venue
from underround.venues.errors import UnreadableError

_OVER: Final = frozenset({"closed", "determined", "disputed", "amended", "finalized", "settled"})


class _State(Struct):
    ticker: str
    status: str = ""


class _Page(Struct):
    markets: list[_State]


def decode_ended(body: bytes) -> dict[str, str]:
    """Return the tickers on a page that trade no more, with the state each is in.

    Raises UnreadableError when it is not such a page.
    """
    try:
        page = msgspec.json.decode(body, type=_Page)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = f"list of markets cannot be read: {error}"
        raise UnreadableError(Venue.KALSHI, problem, retryable=True) from None
    return {each.ticker: each.status for each in page.markets if each.status in _OVER}
