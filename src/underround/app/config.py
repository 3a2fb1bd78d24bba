"""The operator's configuration: its sections, their defaults, and where they are read from.

One TOML file, then the environment, then flags, each over the one before. The defaults are the
venues' live hosts. Reads that one file and nothing else; opens no connection.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import force_setattr

from underround.app.layering import Layer, environment_layer, merge
from underround.app.trading_config import PaperConfig, RiskConfig, TradingConfig
from underround.core.errors import ConfigError
from underround.core.fair_value import Tails
from underround.core.index import IndexQuality
from underround.core.pricing_settings import PricingSettings
from underround.core.settings import Settings
from underround.core.spot_event import Asset
from underround.core.units import NS_PER_MS, parse_usd_e6
from underround.venues.hosts import check_url

KALSHI_HOSTS: Final = {
    "production": (
        "https://external-api.kalshi.com/trade-api/v2",
        "wss://external-api-ws.kalshi.com/trade-api/ws/v2",
    ),
    "demo": (
        "https://external-api.demo.kalshi.co/trade-api/v2",
        "wss://external-api-ws.demo.kalshi.co/trade-api/ws/v2",
    ),
}

DEFAULT_REDIS_URL: Final = "redis://localhost:6379"

Web = Annotated[
    str,
    Meta(pattern=r"^(https?://\S*[^\s/])?$", description="an address https://… (no / at its end)"),
]
Socket = Annotated[
    str, Meta(pattern=r"^(wss?://\S*[^\s/])?$", description="an address wss://… (no / at its end)")
]
Text = Annotated[str, Meta(min_length=1, description="a text that is not empty")]
Milliseconds = Annotated[
    int, Meta(ge=0, le=86_400_000, description="a whole number of milliseconds, 0 … one day")
]
Count = Annotated[int, Meta(ge=0, le=10_000, description="a whole number, 0 … 10000")]
Dollars = Annotated[
    str,
    Meta(
        pattern=r"^-?0?(\.\d{1,6}|(?<=0))$",
        description='dollars below 1 with at most six decimals, such as "0.005"',
    ),
]
Decimals = Annotated[
    str, Meta(pattern=r"^\d{1,6}(\.\d{1,6})?$", description='a number such as "1.5"')
]
Percent = Annotated[int, Meta(ge=0, le=100, description="a whole number of percent, 0 … 100")]
ExchangeName = Literal[
    "bitstamp", "bullish", "coinbase", "cryptocom", "gemini", "kraken", "lmax", "paxos"
]
EXCHANGES: Final[tuple[ExchangeName, ...]] = (
    "bitstamp",
    "bullish",
    "coinbase",
    "cryptocom",
    "gemini",
    "kraken",
    "paxos",
)
"""The constituents whose messages are known for sure; LMAX Digital's are not."""
Prices = Annotated[
    str,
    Meta(
        pattern=r"^(memory|embedded|rediss?)://",
        description="memory://, embedded://, redis://HOST:PORT or rediss://HOST:PORT",
    ),
]


class PolymarketConfig(Struct, frozen=True, kw_only=True):
    """Polymarket's addresses; the wallet, which only live trading needs.

    `signature_type` 0: the wallet itself holds the money; else `funder` does.
    """

    gamma: Web = "https://gamma-api.polymarket.com"
    clob: Web = "https://clob.polymarket.com"
    ws: Socket = "wss://ws-subscriptions-clob.polymarket.com/ws/market"
    ws_user: Socket = "wss://ws-subscriptions-clob.polymarket.com/ws/user"
    site: Web = "https://polymarket.com"
    wallet_key_path: Text | None = None
    funder: Text | None = None
    signature_type: Annotated[int, Meta(ge=0, le=3, description="0, 1, 2 or 3")] = 0

    def __post_init__(self) -> None:
        _check_addresses((self.gamma, self.clob, self.site), self.ws)
        _check_addresses((), self.ws_user)


class KalshiConfig(Struct, frozen=True, kw_only=True):
    """Kalshi's environment, its addresses (empty: the environment's own) and the operator's key.

    Without a key there is no stream: order books are polled over REST.
    """

    environment: Literal["production", "demo"] = "production"
    rest: Web = ""
    ws: Socket = ""
    key_id: Text | None = None
    private_key_path: Text | None = None

    def __post_init__(self) -> None:
        rest, ws = KALSHI_HOSTS[self.environment]
        force_setattr(self, "rest", self.rest or rest)
        force_setattr(self, "ws", self.ws or ws)
        _check_addresses((self.rest,), self.ws)
        if (self.key_id is None) != (self.private_key_path is None):
            given, missing = "key_id", "private_key_path"
            if self.key_id is None:
                given, missing = missing, given
            raise ValueError(f"{given} is set without {missing}: a key needs both")


class VenuesConfig(Struct, frozen=True, kw_only=True):
    """Where each venue is found."""

    polymarket: PolymarketConfig = field(default_factory=PolymarketConfig)
    kalshi: KalshiConfig = field(default_factory=KalshiConfig)


class DetectionConfig(Struct, frozen=True, kw_only=True):
    """What counts as an underround, and when a book is trusted."""

    threshold_usd: Dollars = "0.005"
    stale_after_ms: Milliseconds = 10_000
    group_quiet_ms: Milliseconds = 5
    verify_after_quiet_ms: Milliseconds = 250

    def settings(self) -> Settings:
        """Return these limits in the engine's units; what is not set here keeps its default."""
        return Settings(
            threshold_e6=parse_usd_e6(self.threshold_usd),
            group_quiet_ns=self.group_quiet_ms * NS_PER_MS,
            verify_after_ns=self.verify_after_quiet_ms * NS_PER_MS,
            stale_after_ns=self.stale_after_ms * NS_PER_MS,
        )


class StorageConfig(Struct, frozen=True, kw_only=True):
    """Where prices are shared, and recordings and the journal of signals kept.

    `prices` is for `run`; `redis_url` is what `PriceCache()` of the streaming guide opens.
    """

    prices: Prices = "memory://"
    redis_url: Prices = DEFAULT_REDIS_URL
    recordings: Text = "data/recordings"
    journal: Text = "data/signals.db"


class UniverseConfig(Struct, frozen=True, kw_only=True):
    """Which markets are followed beside those of the pairs."""

    polymarket_top: Count = 100
    kalshi_top: Count = 100
    kalshi_series: tuple[Text, ...] = ()
    kalshi_indices: tuple[Text, ...] = ()


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


class Config(Struct, frozen=True, kw_only=True):
    """Everything that an operator may set. Paths are from the folder the program runs in."""

    venues: VenuesConfig = field(default_factory=VenuesConfig)
    detection: DetectionConfig = field(default_factory=DetectionConfig)
    storage: StorageConfig = field(default_factory=StorageConfig)
    universe: UniverseConfig = field(default_factory=UniverseConfig)
    bitcoin: BitcoinConfig = field(default_factory=BitcoinConfig)
    risk: RiskConfig = field(default_factory=RiskConfig)
    trading: TradingConfig = field(default_factory=TradingConfig)
    paper: PaperConfig = field(default_factory=PaperConfig)
    pairs: Text = "pairs.toml"


def _check_addresses(webs: tuple[str, ...], socket: str) -> None:
    """Raise ValueError for an address of a host that this program may not call."""
    for address in webs:
        check_url(address, ("http", "https"))
    check_url(socket, ("ws", "wss"))


def default_path(environ: Mapping[str, str]) -> Path:
    """Return where the file is looked for when none is named: the user's configuration folder."""
    folder = environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(folder).expanduser() / "underround" / "config.toml"


def decode(
    text: str,
    origin: str,
    environ: Mapping[str, str],
    flags: Mapping[str, Any],
) -> Config:
    """Return the configuration that a file's text, the environment and flags amount to.

    `origin` is the file's name for messages; `flags` are nested tables like the file's.
    Raises ConfigError, one line, for anything that cannot be used.
    """
    try:
        # Numbers with a point stay text: money never goes through a float.
        tables = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin}: not TOML: {error}") from None
    layers = [Layer(origin, tables), environment_layer(environ), Layer("command line", flags)]
    return merge(Config, layers)


def load_config(
    path: Path | None,
    environ: Mapping[str, str],
    flags: Mapping[str, Any] | None = None,
) -> Config:
    """Read the configuration from `path`, or from the default path if a file is there.

    Raises ConfigError, one line, when a named file cannot be read or anything in it is wrong.
    """
    found = path or default_path(environ)
    if path is None and not found.is_file():
        return decode("", str(found), environ, flags or {})
    return decode(read_text(found, "config file"), str(found), environ, flags or {})


def read_text(path: Path, what: str) -> str:
    """Return a UTF-8 file's text; ConfigError names `what` could not be read and why."""
    try:
        return path.expanduser().read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: the {what} is not UTF-8 text") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"{path}: the {what} cannot be read: {reason}") from None
