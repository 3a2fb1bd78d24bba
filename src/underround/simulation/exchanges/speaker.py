"""What every simulated exchange says and hears on one connection, as a shape; and its number texts.

Each exchange's own module speaks its protocol from the venue's facts and knows nothing of the
product's reading of it.
"""

from typing import Protocol

from underround.simulation.exchanges.spot_book import ONE_E8, BookChange, Level, SimulatedBook


class Speaker(Protocol):
    """One connection's conversation. Times are nanoseconds since 1970 by the exchange's clock."""

    path: str
    corrupt: bool
    """Whether what it says about its book (a checksum) is to be wrong."""
    silence_limit_s: float | None
    """After how many seconds without a word from the client it closes."""

    def __init__(self, book: SimulatedBook) -> None: ...

    def opened(self, at_ns: int) -> list[str]:
        """Return what it says on its own when the connection opens."""
        ...

    def heard(self, text: str, at_ns: int) -> list[str]:
        """Answer a frame of the client."""
        ...

    def changed(self, change: BookChange, at_ns: int) -> list[str]:
        """Tell a subscriber what changed."""
        ...

    def pulse(self, elapsed_s: float, at_ns: int) -> list[str]:
        """Return heartbeats due after this many seconds of connection."""
        ...


class Silent:
    """The defaults of a speaker: no path of its own, no heartbeat, endless patience."""

    path = "/"
    silence_limit_s: float | None = None

    def __init__(self, book: SimulatedBook) -> None:
        self.book = book
        self.corrupt = False
        self.subscribed = False

    def opened(self, at_ns: int) -> list[str]:
        """Say nothing."""
        return []

    def pulse(self, elapsed_s: float, at_ns: int) -> list[str]:
        """Beat no heart."""
        return []


class Beat:
    """Says when a heartbeat is due, every so many seconds."""

    __slots__ = ("_last", "every_s")

    def __init__(self, every_s: float) -> None:
        self.every_s = every_s
        self._last = 0

    def due(self, elapsed_s: float) -> bool:
        """Return True once for each full period."""
        beats = int(elapsed_s / self.every_s)
        is_due = beats > self._last
        self._last = beats
        return is_due


def decimal_text(value_e8: int, decimals: int) -> str:
    """Write whole 1e-8 with a fixed number of decimals."""
    whole, fraction = divmod(value_e8, ONE_E8)
    return f"{whole}.{f'{fraction:08d}'[:decimals]}"


def pairs(levels: list[Level], price_decimals: int = 2) -> list[list[str]]:
    """Write levels as [price, size] texts."""
    return [[decimal_text(price, price_decimals), decimal_text(size, 8)] for price, size in levels]
