"""How fees are read where the venues leave it open: Polymarket's currency, Kalshi's account.

Applied to every instrument before the engine learns of it; knows no venue's list.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from underround.app.config import Config
from underround.core.fees import BROKER_E6, DIRECT_MEMBER_E6, PolymarketReading, read_as
from underround.core.instrument import FeeTerms, Instrument, Venue


class FeeReading(Struct, frozen=True):
    """Polymarket's fee in dollars or withheld in shares; what Kalshi rounds the balance down to."""

    polymarket: PolymarketReading = PolymarketReading.WORST
    kalshi_precision_e6: int = DIRECT_MEMBER_E6

    def terms(self, venue: Venue, terms: FeeTerms) -> FeeTerms:
        """Return fee terms as they are to be read."""
        if venue is Venue.POLYMARKET:
            return read_as(terms, self.polymarket)
        return replace(terms, precision_e6=self.kalshi_precision_e6)

    def one(self, instrument: Instrument) -> Instrument:
        """Return an instrument with its fees as they are to be read."""
        terms = self.terms(instrument.venue, instrument.fees)
        return instrument if terms == instrument.fees else replace(instrument, fees=terms)

    def all(self, instruments: Iterable[Instrument]) -> list[Instrument]:
        """Return instruments with their fees as they are to be read."""
        return [self.one(each) for each in instruments]


WORSE = FeeReading()
"""What is taken unless the operator knows better."""


def fee_reading(config: Config) -> FeeReading:
    """Return what the configuration says."""
    named = {
        "worst": PolymarketReading.WORST,
        "dollars": PolymarketReading.DOLLARS,
        "shares": PolymarketReading.SHARES,
    }
    is_broker = config.fees.kalshi_account == "broker"
    return FeeReading(named[config.fees.polymarket], BROKER_E6 if is_broker else DIRECT_MEMBER_E6)
