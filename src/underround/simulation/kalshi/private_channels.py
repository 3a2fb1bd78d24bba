"""Kalshi's channels of a member's own: `fill`, `user_orders`, `market_positions`.

Sends to the member's conversations alone; these messages have no sequence numbers.
"""

from typing import Any

from underround.simulation.kalshi.members import Fill, Member
from underround.simulation.kalshi.order_words import fill_body, order_body, position_body
from underround.simulation.kalshi.publisher import KalshiPublisher
from underround.simulation.market import KalshiMarket
from underround.simulation.own_orders import OwnOrder


class PrivateChannels:
    """Tells members what becomes of their orders, over the publisher's conversations."""

    def __init__(self, publisher: KalshiPublisher) -> None:
        self._publisher = publisher

    def filled(self, member: Member, fill: Fill) -> None:
        """Send a fill, and the position after it."""
        market = fill.order.market
        assert isinstance(market, KalshiMarket)
        self._say(member, "fill", "fill", fill_body(fill), market.ticker)
        holding = member.holdings[market]
        body = position_body(member, market, holding)
        self._say(member, "market_positions", "market_position", body, market.ticker)

    def changed(self, member: Member, order: OwnOrder) -> None:
        """Send an order's new state."""
        market = order.market
        assert isinstance(market, KalshiMarket)
        self._say(member, "user_orders", "user_order", order_body(order, member), market.ticker)

    def _say(
        self, member: Member, channel: str, kind: str, body: dict[str, Any], ticker: str
    ) -> None:
        for conversation in self._publisher.conversations:
            subscription = conversation.session.by_channel.get(channel)
            if conversation.key_id != member.key_id or subscription is None:
                continue
            if subscription.hears(ticker):
                message = conversation.session.replies.message
                conversation.outlet.say([message(subscription, kind, body, (ticker,))])
