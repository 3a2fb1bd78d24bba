"""The sections of the configuration: venues, detection, storage, universe, with their defaults.

Each checks what it can by itself; nothing is read or opened here.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field
from msgspec.structs import force_setattr

from underround.app.sections.values import Count, Dollars, Milliseconds, Prices, Socket, Text, Web
from underround.core.settings import Settings
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

Wallet = Annotated[
    str, Meta(pattern="^0x[0-9a-fA-F]{40}$", description="0x and 40 hexadecimal digits")
]

SignatureType = Annotated[int, Meta(ge=0, le=3, description="0, 1, 2 or 3")]

DEFAULT_REDIS_URL: Final = "redis://localhost:6379"


class PolymarketConfig(Struct, frozen=True, kw_only=True):
    """Polymarket's addresses, and the operator's wallet for those who trade live.

    Reading needs no wallet. `address` is the wallet's own, `private_key_path` a file (mode 0600)
    or a place in the keyring that holds its key. A `signature_type` of 1 (proxy), 2 (safe) or 3
    (deposit wallet) trades with the funds of the contract at `funder`; 0 with the wallet's own.
    """

    gamma: Web = "https://gamma-api.polymarket.com"
    clob: Web = "https://clob.polymarket.com"
    ws: Socket = "wss://ws-subscriptions-clob.polymarket.com/ws/market"
    user_ws: Socket = "wss://ws-subscriptions-clob.polymarket.com/ws/user"
    site: Web = "https://polymarket.com"
    address: Wallet | None = None
    private_key_path: Text | None = None
    funder: Wallet | None = None
    signature_type: SignatureType = 0

    def __post_init__(self) -> None:
        _check_addresses((self.gamma, self.clob, self.site), self.ws)
        _check_addresses((), self.user_ws)
        if (self.signature_type != 0) != (self.funder is not None):
            raise ValueError("signature_type 1, 2 or 3 needs funder, and 0 has none")


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


class FeesConfig(Struct, frozen=True, kw_only=True):
    """How fees are read where the venues leave it open, and whose account it is.

    `polymarket`: taken in "dollars" on top, or withheld in "shares"; "worst" is whichever costs
    more. `kalshi_account`: a "direct" member's balance is kept to $0.0001, a "broker"'s to $0.01.
    """

    polymarket: Literal["worst", "dollars", "shares"] = "worst"
    kalshi_account: Literal["direct", "broker"] = "direct"


class StorageConfig(Struct, frozen=True, kw_only=True):
    """Where prices are shared, and recordings, the journal of signals and the audit log kept.

    `prices` is for `run`; `redis_url` is what `PriceCache()` of the streaming guide opens. The
    oldest recordings beyond a limit are deleted; 0 keeps all of them.
    """

    prices: Prices = "memory://"
    redis_url: Prices = DEFAULT_REDIS_URL
    recordings: Text = "data/recordings"
    recordings_most_days: Count = 0
    recordings_most_gib: Count = 0
    journal: Text = "data/signals.db"
    catalog: Text = "data/catalog.sqlite"
    audit: Text = "data/audit.log"


class UniverseConfig(Struct, frozen=True, kw_only=True):
    """Which markets are followed beside those of the pairs.

    Events of up to `event_limit` markets are watched whole, as sets and ladders; 0 watches none.
    """

    polymarket_top: Count = 100
    kalshi_top: Count = 100
    event_limit: Count = 40
    kalshi_series: tuple[Text, ...] = ()
    kalshi_indices: tuple[Text, ...] = ()


def _check_addresses(webs: tuple[str, ...], socket: str) -> None:
    """Raise ValueError for an address of a host that this program may not call."""
    for address in webs:
        check_url(address, ("http", "https"))
    check_url(socket, ("ws", "wss"))
