"""Polymarket's user channel: a trader's orders and trades, after the key is shown in a frame.

Speaks `wss://…/ws/user`: text PING gets PONG, nothing is ever sent again.
"""

import json
from collections.abc import Callable
from typing import Any, Final

from underround.simulation.market import PolymarketMarket
from underround.simulation.outlet import Frame, Outlet, ready
from underround.simulation.own_orders import OwnOrder
from underround.simulation.polymarket.messages import compact
from underround.simulation.polymarket.order_words import order_event, trade_event
from underround.simulation.polymarket.price_socket import PriceSocket
from underround.simulation.polymarket.traders import PolymarketTrade, Trader
from underround.simulation.wire import cut

PATH: Final = "/ws/user"


class UserTalk:
    """One connection: whose it is, and the markets it is narrowed to (none named: all)."""

    def __init__(self, outlet: Outlet, find: Callable[[object], Trader | None]) -> None:
        self.outlet = outlet
        self.trader: Trader | None = None
        self.markets: set[str] | None = None
        self._find = find

    def heard(self, frame: str | bytes) -> None:
        """Act on a frame; a wrong key ends the connection."""
        if frame == "PING":
            self.outlet.say([ready("PONG")])
            return
        try:
            command = json.loads(frame)
        except ValueError:
            command = None
        if not isinstance(command, dict):
            self.outlet.say([ready("INVALID OPERATION")])
        elif command.get("type") == "user" and self.trader is None:
            self.trader = self._find(command.get("auth"))
            named = command.get("markets")
            self.markets = set(named) if named else None
            if self.trader is None:
                cut(self.outlet.connection)
        elif command.get("operation") == "subscribe":
            self.markets = (self.markets or set()) | set(command.get("markets") or ())
        elif command.get("operation") == "unsubscribe" and self.markets is not None:
            self.markets -= set(command.get("markets") or ())

    def hears(self, trader: Trader, condition_id: str) -> bool:
        """Say whether a trader's event about a market belongs here."""
        return self.trader is trader and (self.markets is None or condition_id in self.markets)


class UserChannel(PriceSocket[UserTalk]):
    """The socket; it tells traders what becomes of their orders and trades."""

    def __init__(self, now_ns: Callable[[], int], traders: dict[str, Trader]) -> None:
        self._now_ns = now_ns
        self.traders = traders
        super().__init__(PATH, lambda outlet: UserTalk(outlet, self._find))

    def _find(self, auth: object) -> Trader | None:
        for trader in self.traders.values():
            wanted = {
                "apiKey": trader.key,
                "secret": trader.secret,
                "passphrase": trader.passphrase,
            }
            if auth == wanted:
                return trader
        return None

    def ordered(self, trader: Trader, order: OwnOrder, kind: str) -> None:
        """Send an order's event."""
        self._say(trader, order, order_event(order, trader, kind, self._now_ns()))

    def traded(self, trader: Trader, trade: PolymarketTrade) -> None:
        """Send a trade's event."""
        self._say(trader, trade.order, trade_event(trade, trader, self._now_ns()))

    def _say(self, trader: Trader, order: OwnOrder, event: dict[str, Any]) -> None:
        market = order.market
        assert isinstance(market, PolymarketMarket)
        text = compact(event)
        for talk in self.talks:
            if talk.hears(trader, market.condition_id):
                talk.outlet.say([Frame(lambda: text, (order.facts["token"],))])
