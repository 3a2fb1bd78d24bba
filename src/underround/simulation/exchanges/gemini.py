"""A simulated Gemini: the streams API's `depth` with a snapshot first.

https://docs.gemini.com/websocket/streams. The first update of a symbol is its whole book; `U` of
each further one equals the `u` before it.
"""

import json

from underround.simulation.exchanges.speaker import Silent, pairs
from underround.simulation.exchanges.spot_book import BookChange, Level, SimulatedBook

_NUMBERS_FROM = 1_764_549_594_000_000


class GeminiSpeaker(Silent):
    """One connection to the streams API."""

    path = "/?snapshot=-1"

    def __init__(self, book: SimulatedBook) -> None:
        super().__init__(book)
        self._symbol = ""

    def heard(self, text: str, at_ns: int) -> list[str]:
        """Subscribe; the whole book follows the acknowledgement."""
        command = json.loads(text)
        stream = (command.get("params") or [""])[0]
        if command.get("method") != "SUBSCRIBE" or "@depth" not in stream:
            error = {"code": -1121, "msg": "Invalid symbol."}
            return [json.dumps({"id": command.get("id"), "status": 400, "error": error})]
        self.subscribed = True
        self._symbol = stream.partition("@")[0]
        said = [json.dumps({"id": command["id"], "status": 200})]
        first = _number(self.book.number)
        return [*said, self._update(self.book.levels(-1), self.book.levels(1), first, at_ns)]

    def changed(self, change: BookChange, at_ns: int) -> list[str]:
        """Tell the changed levels."""
        if not self.subscribed:
            return []
        # numbered by the book's own count, so a change that was never said leaves a gap
        first = _number(change.number - 1)
        return [self._update(change.bids, change.asks, first, at_ns)]

    def _update(self, bids: list[Level], asks: list[Level], first: int, at_ns: int) -> str:
        last = _number(self.book.number)
        return json.dumps(
            {
                "e": "depthUpdate",
                "E": at_ns,
                "s": self._symbol,
                "U": first,
                "u": last,
                "b": pairs(bids),
                "a": pairs(asks),
            }
        )


def _number(change: int) -> int:
    """Return the last update's number at a change of the book; one change is many updates."""
    return _NUMBERS_FROM + 17 * change
