"""One asset's reference price: the proxy from spot books, the official value, volatility, basis.

Says what the price is now, how sure that is, and what stands behind it. Knows no market.
"""

from msgspec import Struct

from underround.core.units import NS_PER_SECOND
from underround.core.windows.index import IndexQuality, IndexValue
from underround.core.windows.index_basis import ProxyBasis
from underround.core.windows.index_ticker import IndexTick, IndexTicker
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.reference_event import OfficialValue
from underround.core.windows.spot_event import Asset
from underround.core.windows.spot_units import ONE_E8, from_e8
from underround.core.windows.volatility import EwmaVolatility

_REMEMBERED_PRINTS = 300
_LEAST_CLOCKS = 3


class Reference(Struct, frozen=True):
    """The price to value windows by, USD: `spot` with `bias` (to be taken off) and error `sd`."""

    spot: float
    bias: float
    sd: float
    quality: IndexQuality
    is_proxy: bool


class Comparison(Struct, frozen=True):
    """A proxy's print beside the official one of the same stamp, USD."""

    asset: Asset
    stamped_at_ns: int
    official: float
    proxy: float

    @property
    def difference(self) -> float:
        """Proxy less official."""
        return self.proxy - self.official


class IndexDesk:
    """Everything known of one asset's index."""

    def __init__(self, asset: Asset, settings: PricingSettings) -> None:
        self.asset = asset
        self.ticker = IndexTicker(settings.parameters(asset))
        self.volatility = EwmaVolatility(settings.half_life_s, settings.sample_s)
        self.basis = ProxyBasis()
        self.value: IndexValue | None = None
        self.official: OfficialValue | None = None
        self._settings = settings
        self._official_print: OfficialValue | None = None
        self._prints: dict[int, float] = {}
        self._official_prints: dict[int, float] = {}
        self._compared_ns = 0
        self._anchor: float | None = None

    def tick(self, tick: IndexTick) -> Comparison | None:
        """Take a calculation; return the comparison that its print makes possible."""
        self.value = tick.value
        index = tick.value.index
        if index is None or not tick.is_print:
            return None
        self.volatility.take(tick.at_ns, index)
        _remember(self._prints, tick.at_ns, index)
        return self._compare()

    def take_official(self, value: OfficialValue) -> Comparison | None:
        """Take a published value; return the comparison that it makes possible."""
        if self.official is None or value.stamped_at_ns >= self.official.stamped_at_ns:
            self.official = value
            if self.value is None or self.value.index is None:
                self.volatility.take(value.stamped_at_ns, from_e8(value.value_e8))
        if value.is_fast:
            return None
        self._official_print = value
        _remember(self._official_prints, value.stamped_at_ns, from_e8(value.value_e8))
        return self._compare()

    def _compare(self) -> Comparison | None:
        """Compare the last official print with ours of the same second, once."""
        value = self._official_print
        if value is None or value.stamped_at_ns <= self._compared_ns:
            return None
        proxy = self._prints.get(value.stamped_at_ns)
        if proxy is None:
            return None
        self._compared_ns = value.stamped_at_ns
        compared = Comparison(self.asset, value.stamped_at_ns, from_e8(value.value_e8), proxy)
        self.basis.take(compared.difference)
        return compared

    @property
    def clock_offset_ns(self) -> int | None:
        """Our clock less the exchanges', and what their messages took: the middle of all in use.

        None with fewer than three that stamp their messages.
        """
        pool = self.ticker.calculator.pool
        found = []
        for name in pool.pooled:
            book = pool.books[name]
            if book.received_at_ns is not None and book.exchange_at_ns is not None:
                found.append(book.received_at_ns - book.exchange_at_ns)
        return sorted(found)[len(found) // 2] if len(found) >= _LEAST_CLOCKS else None

    @property
    def is_clock_off(self) -> bool:
        """Whether seconds counted here are not those that windows close by."""
        offset_ns = self.clock_offset_ns
        return offset_ns is not None and abs(offset_ns) > self._settings.clock_within_ns

    @property
    def quality(self) -> IndexQuality:
        """How much of the constituents' list stands behind the proxy now."""
        return IndexQuality.NONE if self.value is None else self.value.quality

    def has_official(self, now_ns: int) -> bool:
        """Whether the official value flows: received lately, and calculated lately."""
        value = self.official
        if value is None:
            return False
        limit_ns = self._settings.official_within_ns
        is_fresh = abs(now_ns - value.stamped_at_ns) <= limit_ns
        return is_fresh and now_ns - value.at_ns <= limit_ns

    def level_at(self, stamped_at_ns: int) -> float | None:
        """Return the index of a past second: the official print, else ours less its bias."""
        official = self._official_prints.get(stamped_at_ns)
        if official is not None:
            return official
        proxy = self._prints.get(stamped_at_ns)
        return None if proxy is None else proxy - self.bias

    def anchor(self, offset: float) -> None:
        """Take up what a strike at the open lay above our index then: our bias, with its sign.

        Without official values it is all that tells; from the second on each counts half.
        """
        if self._anchor is None:
            self._anchor = -offset
        else:
            self._anchor -= offset / 2

    @property
    def bias(self) -> float:
        """Proxy less official, USD: by official values, else by strikes at the open, else 0."""
        bias = self.basis.bias
        return bias if bias is not None else self._anchor or 0.0

    @property
    def bias_e8(self) -> int:
        """The bias in 1e-8 USD."""
        return round(self.bias * ONE_E8)

    def reference(self, now_ns: int) -> Reference | None:
        """Return the price to value windows by; None without one.

        The proxy less its known bias leads within the second, with an error no smaller than how
        far its last print was off: an exchange that joins or leaves moves it at once. Without
        enough books the official value stands alone, with the error of its age. On a clock that is
        off there is none: prints would be those of other seconds.
        """
        if self.is_clock_off:
            return None
        index = None if self.value is None else self.value.index
        is_official = self.has_official(now_ns)
        if index is not None and self._settings.allows(self.quality):
            sd = self.basis.error if is_official else None
            if sd is None:
                sd = self._settings.proxy_sd(index, self.quality)
            return Reference(index, self.bias, sd, self.quality, is_proxy=True)
        if self.official is None or not is_official:
            return None
        spot = from_e8(self.official.value_e8)
        age_s = max(now_ns - self.official.stamped_at_ns, 0) / NS_PER_SECOND
        sd = (self.volatility.sigma_usd(spot) or 0.0) * age_s**0.5
        return Reference(spot, 0.0, sd, IndexQuality.FULL, is_proxy=False)

    def sigma(self, spot: float) -> float | None:
        """Return the volatility in USD per square root of a second; None with too few returns."""
        if self.volatility.returns < self._settings.least_returns:
            return None
        sigma = self.volatility.sigma_usd(spot)
        least = spot * self._settings.least_sigma_bp / 10_000
        return None if sigma is None else max(sigma, least)


def _remember(prints: dict[int, float], stamped_at_ns: int, value: float) -> None:
    prints[stamped_at_ns] = value
    if len(prints) > _REMEMBERED_PRINTS:
        del prints[next(iter(prints))]
