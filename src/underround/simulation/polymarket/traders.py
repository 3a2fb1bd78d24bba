"""Polymarket's traders: keys, dollars, shares that have settled and shares that have not.

Money in integers; a fee is rounded to five decimals. Knows no wire and no book.
"""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from underround.core.units import PRICE_ONE_E4
from underround.simulation.market import PolymarketMarket
from underround.simulation.own_orders import OwnOrder

CASH_USD_E6: Final = 10_000_000_000
_FEE_STEP_E6: Final = 10
_WINDOW_S: Final = 60


@dataclass(slots=True, kw_only=True, eq=False)
class PolymarketTrade:
    """One match of a trader's order; `price_e4` is of `token`, `status` as the venue names it."""

    id: str
    order: OwnOrder
    token: str
    is_buy: bool
    is_taker: bool
    price_e4: int
    size_e6: int
    fee_usd_e6: int
    matched_ns: int
    changed_ns: int
    status: str = "MATCHED"


@dataclass(slots=True, eq=False)
class Trader:
    """One wallet with its API key."""

    address: str
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    secret: str = field(
        default_factory=lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    )
    passphrase: str = field(default_factory=lambda: secrets.token_hex(16))
    cash_usd_e6: int = CASH_USD_E6
    shares_e6: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    pending_e6: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    orders: dict[str, OwnOrder] = field(default_factory=dict)
    trades: list[PolymarketTrade] = field(default_factory=list)
    heartbeat: str = ""
    heartbeat_ns: int = 0

    def accepts(
        self, headers: Mapping[str, str], method: str, path: str, body: bytes, now_s: int
    ) -> bool:
        """Say whether a request's headers are this trader's own, for this request, now."""
        timestamp = headers.get("poly_timestamp", "")
        if not timestamp.isdigit() or abs(int(timestamp) - now_s) > _WINDOW_S:
            return False
        message = f"{timestamp}{method}{path}".encode() + body
        digest = hmac.new(base64.urlsafe_b64decode(self.secret), message, hashlib.sha256).digest()
        return (
            headers.get("poly_api_key") == self.key
            and headers.get("poly_passphrase") == self.passphrase
            and headers.get("poly_address", "").lower() == self.address
            and headers.get("poly_signature") == base64.urlsafe_b64encode(digest).decode()
        )

    def spendable_usd_e6(self) -> int:
        """Return the dollars that no open BUY needs."""
        return self.cash_usd_e6 - sum(
            _cost_usd_e6(order) for order in self.orders.values() if order.is_resting
        )

    def sellable_e6(self, token: str) -> int:
        """Return the settled shares of a token that no open SELL offers."""
        offered_e6 = 0
        for order in self.orders.values():
            facts = order.facts
            if order.is_resting and facts["token"] == token and not facts["is_buy"]:
                offered_e6 += order.remaining_e6
        return self.shares_e6[token] - offered_e6

    def match(self, trade: PolymarketTrade) -> None:
        """Enter a match: dollars move, bought shares are pending until it is mined."""
        self.trades.append(trade)
        amount = trade.price_e4 * trade.size_e6 // PRICE_ONE_E4
        if trade.is_buy:
            self.cash_usd_e6 -= amount + trade.fee_usd_e6
            self.pending_e6[trade.token] += trade.size_e6
        else:
            self.shares_e6[trade.token] -= trade.size_e6
            self.cash_usd_e6 += amount - trade.fee_usd_e6

    def mine(self, trade: PolymarketTrade) -> None:
        """Let a match's shares arrive."""
        if trade.is_buy:
            self.pending_e6[trade.token] -= trade.size_e6
            self.shares_e6[trade.token] += trade.size_e6

    def undo(self, trade: PolymarketTrade) -> None:
        """Give back what a match that failed to settle had moved."""
        amount = trade.price_e4 * trade.size_e6 // PRICE_ONE_E4
        if trade.is_buy:
            self.pending_e6[trade.token] -= trade.size_e6
            self.cash_usd_e6 += amount + trade.fee_usd_e6
        else:
            self.shares_e6[trade.token] += trade.size_e6
            self.cash_usd_e6 -= amount - trade.fee_usd_e6

    def redeem(self, market: PolymarketMarket) -> None:
        """Turn the winner's shares into dollars and forget the loser's."""
        assert market.winner is not None
        for index, token in enumerate(market.tokens):
            held_e6 = self.shares_e6.pop(token, 0)
            if index == market.winner:
                self.cash_usd_e6 += held_e6


def taker_fee_usd_e6(market: PolymarketMarket, price_e4: int, size_e6: int) -> int:
    """Return a taker's fee: shares × rate × (p(1 − p))^exponent, to five decimals."""
    product = (price_e4 * (PRICE_ONE_E4 - price_e4)) ** market.fee_exponent
    scale = int(10 ** (4 + 8 * market.fee_exponent))
    exact = int(market.fee_rate_e4 * product * size_e6)
    if not exact:
        return 0
    return max((exact + scale * _FEE_STEP_E6 // 2) // (scale * _FEE_STEP_E6), 1) * _FEE_STEP_E6


def _cost_usd_e6(order: OwnOrder) -> int:
    if not order.facts["is_buy"]:
        return 0
    return int(order.facts["price_e4"]) * order.remaining_e6 // PRICE_ONE_E4
