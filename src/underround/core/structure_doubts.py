"""Why structures may not be signalled: an outcome was added, terms changed, or somebody says so.

A set that lacks an outcome pays nothing when that one wins, so an announcement is believed before
any catalog shows it. Knows announcements and what each structure counts; closes nothing. Pure.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from underround.core.book import Book
from underround.core.structure import (
    Basket,
    Partition,
    Structure,
    instruments_of,
    questions_of,
)
from underround.core.units import NS_PER_SECOND
from underround.core.venue_event import MarketAppeared

REMEMBERED: Final = 4_096
"""So many announced markets are remembered: some are told of before what they belong to."""
READ_AFTER_NS: Final = 120 * NS_PER_SECOND
"""A catalog shows changed terms late: only a list read so much later is believed to have them."""


class StructureDoubts:
    """What speaks against structures; `told` are the reasons that came from outside, by id."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.told: dict[str, str] = {}
        self.changed: dict[str, tuple[str, int]] = {}
        self._books = books
        self._announced: dict[str, str] = {}

    def appeared(self, event: MarketAppeared) -> bool:
        """Remember a market that its venue announced; False for one that is of no event."""
        if not event.event_id:
            return False
        self._announced[event.market] = event.event_id
        while len(self._announced) > REMEMBERED:
            del self._announced[next(iter(self._announced))]
        return True

    def concerns(self, event_id: str, structures: Iterable[Structure]) -> bool:
        """Tell whether any structure counts on all outcomes of an event."""
        return any(
            event_id in homes(each, self._books) for each in structures if counts_on_all(each)
        )

    def terms_changed(
        self, instrument: str, structures: Iterable[Structure], at_ns: int
    ) -> list[str]:
        """Doubt what counts on an instrument whose strikes were told anew; return their ids."""
        concerned = [each.id for each in structures if instrument in instruments_of(each)]
        for name in concerned:
            self.changed[name] = f"the terms of {instrument} were changed", at_ns
        return concerned

    def read_again(self, structure: Structure, read_at_ns: int) -> bool:
        """Take a structure as a catalog shows it; tell whether that ends a doubt about its terms.

        `read_at_ns` is when the reading of the catalog began.
        """
        doubt = self.changed.get(structure.id)
        if doubt is None or read_at_ns - doubt[1] < READ_AFTER_NS:
            return False
        del self.changed[structure.id]
        return True

    def reason(self, structure: Structure) -> str | None:
        """Return why a structure may not be signalled now, None when it may."""
        told = self.told.get(structure.id)
        if told is not None:
            return told
        changed = self.changed.get(structure.id)
        if changed is not None:
            return changed[0]
        return self._lack(structure)

    def _lack(self, structure: Structure) -> str | None:
        """Name an outcome that was announced and that a set of all outcomes does not count."""
        if not self._announced or not counts_on_all(structure):
            return None
        events, markets = homes(structure, self._books), _markets(structure, self._books)
        for market, event_id in self._announced.items():
            if event_id in events and market not in markets:
                return f"its event got another outcome: {market}"
        return None


def counts_on_all(structure: Structure) -> bool:
    """Tell whether a structure takes for granted that one of its questions comes true."""
    match structure:
        case Partition():
            return structure.is_exhaustive and not structure.is_open_ended
        case Basket():
            return all(any(world) for world in structure.worlds)
    return False


def homes(structure: Structure, books: Mapping[str, Book]) -> set[str]:
    """Return the events that a structure's questions come from, not those they are paired with."""
    firsts = (question.yes[0].instrument for question in questions_of(structure) if question.yes)
    return {books[name].instrument.event_id for name in firsts if name in books} - {""}


def _markets(structure: Structure, books: Mapping[str, Book]) -> set[str]:
    return {books[name].instrument.market_id for name in instruments_of(structure) if name in books}
