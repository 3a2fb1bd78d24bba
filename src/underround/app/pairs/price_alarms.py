"""The prices of both legs of every pair, looked at now and then: sides swapped, or two bets?

Reads LIVE books and keeps some minutes of mid prices; what they hint at is judged in `matching`.
It proves nothing: it asks a person to look at the pair again.
"""

import logging
from collections import deque
from collections.abc import Iterable
from typing import Final

from underround.core.book import Book
from underround.core.book_state import BookState
from underround.core.engine import Engine
from underround.core.pair import Pair, Polarity
from underround.core.units import NS_PER_SECOND, PRICE_ONE_E4, format_price
from underround.matching.alarms import (
    LIMITS,
    Alarm,
    AlarmKind,
    AlarmLimits,
    PricePoint,
    price_alarm,
)

_log = logging.getLogger("underround")

LOOK_EVERY_S: Final = 10.0
_LONGEST_GAP_NS: Final = 60 * NS_PER_SECOND
_WIDEST_SPREAD_E4: Final = 1_000
"""Between prices further apart than this a middle means nothing."""
_WORDS: Final = {
    AlarmKind.INVERTED: "its prices sum to one dollar: are its sides swapped?",
    AlarmKind.DIFFERENT: "its prices stay apart beyond reason: are these two bets?",
}


class PriceAlarms:
    """Alarms on the pairs of one engine; `standing` holds those that sound now, by pair id."""

    def __init__(self, engine: Engine, limits: AlarmLimits = LIMITS) -> None:
        self.standing: dict[str, Alarm] = {}
        self._engine = engine
        self._limits = limits
        self._points: dict[str, deque[PricePoint]] = {}

    def look(self, pairs: Iterable[Pair], at_ns: int) -> None:
        """Take the prices of all pairs in, and log what begins and what ends."""
        for pair in pairs:
            point = self._point(pair, at_ns)
            if point is None:
                continue
            points = self._points.setdefault(pair.id, deque())
            if points and at_ns - points[-1].at_ns > _LONGEST_GAP_NS:
                points.clear()
            points.append(point)
            # One more than the time asked for: its beginning must be seen.
            while len(points) > 1 and at_ns - points[1].at_ns >= self._limits.lasting_ns:
                points.popleft()
            self._judge(pair, price_alarm(points, self._limits))

    def rows(self) -> dict[str, str]:
        """Return what sounds now in words, by pair id."""
        return {name: _written(alarm) for name, alarm in self.standing.items()}

    def _judge(self, pair: Pair, alarm: Alarm | None) -> None:
        before = self.standing.get(pair.id)
        if alarm is None:
            if self.standing.pop(pair.id, None) is not None:
                _log.info("pair %s: its prices agree again", pair.id)
            return
        self.standing[pair.id] = alarm
        if before is None or before.kind is not alarm.kind:
            _log.warning("⚠️ pair %s: %s; read both rules again", pair.id, _written(alarm))

    def _point(self, pair: Pair, at_ns: int) -> PricePoint | None:
        is_same = pair.polarity is Polarity.SAME
        polymarket = _middle_e4(self._engine.books[pair.polymarket_yes])
        kalshi = _middle_e4(self._engine.books[pair.kalshi])
        if polymarket is None or kalshi is None:
            return None
        return PricePoint(at_ns, polymarket if is_same else PRICE_ONE_E4 - polymarket, kalshi)


def _middle_e4(book: Book) -> int | None:
    """Return a LIVE book's middle, None where it has none that means anything."""
    bid_e4, ask_e4 = book.bids.price_e4, book.asks.price_e4
    if book.state is not BookState.LIVE or bid_e4 is None or ask_e4 is None:
        return None
    return (bid_e4 + ask_e4) // 2 if 0 <= ask_e4 - bid_e4 <= _WIDEST_SPREAD_E4 else None


def _written(alarm: Alarm) -> str:
    one, two = format_price(alarm.polymarket_e4), format_price(alarm.kalshi_e4)
    return f"{_WORDS[alarm.kind]} ({one} on Polymarket, {two} on Kalshi)"
