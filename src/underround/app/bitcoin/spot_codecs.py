"""Which codec reads which spot exchange: the one place where the eight are listed.

Holds no connection and no setting.
"""

from typing import Final

from underround.core.windows.spot_event import Exchange
from underround.venues.bitstamp.codec import Codec as BitstampCodec
from underround.venues.bullish.codec import Codec as BullishCodec
from underround.venues.coinbase.codec import Codec as CoinbaseCodec
from underround.venues.cryptocom.codec import Codec as CryptocomCodec
from underround.venues.gemini.codec import Codec as GeminiCodec
from underround.venues.kraken.codec import Codec as KrakenCodec
from underround.venues.lmax.codec import Codec as LmaxCodec
from underround.venues.paxos.codec import Codec as PaxosCodec
from underround.venues.spot_codec import SpotCodec

CODECS: Final[dict[Exchange, type[SpotCodec]]] = {
    Exchange.BITSTAMP: BitstampCodec,
    Exchange.BULLISH: BullishCodec,
    Exchange.COINBASE: CoinbaseCodec,
    Exchange.CRYPTOCOM: CryptocomCodec,
    Exchange.GEMINI: GeminiCodec,
    Exchange.KRAKEN: KrakenCodec,
    Exchange.LMAX: LmaxCodec,
    Exchange.PAXOS: PaxosCodec,
}

ON_BY_DEFAULT: Final = tuple(name for name, codec in CODECS.items() if codec.on_by_default)
"""Those whose messages are known for sure."""
