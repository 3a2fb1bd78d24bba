"""What a pipeline is plugged into: whoever carries out what the engine wants done. Shapes only."""

from typing import Protocol

from underround.core.basket_event import SolveBasket
from underround.core.effect import (
    FetchBooks,
    LookUpMarket,
    RepriceEvent,
    RequestSnapshots,
    Resubscribe,
    Unsubscribe,
)
from underround.core.event import CommandAnswered


class Hands(Protocol):
    """Whoever carries out what the engine wants done; nothing here may block."""

    def fetch_books(self, wanted: FetchBooks) -> None:
        """Read books over REST and give them to `Pipeline.fetched`."""
        ...

    def request_snapshots(self, wanted: RequestSnapshots) -> None:
        """Ask for whole books inside a stream."""
        ...

    def answered(self, connection: str, answer: CommandAnswered) -> None:
        """Give a venue's answer to the session that asked."""
        ...

    def reconnect(self, connection: str, reason: str) -> None:
        """Drop a connection and make it anew."""
        ...

    def resubscribe(self, wanted: Resubscribe) -> None:
        """Give up instruments on their connection and ask for them anew."""
        ...

    def unsubscribe(self, wanted: Unsubscribe) -> None:
        """Give up instruments that trade no more."""
        ...

    def look_up(self, wanted: LookUpMarket) -> None:
        """See whether anybody waits for a market."""
        ...

    def reprice(self, wanted: RepriceEvent) -> None:
        """Work out the fees of an event's markets again."""
        ...

    def solve_basket(self, wanted: SolveBasket) -> None:
        """Solve a basket's linear program and give the answer to `Pipeline.tell`."""
        ...

    def wake_at(self, at_ns: int) -> None:
        """Call `Pipeline.timer` at this time."""
        ...
