"""What the operator has set up: the page's port, alert channels, wallet and limits; sends nothing.

Each is made as a run would make it, and let go again.
"""

import errno
import socket
from collections.abc import Iterator

from underround.app.alert_channels import channels_tried
from underround.app.config import AlertsConfig, Config, PolymarketConfig
from underround.app.doctor.finding import Finding, Verdict
from underround.app.sections.web import WebConfig
from underround.app.trading.live import limits_shown, wallet_at
from underround.core.errors import ConfigError


def setup_findings(config: Config) -> Iterator[Finding]:
    """Yield what is set up: the page's port, every alert channel, the wallet, the limits."""
    yield port_finding(config.web)
    yield from channel_findings(config.alerts)
    yield wallet_finding(config.venues.polymarket)
    yield Finding("risk limits", Verdict.OK, ", ".join(limits_shown(config)))


def port_finding(web: WebConfig) -> Finding:
    """Judge whether the page could be served where it is set up to be."""
    name, where = "page", f"{web.host}:{web.port}"
    if web.port == 0:
        return Finding(name, Verdict.OK, f"takes a free port of {web.host} at every start")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            web.host, web.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            todo = "fine if a run serves its page there; else choose another web.port"
            return Finding(name, Verdict.WARN, f"{where} is taken", todo)
        reason = (error.strerror or str(error)).lower()
        return Finding(
            name, Verdict.FAIL, f"{where}: {reason}", "choose another web.host or web.port"
        )
    return Finding(name, Verdict.OK, f"{where} is free")


def channel_findings(alerts: AlertsConfig) -> Iterator[Finding]:
    """Judge whether messages could go through each channel; none is sent, no address is shown."""
    if not alerts.channels:
        yield Finding("alert channels", Verdict.OK, "none: nobody is told of anything")
        return
    try:
        tried = channels_tried(alerts)
    except ConfigError as error:
        yield Finding("alert channels", Verdict.FAIL, str(error), "install it, or name no channels")
        return
    for number, made in enumerate(tried, start=1):
        name = f"alert channel {number}"
        if isinstance(made, ConfigError):
            yield Finding(name, Verdict.FAIL, str(made), "mend its address as apprise asks for it")
        else:
            said = f"{made.name} can be used; `underround alerts test` sends a message"
            yield Finding(name, Verdict.OK, said)


def wallet_finding(polymarket: PolymarketConfig) -> Finding:
    """Judge the wallet that live trading signs with: readable, a key, and that of the address."""
    name, place = "polymarket key", polymarket.private_key_path
    if place is None and polymarket.address is None:
        return Finding(name, Verdict.OK, "none: only live trading needs one")
    if place is None:
        said = f"the address {polymarket.address} is there, and no key"
        todo = "set venues.polymarket.private_key_path before trading live"
        return Finding(name, Verdict.WARN, said, todo)
    try:
        wallet = wallet_at(place, polymarket.address)
    except ConfigError as error:
        return Finding(name, Verdict.FAIL, str(error), "mend the key, or leave it out")
    return Finding(name, Verdict.OK, f"that of {wallet.address}")
