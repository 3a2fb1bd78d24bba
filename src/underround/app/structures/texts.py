"""What a structure's markets ask, in their venues' words, and what its event has beside them.

Texts are only compared, never read; whatever differs from what a run began with is for a person.
"""

from collections.abc import Iterable, Mapping, Sequence

from underround.app.structures.file import StructureEntry
from underround.core.instrument import Instrument
from underround.core.structure import Partition, Structure, instruments_of, questions_of
from underround.venues.event import EventMarket, ListedEvent


def texts_of(events: Iterable[ListedEvent]) -> dict[str, str]:
    """Return by market id everything that says what a market asks: title, rules and strikes."""
    return {each.market_id: _text(event, each) for event in events for each in event.markets}


def markets_of(structure: Structure, instruments: Mapping[str, Instrument]) -> set[str]:
    """Return the market ids that a structure is bought from, as far as they are known."""
    return {
        instruments[name].market_id for name in instruments_of(structure) if name in instruments
    }


def omitted(
    entry: StructureEntry,
    structure: Structure,
    events: Sequence[ListedEvent],
    instruments: Mapping[str, Instrument],
) -> list[str]:
    """Return outcomes that an approved set of all leaves out though its event still has them.

    Only of a set whose questions are plain outcomes of one event that excludes them mutually: there
    an outcome too many can win, and then none of the set's does.
    """
    is_plain = not any(asked[0].is_inverse for asked in entry.questions)
    if not isinstance(structure, Partition) or not structure.is_exhaustive or not is_plain:
        return []
    firsts = [instruments[question.yes[0].instrument] for question in questions_of(structure)]
    homes = {(one.venue, one.event_id) for one in firsts}
    counted = {one.market_id for one in firsts}
    return [
        each.title or each.market_id
        for event in events
        if homes == {(event.venue, event.id)} and event.is_exclusive
        for each in event.markets
        if each.market_id not in counted and not each.is_over
    ]


def _text(event: ListedEvent, market: EventMarket) -> str:
    return "\n".join((event.title, market.title, market.rules, repr(market.span)))
