"""Why signals were not traded: each signal and reason said once, and counted. Decides nothing."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from underround.core.trading.effect import TradeRefused
from underround.core.trading.order import RefusalCode

REMEMBERED: Final = 10_000


class Refusals:
    """Counts by reason; `tell` is given each refusal that was not said before."""

    def __init__(self, tell: Callable[[TradeRefused], None]) -> None:
        self.counts: Counter[str] = Counter()
        self._tell = tell
        self._said: dict[str, str] = {}

    def say(self, signal: str, code: RefusalCode | None, text: str, at_ns: int) -> None:
        """Take a refusal of a signal; without a code its text up to the colon is the reason."""
        reason = text.partition(":")[0] if code is None else code.value
        if self._said.get(signal) == reason:
            return
        if len(self._said) >= REMEMBERED:
            self._said.clear()
        self._said[signal] = reason
        self.counts[reason] += 1
        self._tell(TradeRefused(signal, code, text, at_ns))
