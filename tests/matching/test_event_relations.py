"""Ladders, partitions and complements among the markets of one event, by name."""

import pytest

from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import CatalogMarket
from underround.matching.event_relations import (
    Claim,
    ClaimSet,
    EventRelations,
    Related,
    event_relations,
    events_of,
)
from underround.matching.relations import Relation


def poly(name: str, title: str, **more) -> CatalogMarket:
    facts = {"outcomes": ("Yes", "No"), "ends": "2026-12-31", "event_id": "e"} | more
    return CatalogMarket(venue=Venue.POLYMARKET, id=name, title=title, **facts)


def market(ticker: str, title: str, **more) -> CatalogMarket:
    facts = {"event_id": ticker.rpartition("-")[0], "ends": "2026-12-31T00:00:00Z"} | more
    return CatalogMarket(venue=Venue.KALSHI, id=ticker, title=title, **facts)


def yes(found: CatalogMarket, outcome: str = "Yes") -> Claim:
    return Claim(found.venue, found.id, outcome)


DEADLINES = [
    poly("0xa", "Will Acme release Rocket 9 by March 31, 2026?"),
    poly("0xb", "Will Acme release Rocket 9 by December 31, 2026?"),
    poly("0xc", "Will Acme release Rocket 9 by June 30, 2026?"),
]
RIVALS = [
    poly("0x1", "Will Ada Nowak win the 2026 Ohio governor election?"),
    poly("0x2", "Will Eva Stone win the 2026 Ohio governor election?"),
]


def test_deadlines_are_a_ladder_the_widest_first():
    found = event_relations(DEADLINES)
    march, december, june = map(yes, DEADLINES)
    assert found.ladders == ((december, june, march),)
    assert found.partitions == ()
    assert Related(march, june, Relation.IMPLIES) in found.related
    assert Related(june, march, Relation.IMPLIED) in found.related
    assert len(found.related) == 6


def test_rivals_for_one_office_exclude_each_other_and_need_not_be_all():
    found = event_relations(RIVALS)
    assert found.partitions == (ClaimSet(tuple(map(yes, RIVALS)), is_exhaustive=False),)
    assert found.ladders == ()


def test_both_named_outcomes_of_a_game_are_a_complete_set():
    rules = "In the upcoming NBA game, scheduled for February 3 at 7:00PM ET: If either wins."
    game = poly(
        "0xg", "Hawks vs. Celtics", outcomes=("Hawks", "Celtics"), rules=rules, ends="2026-02-04"
    )
    found = event_relations([game])
    sides = (yes(game, "Hawks"), yes(game, "Celtics"))
    assert found.partitions == (ClaimSet(sides, is_exhaustive=True),)
    assert Related(*sides, Relation.COMPLEMENT) in found.related


def test_bounds_that_leave_no_value_out_are_complete():
    title = "Will the Fed {} after the January 2027 meeting?"
    moves = ("decrease interest rates", "leave rates unchanged", "increase interest rates")
    markets = [poly(f"0x{n}", title.format(move)) for n, move in enumerate(moves)]
    found = event_relations(markets)
    assert found.partitions == (ClaimSet(tuple(map(yes, markets)), is_exhaustive=True),)


def test_one_event_as_both_venues_list_it():
    held = market(
        "KXFEDDECISION-27JAN-H0", "Will the Federal Reserve hold rates at its January 2027 meeting?"
    )
    raised = poly("0x1", "Will the Fed increase interest rates after the January 2027 meeting?")
    (related, _) = event_relations([held, raised]).related
    assert (related.one.venue, related.relation) == (Venue.KALSHI, Relation.EXCLUDES)


@pytest.mark.parametrize("title", ["Will Person X win the [award]?", "Will ___ win?"])
def test_nothing_is_said_of_what_cannot_be_read(title: str):
    odd = poly("0xodd", title)
    found = event_relations([odd, *RIVALS])
    assert found.unread == (yes(odd),)
    assert yes(odd) not in {each.one for each in found.related}


def test_nothing_follows_between_strangers():
    assert event_relations([RIVALS[0], DEADLINES[0]]) == EventRelations()
    assert event_relations([]) == EventRelations()


def test_events_come_from_the_catalog():
    other = poly("0xo", "Will it rain?", event_id="")
    with Catalog() as catalog:
        catalog.refresh(Venue.POLYMARKET, [*DEADLINES, other], 1)
        assert events_of(catalog, Venue.POLYMARKET) == {"e": DEADLINES}
