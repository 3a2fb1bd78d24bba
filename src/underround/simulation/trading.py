"""Trading on both simulated venues: accounts, order entry, private channels, settlement.

Puts the pieces together over one exchange; what they do stands in the modules of each venue.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coincurve

from underround.simulation.exchange import Exchange
from underround.simulation.kalshi.order_entry import OrderEntry as KalshiEntry
from underround.simulation.kalshi.portfolio import Portfolio
from underround.simulation.kalshi.private_channels import PrivateChannels
from underround.simulation.kalshi.publisher import KalshiPublisher
from underround.simulation.polymarket.account_rest import AccountRest
from underround.simulation.polymarket.clob import Clob
from underround.simulation.polymarket.order_entry import OrderEntry as PolymarketEntry
from underround.simulation.polymarket.order_signature import keccak256
from underround.simulation.polymarket.traders import Trader
from underround.simulation.polymarket.user_channel import UserChannel

Later = Callable[[float, Callable[[], object]], None]


class Trading:
    """Both venues' order entries. `later` calls back after so many simulated seconds."""

    def __init__(
        self,
        exchange: Exchange,
        now_ns: Callable[[], int],
        later: Later,
        publisher: KalshiPublisher,
        clob: Clob,
    ) -> None:
        self.kalshi = Portfolio(KalshiEntry(exchange, now_ns, PrivateChannels(publisher)), now_ns)
        traders: dict[str, Trader] = {}
        self.user_channel = UserChannel(now_ns, traders)
        entry = PolymarketEntry(exchange, now_ns, self.user_channel, later)
        entry.traders = traders
        self.polymarket = AccountRest(entry, clob, now_ns)
        clob.app.router.routes.extend(self.polymarket.routes)

    def addresses(self, folder: Path, clob: str, user_port: int) -> dict[str, Any]:
        """Make a wallet for whoever wants to trade; return what Polymarket's addresses gain."""
        private = secrets.token_bytes(32)
        public = coincurve.PrivateKey(private).public_key.format(compressed=False)
        path = folder / "polymarket-demo-wallet.key"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"0x{private.hex()}\n")
        return {
            "user_ws": f"ws://127.0.0.1:{user_port}/ws/user",
            "site": clob,
            "address": "0x" + keccak256(public[1:])[-20:].hex(),
            "private_key_path": str(path),
        }
