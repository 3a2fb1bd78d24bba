"""What a connection is to feed and what was asked for over REST, and how a recording holds both."""

from msgspec import Struct

from underround.core.effect import FetchBooks
from underround.core.event import BookReplaced, BooksFetched
from underround.core.instrument import Venue


class Plan(Struct, frozen=True):
    """What a connection is to feed; recorded, so that a replay knows it too."""

    connection: str
    venue: Venue
    instruments: tuple[str, ...]
    is_slow: bool = False


def books_fetched(wanted: FetchBooks, books: list[BookReplaced], at_ns: int) -> BooksFetched:
    """Make the event that answers `wanted`; what was asked for and not given is missing."""
    given = {book.instrument for book in books}
    missing = tuple(name for name in wanted.instruments if name not in given)
    return BooksFetched(wanted.venue, wanted.purpose, wanted.asked_at_ns, at_ns, books, missing)


def plan_arguments(plan: Plan) -> dict[str, object]:
    """Write a plan as a recorded command's arguments."""
    return {
        "connection": plan.connection,
        "venue": plan.venue.value,
        "instruments": list(plan.instruments),
        "is_slow": plan.is_slow,
    }


def fetch_request(wanted: FetchBooks) -> str:
    """Write what was asked for as the recorded request: purpose, time, instruments."""
    return " ".join((wanted.purpose, str(wanted.asked_at_ns), *wanted.instruments))
