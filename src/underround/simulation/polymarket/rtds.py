"""RTDS, Polymarket's older price socket: topics by name, no key, no numbers.

Speaks `wss://ws-live-data.polymarket.com`. Deprecated there, and still what many programs read.
"""

import json
from typing import Any, Final

from underround.simulation.outlet import Frame, Outlet, ready
from underround.simulation.polymarket.messages import compact
from underround.simulation.polymarket.price_socket import PriceSocket
from underround.simulation.polymarket.spot_prices import Point, SpotPrices

PATH: Final = "/"
SYMBOLS: Final = {
    "crypto_prices": "btcusdt",
    "crypto_prices_chainlink": "btc/usd",
    "crypto_prices_twap_thirty": "btc/usd",
    "crypto_prices_twap_sixty": "btc/usd",
}
_WINDOWS_S: Final = {"crypto_prices_twap_thirty": 30, "crypto_prices_twap_sixty": 60}


class RtdsTalk:
    """One connection: the topics it follows."""

    def __init__(self, outlet: Outlet, prices: SpotPrices) -> None:
        self.outlet = outlet
        self.topics: set[str] = set()
        self._prices = prices

    def heard(self, frame: str | bytes) -> None:
        """Answer PING, take subscriptions on and off; ignore what makes no sense."""
        if frame == "PING":
            self.outlet.say([ready("PONG")])
            return
        try:
            command = json.loads(frame)
            named = [(str(each["topic"]), each) for each in command["subscriptions"]]
            action = command["action"]
        except (ValueError, KeyError, TypeError):
            return
        for topic, wanted in named:
            if topic not in SYMBOLS or not _is_wanted(SYMBOLS[topic], wanted.get("filters", "")):
                continue
            if action == "unsubscribe":
                self.topics.discard(topic)
            elif action == "subscribe" and topic not in self.topics:
                self.topics.add(topic)
                self.outlet.say([self._history(topic)])

    def _history(self, topic: str) -> Frame:
        points = list(points_of(self._prices, topic))
        entries = [_priced(topic, point) for point in points]
        payload = {"symbol": SYMBOLS[topic], "data": entries}
        at_ms = points[-1].at_ms if points else 0
        message = {"topic": topic, "type": "subscribe", "timestamp": at_ms, "payload": payload}
        return Frame(lambda: compact(message), (topic,), is_opening=True)


class Rtds(PriceSocket[RtdsTalk]):
    """The socket; `publish` tells every connection the newest prices."""

    def __init__(self, prices: SpotPrices) -> None:
        super().__init__(PATH, lambda outlet: RtdsTalk(outlet, prices))
        self._prices = prices

    def publish(self) -> None:
        """Send the newest price of every topic that anybody follows."""
        for topic, symbol in SYMBOLS.items():
            point = points_of(self._prices, topic)[-1]
            payload = {"symbol": symbol, **_priced(topic, point)}
            message = {
                "topic": topic,
                "type": "update",
                "timestamp": point.at_ms,
                "payload": payload,
            }
            frame = ready(compact(message), (topic,))
            for talk in self.talks:
                if topic in talk.topics:
                    talk.outlet.say([frame])


def points_of(prices: SpotPrices, topic: str) -> Any:
    """Return the points that a topic tells."""
    window_s = _WINDOWS_S.get(topic)
    return prices.spot if window_s is None else prices.twaps[window_s]


def _priced(topic: str, point: Point) -> dict[str, Any]:
    """Write a price: Binance's exact value is a decimal, Chainlink's a whole number of 1e-18."""
    exact = f"{point.price_e4 / 10_000:.4f}" if topic == "crypto_prices" else None
    priced: dict[str, Any] = {
        "timestamp": point.at_ms,
        "value": point.price_e4 / 10_000,
        "full_accuracy_value": exact or str(point.price_e4 * 10**14),
    }
    if topic in _WINDOWS_S:
        priced["window_s"] = _WINDOWS_S[topic]
    return priced


def _is_wanted(symbol: str, filters: object) -> bool:
    """Say whether a filter names the symbol: empty, a plain list of names, or JSON in a text."""
    text = str(filters or "")
    if not text:
        return True
    try:
        asked = json.loads(text)
    except ValueError:
        return symbol in text.split(",")
    return isinstance(asked, dict) and asked.get("symbol") == symbol
