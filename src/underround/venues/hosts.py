"""Whom this program may talk to: the venues' hosts, and loopback for simulated venues.

The list is the whole of it; nothing else may add to it while running. Keys and signatures travel
only over verified TLS, so plain http and ws are for loopback alone.
"""

import ipaddress
from typing import Final
from urllib.parse import SplitResult, urlsplit

ALLOWED_HOSTS: Final = frozenset(
    {
        "clob.polymarket.com",
        "gamma-api.polymarket.com",
        "polymarket.com",  # whether trading is allowed from here
        "ws-live-data.polymarket.com",
        "ws-live-v2.polymarket.com",
        "ws-subscriptions-clob.polymarket.com",
        "api.elections.kalshi.com",
        "demo-api.kalshi.co",
        "external-api.demo.kalshi.co",
        "external-api-ws.demo.kalshi.co",
        "external-api.kalshi.com",
        "external-api-ws.kalshi.com",
        # the constituent exchanges of the real-time indices: public market data
        "advanced-trade-ws.coinbase.com",
        "api.exchange.bullish.com",
        "public-data-api.london-digital.lmax.com",
        "stream.crypto.com",
        "ws.bitstamp.net",
        "ws.gemini.com",
        "ws.kraken.com",
        "ws.paxos.com",
        "www.bitstamp.net",
    }
)


def check_url(url: str, schemes: tuple[str, str]) -> str:
    """Return the host of an address that may be called; ValueError for any other.

    `schemes` names the plain and the encrypted scheme, for instance ("http", "https").
    """
    plain, encrypted = schemes
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None:
        raise ValueError(f"address of {host} carries a user name or password: leave them out")
    if parts.scheme not in schemes or not host:
        raise ValueError(f"address {url!r} must begin with {plain}:// or {encrypted}://")
    if not _has_valid_port(parts):
        raise ValueError(f"address {url!r} has a port that is not 1…65535")
    if is_loopback(host):
        return host
    if host not in ALLOWED_HOSTS:
        raise ValueError(
            f"host {host!r} is not a venue of this program; allowed: loopback, "
            + ", ".join(sorted(ALLOWED_HOSTS))
        )
    if parts.scheme != encrypted:
        raise ValueError(f"address {url!r} is not encrypted: use {encrypted}://")
    return host


def _has_valid_port(parts: SplitResult) -> bool:
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
