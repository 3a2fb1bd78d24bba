"""Asks both catalogs what hangs together with the markets that are watched.

Finds events, the markets of them that nobody watches yet, and what a person approved; decides
nothing about what it proves.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from underround.app.connections import Rest
from underround.app.fees.reading import FeeReading
from underround.app.structures.file import Named, StructureEntry
from underround.app.structures.making import make_structures
from underround.app.structures.texts import omitted, texts_of
from underround.core.instrument import Instrument, Venue
from underround.core.pair import Pair
from underround.core.structure import (
    Question,
    Structure,
    instruments_of,
    merged,
    opposite,
    question_of,
)
from underround.venues.errors import VenueFaultError
from underround.venues.event import ListedEvent
from underround.venues.kalshi import catalog as kalshi_catalog
from underround.venues.kalshi.catalog import MarketFilter
from underround.venues.polymarket import catalog as polymarket_catalog


class Found(Struct):
    """Structures, the instruments that they need beside those watched, and what was left out.

    `texts` says by market id what each market of their events asks.
    """

    structures: list[Structure]
    fresh: list[Instrument]
    problems: list[str]
    texts: dict[str, str] = {}


async def find_structures(
    rest: Rest,
    watched: Mapping[str, Instrument],
    pairs: Sequence[Pair],
    entries: Sequence[StructureEntry],
    event_limit: int,
    reading: FeeReading,
) -> Found:
    """Return the structures of what is watched; VenueError when a list cannot be had.

    Events of more than `event_limit` markets are left alone; 0 leaves all of them.
    """
    listed = await _events(rest, watched.values()) if event_limit else []
    events = [each for each in listed if 1 < len(each.markets) <= event_limit]
    fresh = reading.all(await _siblings(rest, watched, events))
    known = dict(watched) | {one.id: one for one in fresh}
    structures = make_structures(events, known, pairs)
    problems: list[str] = []
    for entry in entries:
        try:
            questions = [await _question(rest, asked, known) for asked in entry.questions]
            structure = entry.structure(tuple(questions))
            used = [known[name] for name in instruments_of(structure)]
            seen = {(each.venue, each.id) for each in listed}
            listed += await _events(rest, [one for one in used if _event(one) not in seen])
            left_out = omitted(entry, structure, listed, known)
            if left_out:
                raise ValueError(f"not exhaustive: its event has {', '.join(left_out[:3])} too")
            structures.append(_alone(structure, structures))
        except (VenueFaultError, ValueError) as fault:
            if isinstance(fault, VenueFaultError) and fault.retryable:
                raise
            problems.append(f"structure {entry.id!r}: {fault}")
    fresh = reading.all(one for name, one in known.items() if name not in watched)
    return Found(structures, fresh, problems, texts_of(listed))


def _alone(structure: Structure, others: Sequence[Structure]) -> Structure:
    if any(each.id == structure.id for each in others):
        raise ValueError("its id is taken by a structure found in a catalog; give it another")
    return structure


async def _events(rest: Rest, instruments: Iterable[Instrument]) -> list[ListedEvent]:
    """Return the events that these instruments belong to; VenueError."""
    ids: dict[Venue, dict[str, None]] = {venue: {} for venue in Venue}
    for one in instruments:
        if one.event_id:
            ids[one.venue][one.event_id] = None
    on_polymarket, on_kalshi = list(ids[Venue.POLYMARKET]), list(ids[Venue.KALSHI])
    return [
        *(
            await polymarket_catalog.fetch_events(rest.gamma, on_polymarket)
            if on_polymarket
            else ()
        ),
        *(await kalshi_catalog.fetch_events(rest.kalshi, on_kalshi) if on_kalshi else ()),
    ]


def _event(one: Instrument) -> tuple[Venue, str]:
    return one.venue, one.event_id


async def _siblings(
    rest: Rest, watched: Mapping[str, Instrument], events: Iterable[ListedEvent]
) -> list[Instrument]:
    """Return the open markets of these events that are not watched yet."""
    known = {one.market_id for one in watched.values()}
    missing: dict[Venue, list[str]] = {venue: [] for venue in Venue}
    for event in events:
        missing[event.venue] += [
            each.market_id for each in event.markets if each.is_open and each.market_id not in known
        ]
    fresh: list[Instrument] = []
    if missing[Venue.POLYMARKET]:
        wanted = missing[Venue.POLYMARKET]
        fresh += (await polymarket_catalog.fetch_by_condition(rest.gamma, wanted)).instruments
    if missing[Venue.KALSHI]:
        tickers = MarketFilter(tickers=tuple(missing[Venue.KALSHI]))
        fresh += (await kalshi_catalog.fetch_markets(rest.kalshi, tickers)).instruments
    return fresh


async def _question(rest: Rest, asked: Sequence[Named], known: dict[str, Instrument]) -> Question:
    """Look up the markets of one question, and note them; ValueError for one that is not there."""
    found = []
    for named in asked:
        if named.venue is Venue.KALSHI:
            one = known.get(named.reference) or await _ticker(rest, named.reference)
            known[one.id] = one
        else:
            one, no = await polymarket_catalog.resolve(rest.gamma, named.reference)
            known |= {one.id: one, no.id: no}
        question = question_of(one)
        found.append(opposite(question) if named.is_inverse else question)
    return merged(found, asked[0].reference)


async def _ticker(rest: Rest, ticker: str) -> Instrument:
    listing = await kalshi_catalog.fetch_markets(rest.kalshi, MarketFilter(tickers=(ticker,)))
    if not listing.instruments:
        raise ValueError(f"Kalshi has no open market {ticker!r}")
    return listing.instruments[0]
