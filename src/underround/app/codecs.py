"""Which codec reads which venue; the only table of them."""

from typing import Final

from underround.app.pipeline import Decode, DecodeBooks
from underround.core.instrument import Venue
from underround.venues.kalshi import codec as kalshi
from underround.venues.polymarket import codec as polymarket

CODECS: Final[dict[Venue, tuple[Decode, DecodeBooks]]] = {
    Venue.POLYMARKET: (polymarket.decode, polymarket.decode_books),
    Venue.KALSHI: (kalshi.decode, kalshi.decode_books),
}
