"""Every condition a book must meet to carry a signal, as one table, and how each stands.

For people and explanations: `Trust.blocker` and `standing.doubt` decide; that they and this table
agree is tested. Changes nothing.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from underround.core.book import Book, Side
from underround.core.book_state import BookState
from underround.core.settings import Settings
from underround.core.standing import is_frozen
from underround.core.trust import Trust, claim_verdict
from underround.core.units import NS_PER_MS

GRID_REASONS: Final = frozenset({"price grid changed", "price off the grid"})


class Sight(Struct, frozen=True):
    """What a gate looks at: a side that a leg takes from, all sides of the set, the instant."""

    side: Side
    sides: tuple[Side, ...]
    at_ns: int
    trust: Trust
    settings: Settings

    @property
    def book(self) -> Book:
        """The book of the side."""
        return self.side.book


class Gate(Struct, frozen=True):
    """One condition: what it asks, the limit in words, and its reading (is it open, in words)."""

    name: str
    asks: str
    read: Callable[[Sight], tuple[bool, str]]
    only_opening: bool = False


class GateReading(Struct, frozen=True):
    """How a gate stood; one that is `only_opening` holds an opening back and closes nothing."""

    name: str
    is_open: bool
    words: str
    only_opening: bool = False


def readings(sight: Sight) -> tuple[GateReading, ...]:
    """Return how every gate stands for one side of a set."""
    return tuple(GateReading(gate.name, *gate.read(sight), gate.only_opening) for gate in GATES)


def _live(sight: Sight) -> tuple[bool, str]:
    book = sight.book
    why = f": {book.reason}" if book.reason else ""
    since = _ago(sight.at_ns, book.since_ns)
    return book.state is BookState.LIVE, f"{book.state.value} since {since}{why}"


def _grid(sight: Sight) -> tuple[bool, str]:
    book = sight.book
    is_ill = book.state is not BookState.LIVE and book.reason in GRID_REASONS
    return not is_ill, book.reason if is_ill else "current"


def _market(sight: Sight) -> tuple[bool, str]:
    book, close_at_ns = sight.book, sight.book.instrument.close_at_ns
    if book.is_closed:
        return False, "closed"
    if close_at_ns is None:
        return True, "open"
    left_ns = close_at_ns - sight.at_ns
    return left_ns > 0, f"closes in {left_ns // 10**9} s" if left_ns > 0 else "past its close"


def _accepting(sight: Sight) -> tuple[bool, str]:
    why = sight.trust.halted.get(sight.book)
    return why is None, "accepts orders" if why is None else f"halted: {why}" if why else "halted"


def _venue(sight: Sight) -> tuple[bool, str]:
    why = sight.trust.statuses.blocker(sight.book.instrument)
    return why is None, why or "normal"


def _connected(sight: Sight) -> tuple[bool, str]:
    link = sight.book.link
    is_open = link is not None and link.is_open
    return is_open, link.name if link is not None and is_open else "no connection"


def _alive(sight: Sight) -> tuple[bool, str]:
    link = sight.book.link
    heard_ns = max(0 if link is None else link.last_data_ns, sight.book.proven_ns)
    limit_ns = sight.settings.stale_after_ns
    return sight.at_ns - heard_ns <= limit_ns, _aged(sight.at_ns, heard_ns, limit_ns)


def _agreed(sight: Sight) -> tuple[bool, str]:
    told_ns = max(sight.book.updated_ns, sight.book.proven_ns)
    limit_ns = sight.settings.agreed_within_ns
    return sight.at_ns - told_ns <= limit_ns, _aged(sight.at_ns, told_ns, limit_ns)


def _moving(sight: Sight) -> tuple[bool, str]:
    if sight.book.stream is not None:
        return True, "its stream is numbered"
    stands_still = is_frozen(sight.side, sight.sides, sight.settings)
    return not stands_still, "its pair moves, it does not" if stands_still else "as its pair does"


def _uncrossed(sight: Sight) -> tuple[bool, str]:
    bid_e4, _, ask_e4, _ = sight.book.top()
    top = f"{_dollars(bid_e4)} / {_dollars(ask_e4)}"
    return not sight.book.is_crossed, top


def _claimed(sight: Sight) -> tuple[bool, str]:
    verdict = claim_verdict(sight.book)
    words = {True: "as the venue claims", False: "not what it claims", None: "nothing claimed"}
    return verdict is not False, words[verdict]


def _whole(sight: Sight) -> tuple[bool, str]:
    book, limit_ns = sight.book, sight.settings.group_quiet_ns
    if book.group is None:
        return True, "changes come whole"
    return sight.at_ns - book.group_at_ns >= limit_ns, _ago(sight.at_ns, book.group_at_ns)


def _confirmed(sight: Sight) -> tuple[bool, str]:
    told_ns = max(sight.book.updated_ns, sight.book.proven_ns)
    is_held = sight.trust.needs_proof(sight.book, sight.at_ns)
    return not is_held, _aged(sight.at_ns, told_ns, sight.settings.verify_after_ns)


GATES: Final[tuple[Gate, ...]] = (
    Gate("live", "whole, continuous, neither contradicted nor stale", _live),
    Gate("grid current", "prices on the grid that the venue trades on", _grid),
    Gate("market open", "not closed, and before its close", _market),
    Gate("accepts orders", "not halted by the venue", _accepting),
    Gate("venue normal", "venue and shard trade as usual", _venue),
    Gate("connected", "the connection that feeds it stands", _connected),
    Gate("proof of life", "data or an agreement within `stale_after_ms`", _alive),
    Gate("agreement", "a change, or REST or hash agreement, at most 30 s old", _agreed),
    Gate("moving", "not frozen at the top for 5 s while its pair moves", _moving),
    Gate("uncrossed", "best bid below best ask, at a group's end", _uncrossed),
    Gate("as claimed", "best prices are those that the venue claims", _claimed),
    Gate(
        "whole group",
        "no change that belongs to it for `group_quiet_ms`",
        _whole,
        only_opening=True,
    ),
    Gate(
        "confirmed",
        "spoke, or confirmed, within `verify_after_quiet_ms`",
        _confirmed,
        only_opening=True,
    ),
)
"""All gates in the order in which they are asked; the last two hold an opening back only."""


def _aged(at_ns: int, told_ns: int, limit_ns: int) -> str:
    limit = f"{limit_ns / 10**9:g} s" if limit_ns >= 10**9 else f"{limit_ns // NS_PER_MS} ms"
    return f"{_ago(at_ns, told_ns)} of {limit}"


def _ago(at_ns: int, then_ns: int) -> str:
    if not then_ns:
        return "never"
    age_ns = at_ns - then_ns
    return f"{age_ns / 10**9:.1f} s" if age_ns >= 10**10 else f"{age_ns / NS_PER_MS:.1f} ms"


def _dollars(price_e4: int | None) -> str:
    return "–" if price_e4 is None else f"{price_e4 / 10_000:.4f}".rstrip("0").rstrip(".")
