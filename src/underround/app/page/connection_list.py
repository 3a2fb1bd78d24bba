"""Every connection of a run as its faces show it: those that carry books, and those beside them.

The engine knows a connection once it has been opened, and only those that carry books; a feed is
known from the moment it is planned. Reads both; changes neither.
"""

from msgspec import Struct

from underround.app.wiring import Running
from underround.core.book_state import BookState
from underround.venues.ports import FeedCounters

NOTHING_COUNTED = FeedCounters()


class Connection(Struct, frozen=True):
    """One connection; `books` and how many are `live` are None where it carries none of ours.

    `last_data_ns` is None until anything has come.
    """

    name: str
    venue: str
    is_open: bool
    is_slow: bool
    books: int | None
    live: int | None
    last_data_ns: int | None
    counters: FeedCounters


def connections(run: Running) -> list[Connection]:
    """Return the engine's connections, then the feeds that it does not know.

    A connection that was given up with its last market is missed by nobody.
    """
    feeds = [feed for feed in run.feeds if not feed.is_given_up]
    gone = {feed.connection for feed in run.feeds if feed.is_given_up}
    counters = {feed.connection: feed.counters for feed in feeds}
    found = [
        Connection(
            name=name,
            venue=link.venue,
            is_open=link.is_open,
            is_slow=link.is_slow,
            books=len(link.books),
            live=sum(book.state is BookState.LIVE for book in link.books.values()),
            last_data_ns=link.last_data_ns,
            counters=counters.get(name, NOTHING_COUNTED),
        )
        for name, link in run.engine.links.items()
        if name not in gone
    ]
    return found + [
        Connection(
            name=feed.connection,
            venue=feed.connection.partition("-")[0],
            is_open=feed.is_connected,
            is_slow=False,
            books=None,
            live=None,
            last_data_ns=feed.counters.last_data_at_ns or None,
            counters=feed.counters,
        )
        for feed in feeds
        if feed.connection not in run.engine.links
    ]
