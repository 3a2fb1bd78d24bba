"""The simulated Kalshi's socket with its index channels: values, five a second, and strikes told.

`cfbenchmarks_value` and `cfbenchmarks_value_5hz` by index id, `market_lifecycle_v2` for everybody
who asks; the value stands as JSON in a string, as the venue has it.
"""

import json
from typing import Any, Final

from underround.simulation.kalshi.session import Session, Subscription
from underround.simulation.kalshi.socket import TradeSocket
from underround.simulation.wire import write

VALUE: Final = "cfbenchmarks_value"
FAST_VALUE: Final = "cfbenchmarks_value_5hz"
LIFECYCLE: Final = "market_lifecycle_v2"


class IndexSession(Session):
    """A session that knows the index channels as well."""

    channels = (*Session.channels, VALUE, FAST_VALUE, LIFECYCLE)


class IndexSocket(TradeSocket):
    """Kalshi's socket as the Bitcoin world needs it."""

    session_type = IndexSession

    def value(self, index_id: str, cents: int, stamp_ms: int, received_ms: int) -> None:
        """Send the value of a second."""
        inner = {"type": "value", "time": stamp_ms, "id": index_id, "value": _dollars(cents)}
        mean = {"value": f"{_dollars(cents)}000000", "window_size": 0}
        body = {"index_id": index_id, "received_at": received_ms, "data": json.dumps(inner)}
        self._tell(VALUE, VALUE, body | {"avg_60s_data": mean})

    def fast_value(self, index_id: str, cents: int, stamp_ms: int, received_ms: int) -> None:
        """Send a value within the second."""
        inner = {"type": "value", "time": stamp_ms, "id": index_id, "value": _dollars(cents)}
        body = {
            "index_id": index_id,
            "value_usd": f"{_dollars(cents)}000000",
            "source_ts_ms": stamp_ms,
            "received_at": received_ms,
            "data": json.dumps(inner),
        }
        self._tell(FAST_VALUE, FAST_VALUE, body)

    def lifecycle(self, event_type: str, ticker: str, facts: dict[str, Any]) -> None:
        """Send a turn in a market's life."""
        body = {"event_type": event_type, "market_ticker": ticker} | facts
        self._tell(LIFECYCLE, LIFECYCLE, body)

    def _tell(self, channel: str, kind: str, body: dict[str, Any]) -> None:
        for connection, session in self._sessions.items():
            subscription: Subscription | None = session.by_channel.get(channel)
            if subscription is not None:
                self.frames_sent += 1
                write(connection, (session.frame(subscription, kind, body),))


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
