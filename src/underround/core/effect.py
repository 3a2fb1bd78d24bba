"""Everything the engine wants done. The shell does it; the engine never does.

Effects are values: in a replay they are compared or dropped, live they are carried out.
"""

from typing import TypeAlias

from msgspec import Struct

from underround.core.basket_event import SolveBasket
from underround.core.book_state import BookState, BookTrigger
from underround.core.event import CommandAnswered
from underround.core.instrument import Venue
from underround.core.opportunity import Signal
from underround.core.trading.effect import TradingEffect
from underround.core.windows.pricing_effect import PricingEffect


class FetchBooks(Struct, frozen=True):
    """Read these books over REST and give them back as a `BooksFetched` with this purpose."""

    venue: Venue
    instruments: tuple[str, ...]
    purpose: str
    asked_at_ns: int


class RequestSnapshots(Struct, frozen=True):
    """Ask for whole books inside a stream that lost a message."""

    connection: str
    stream: int
    instruments: tuple[str, ...]


class Answered(Struct, frozen=True):
    """A venue's answer to a command, for the session of this connection."""

    connection: str
    answer: CommandAnswered


class Reconnect(Struct, frozen=True):
    """Drop this connection and make it anew."""

    connection: str
    reason: str


class Resubscribe(Struct, frozen=True):
    """Give up instruments on their connection and ask for them anew: nothing comes for them."""

    connection: str
    instruments: tuple[str, ...]
    reason: str


class Unsubscribe(Struct, frozen=True):
    """Give up instruments that trade no more, on whatever connection feeds them."""

    venue: Venue
    instruments: tuple[str, ...]
    reason: str


class LookUpMarket(Struct, frozen=True):
    """See whether anybody waits for this market, which the venue has just listed or opened.

    `event_id` is the event that it belongs to, "" where that is not known.
    """

    venue: Venue
    market: str
    instruments: tuple[str, ...]
    name: str
    at_ns: int
    event_id: str = ""


class RepriceEvent(Struct, frozen=True):
    """Work out the fees of an event's markets again: the venue changed them; None clears one."""

    venue: Venue
    event_id: str
    fee_type: str | None
    multiplier: str | None
    at_ns: int


class WakeAt(Struct, frozen=True):
    """Send a `Timer` at this time."""

    at_ns: int


class BookJudged(Struct, frozen=True):
    """A book's state changed: what happened (`trigger`), and in words why."""

    venue: Venue
    instrument: str
    state: BookState
    trigger: BookTrigger
    reason: str
    at_ns: int


class Noted(Struct, frozen=True):
    """Something unexpected, to be named once: `kind` says which sort, `detail` shows one."""

    kind: str
    detail: str


class SignalRaised(Struct, frozen=True):
    """An opportunity opened, changed or closed."""

    signal: Signal


Effect: TypeAlias = (
    FetchBooks
    | RequestSnapshots
    | Answered
    | Reconnect
    | Resubscribe
    | Unsubscribe
    | LookUpMarket
    | RepriceEvent
    | SolveBasket
    | WakeAt
    | BookJudged
    | Noted
    | SignalRaised
    | PricingEffect
    | TradingEffect
)
