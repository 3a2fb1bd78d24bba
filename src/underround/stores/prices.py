"""The shared price cache: what a venue asks for YES and NO at present, for everyone to read.

An entry lives at the key `price:{ID}:venue`, the braces being part of it (they are Redis's hash
tag), as JSON, for 60 seconds. `memory` and `redis` keep it; this module only says what they do.
The cache is soft state: it may vanish at any time, and nothing that concerns money rests on it.
"""

from decimal import Decimal
from typing import Final, Literal, Protocol

import msgspec
from msgspec import Struct

from underround.core.units import NS_PER_SECOND

TTL_S: Final = 60.0
REFRESH_S: Final = 20.0
KEY_PATTERN: Final = "price:{*}:*"

PriceKey = tuple[str, str]
"""An instrument's id and its venue."""


class Price(Struct, frozen=True, gc=False):
    """What the two outcomes cost: ten-thousandths of a dollar, None where nothing is offered."""

    yes_e4: int | None
    no_e4: int | None
    at_ns: int


class StoreStatus(Struct, frozen=True):
    """How a store is doing: `pending` writes wait for it, `lost` were given up."""

    state: Literal["connected", "disconnected"]
    reason: str | None = None
    pending: int = 0
    lost: int = 0


class Prices(Protocol):
    """The price cache. `mark` and `drop` cost under a microsecond and never wait or fail."""

    def mark(
        self,
        instrument_id: str,
        venue: str,
        yes_e4: int | None,
        no_e4: int | None,
        at_ns: int,
        *,
        refreshed: bool = True,
    ) -> None:
        """Note a price, in place of the one before it.

        A `refreshed` entry is kept alive until it is dropped: that is the price of a LIVE book.
        Any other expires 60 seconds after it was marked.
        """

    def drop(self, instrument_id: str, venue: str) -> None:
        """Delete an entry: the book is no longer LIVE."""

    async def flush(self) -> None:
        """Wait until what was marked so far can be read by others, or the store is down."""

    async def get(self, instrument_id: str, venue: str) -> Price | None:
        """Return an entry, None when there is none; ConnectionError while the store is down."""

    async def all(self) -> dict[PriceKey, Price]:
        """Return every entry; ConnectionError while the store is down."""

    async def count(self) -> dict[str, int]:
        """Return how many entries each venue has; ConnectionError while the store is down."""

    async def clear(self) -> None:
        """Delete every entry; ConnectionError while the store is down."""

    def status(self) -> StoreStatus:
        """Return how the store is doing."""


class _Entry(Struct):
    yes_e4: int | None
    no_e4: int | None
    timestamp: Decimal


_decode_entry = msgspec.json.Decoder(_Entry).decode


def price_key(instrument_id: str, venue: str) -> str:
    """Return the key of an entry: `price:{ID}:venue`, with these braces."""
    return f"price:{{{instrument_id}}}:{venue}"


def parse_price_key(key: str) -> PriceKey | None:
    """Return the id and the venue of a key; None for a key of another kind."""
    instrument_id, separator, venue = key.removeprefix("price:{").rpartition("}:")
    return (instrument_id, venue) if separator and key.startswith("price:{") else None


def encode_price(yes_e4: int | None, no_e4: int | None, at_ns: int) -> str:
    """Return an entry's JSON; its timestamp is in epoch seconds, exact to the nanosecond."""
    seconds, rest_ns = divmod(at_ns, NS_PER_SECOND)
    yes = "null" if yes_e4 is None else yes_e4
    no = "null" if no_e4 is None else no_e4
    return f'{{"yes_e4":{yes},"no_e4":{no},"timestamp":{seconds}.{rest_ns:09d}}}'


def decode_price(entry: bytes) -> Price:
    """Return the price that an entry holds; ValueError when it is not one."""
    try:
        decoded = _decode_entry(entry)
        at_ns = int(decoded.timestamp * NS_PER_SECOND)
    except (msgspec.MsgspecError, ArithmeticError, ValueError) as error:
        raise ValueError(f"not a price entry: {entry[:80]!r} ({error})") from None
    return Price(decoded.yes_e4, decoded.no_e4, at_ns)
