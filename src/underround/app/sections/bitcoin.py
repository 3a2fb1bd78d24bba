"""The section that says how index windows are priced, and its figures in the desk's units."""

from typing import Literal

from msgspec import Struct

from underround.app.sections.values import (
    EXCHANGES,
    Count,
    Decimals,
    Dollars,
    ExchangeName,
    Milliseconds,
    Percent,
    Text,
)
from underround.core.errors import ConfigError
from underround.core.units import NS_PER_MS
from underround.core.windows.fair_value import Tails
from underround.core.windows.index import IndexQuality
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.spot_event import Asset


class BitcoinConfig(Struct, frozen=True, kw_only=True):
    """How index windows are priced, by which exchanges, and when a price is a signal.

    `reading` sets switches of the index method; `strategies` name pure functions of the operator's
    own. `proxy_error_bp` holds for all constituents together; once the official value is known its
    own differences take over.
    """

    series: tuple[Text, ...] = ("KXBTC15M",)
    exchanges: tuple[ExchangeName, ...] = EXCHANGES
    pair_with_polymarket: bool = True
    ladder_rungs: Count = 5
    prints: Count = 60
    reading: str = ""
    stale_after_ms: Milliseconds = 10_000
    half_life_s: Count = 1_200
    sample_s: Count = 10
    least_returns: Count = 6
    tails: Literal["normal", "student"] = "student"
    proxy_error_bp: Decimals = "1.0"
    chainlink_error_bp: Decimals = "1.5"
    binance_error_bp: Decimals = "6.0"
    least_quality: Literal["full", "reduced", "thin"] = "reduced"
    least_edge_usd: Dollars = "0.02"
    least_confidence_percent: Percent = 90
    most_basis_risk_percent: Percent = 5
    strategies: tuple[Text, ...] = ()

    def settings(self) -> PricingSettings:
        """Return these figures in the pricing desk's units; ConfigError for a reading not known."""
        settings = PricingSettings(
            half_life_s=max(float(self.half_life_s), 1.0),
            sample_s=max(float(self.sample_s), 0.2),
            least_returns=self.least_returns,
            tails=Tails(self.tails),
            proxy_sd_bp=float(self.proxy_error_bp),
            least_quality=IndexQuality(self.least_quality),
            least_edge=float(self.least_edge_usd),
            least_confidence=self.least_confidence_percent / 100,
            chainlink_sd_bp=float(self.chainlink_error_bp),
            binance_sd_bp=float(self.binance_error_bp),
            most_basis_risk=self.most_basis_risk_percent / 100,
            reading=self.reading,
            stale_ns=self.stale_after_ms * NS_PER_MS,
        )
        try:
            settings.parameters(Asset.BTC)
        except ValueError as error:
            raise ConfigError(f"bitcoin.reading: {error}") from None
        return settings
