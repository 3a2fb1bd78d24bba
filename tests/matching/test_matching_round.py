"""A round over the catalog judges what is new or changed, and never doubles an approved partner."""

import pytest
from msgspec.structs import replace

from tests.matching.contracts import SAME
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import entries_of_listings
from underround.matching.matching_round import match_catalog
from underround.matching.pair_states import PairState
from underround.matching.review import ReviewDesk
from underround.matching.verdict import Decision, Verdict

GAME, NOMINEE, OTHER = SAME["basketball game"], SAME["nominee"], SAME["two teams of one city"]


@pytest.fixture
def catalog():
    with Catalog() as opened:
        yield opened


def list_all(catalog: Catalog, *pairs, whole: bool = False) -> None:
    for place, venue in enumerate((Venue.POLYMARKET, Venue.KALSHI)):
        markets = entries_of_listings(pair[place] for pair in pairs)
        catalog.refresh(venue, markets, 1, whole=whole)


def accepted(verdicts: list[Verdict]) -> set[str]:
    return {each.kalshi.id for each in verdicts if each.decision is Decision.ACCEPT}


def test_the_first_round_judges_all_and_the_next_nothing(catalog):
    list_all(catalog, GAME, NOMINEE)
    first = match_catalog(catalog, "1")
    assert accepted(first.verdicts) == {GAME[1].id, NOMINEE[1].id}
    assert first.fresh == {Venue.POLYMARKET: 2, Venue.KALSHI: 2}
    again = match_catalog(catalog, "1")
    assert (again.verdicts, again.fresh) == ([], {Venue.POLYMARKET: 0, Venue.KALSHI: 0})


def test_another_reader_reads_everything_again(catalog):
    list_all(catalog, GAME)
    match_catalog(catalog, "1")
    assert accepted(match_catalog(catalog, "2").verdicts) == {GAME[1].id}


@pytest.mark.parametrize("venue", list(Venue)[:2])
def test_a_market_that_comes_later_finds_its_partner_from_either_side(catalog, venue):
    list_all(catalog, GAME, OTHER)
    place = 0 if venue is Venue.POLYMARKET else 1
    held = NOMINEE[1 - place]
    catalog.refresh(held.venue, entries_of_listings([held]), 1)
    match_catalog(catalog, "1")
    late = NOMINEE[place]
    catalog.refresh(late.venue, entries_of_listings([late]), 2)
    found = match_catalog(catalog, "1")
    assert found.fresh[late.venue] == 1
    assert NOMINEE[1].id in accepted(found.verdicts)


def test_a_changed_end_alone_has_a_market_judged_again(catalog):
    list_all(catalog, GAME)
    match_catalog(catalog, "1")
    moved = replace(GAME[0], ends="2026-02-05T00:00:00Z")
    catalog.refresh(Venue.POLYMARKET, entries_of_listings([moved]), 2)
    assert match_catalog(catalog, "1").fresh[Venue.POLYMARKET] == 1


def test_a_second_partner_of_an_approved_side_goes_to_review(catalog):
    list_all(catalog, NOMINEE)
    desk = ReviewDesk(catalog)
    desk.propose(match_catalog(catalog, "1").verdicts, 2)
    twin = replace(NOMINEE[0], id="0xtwin")
    catalog.refresh(Venue.POLYMARKET, entries_of_listings([twin]), 3)
    found = match_catalog(catalog, "1")
    (mine,) = [each for each in found.verdicts if each.polymarket.id == "0xtwin"]
    assert mine.decision is Decision.REVIEW
    assert "one-to-one unknown" in mine.reason
    desk.propose(found.verdicts, 4)
    assert [pair.state for pair in desk.pairs()] == [PairState.APPROVED, PairState.PROPOSED]
