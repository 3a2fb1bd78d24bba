"""An event as a venue's catalog lists it: its markets, and what the venue says of all together.

Shapes shared by the venues' event readers; no wire format, no network, no conclusion.
"""

from collections.abc import Sequence

from msgspec import Struct

from underround.core.instrument import Venue
from underround.core.span import Span


class EventMarket(Struct, frozen=True, kw_only=True):
    """One market of an event; `market_id` as its instruments carry it.

    `title` and `rules` are the venue's words. `span` is told by the catalog's strikes, None where
    there are none. `is_over`: resolved, and NO won. `is_placeholder`: stands for what is not named.
    """

    market_id: str
    title: str
    rules: str
    span: Span | None = None
    is_open: bool = True
    is_over: bool = False
    is_placeholder: bool = False


class ListedEvent(Struct, frozen=True, kw_only=True):
    """Markets of one event. `is_complete`: the venue makes sure that one of them wins."""

    venue: Venue
    id: str
    title: str
    is_exclusive: bool
    is_complete: bool = False
    is_open_ended: bool = False
    markets: Sequence[EventMarket] = ()
