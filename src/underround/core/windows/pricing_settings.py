"""What the pricing of index windows assumes and demands; made by the shell from the configuration.

Stands in a recording's header, so that a replay prices alike. Holds no rule, only its figures.
"""

from msgspec import Struct
from msgspec.structs import replace

from underround.core.units import NS_PER_SECOND
from underround.core.windows.fair_value import Tails
from underround.core.windows.index import IndexQuality
from underround.core.windows.index_parameters import PARAMETERS, IndexParameters, with_reading
from underround.core.windows.spot_event import Asset
from underround.core.windows.volatility import DEFAULT_HALF_LIFE_S, DEFAULT_SAMPLE_S


class PricingSettings(Struct, frozen=True, kw_only=True):
    """Volatility, the proxy's error, the other oracles' distance, and when a price is a signal.

    Errors in basis points of the price. `proxy_sd_bp` holds for the full list of constituents and
    doubles with each step down in quality; once the official value is known its own differences
    take over. `least_sigma_bp` (a root second) is believed of the quietest market: 20 minutes of
    three recorded days came down to 0.18. `least_edge` is USD a contract after fees;
    `most_basis_risk` the highest probability at which a pair of oracles may pay nothing.
    `reading` names switches of the index.
    """

    half_life_s: float = DEFAULT_HALF_LIFE_S
    least_sigma_bp: float = 0.1
    sample_s: float = DEFAULT_SAMPLE_S
    least_returns: int = 6
    tails: Tails = Tails.STUDENT
    degrees: float = 5.0
    proxy_sd_bp: float = 1.0
    official_within_ns: int = 5 * NS_PER_SECOND
    least_quality: IndexQuality = IndexQuality.REDUCED
    least_edge: float = 0.02
    least_confidence: float = 0.9
    chainlink_sd_bp: float = 1.5
    binance_sd_bp: float = 6.0
    most_basis_risk: float = 0.05
    reading: str = ""
    stale_ns: int = 10 * NS_PER_SECOND
    clock_within_ns: int = 2 * NS_PER_SECOND

    def parameters(self, asset: Asset) -> IndexParameters:
        """Return the index's parameters under the reading; ValueError for one not known."""
        return with_reading(replace(PARAMETERS[asset], stale_ns=self.stale_ns), self.reading)

    def allows(self, quality: IndexQuality) -> bool:
        """Tell whether a proxy of this quality may carry a signal."""
        return _STEPS_DOWN[quality] <= _STEPS_DOWN[self.least_quality]

    def proxy_sd(self, spot: float, quality: IndexQuality) -> float:
        """Return the proxy's assumed error in USD."""
        return spot * self.proxy_sd_bp / 10_000 * (1 << _STEPS_DOWN[quality])


_STEPS_DOWN = {
    IndexQuality.FULL: 0,
    IndexQuality.REDUCED: 1,
    IndexQuality.THIN: 2,
    IndexQuality.NONE: 3,
}
