"""Approved pairs against today's rules: they hold, or they are suspended with the reason."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from tests.matching.contracts import SAME
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import entries_of_listings
from underround.matching.pair_states import Answer, PairState
from underround.matching.periods import read_end
from underround.matching.review import ReviewDesk
from underround.matching.verdict import judge
from underround.matching.verification import Standing, Verification, tally, verify_pairs

ONE, TWO = SAME["nominee"]
PAIR = "kxgovohnomd-26-anow"


@pytest.fixture
def desk():
    with Catalog() as catalog:
        for venue, side in ((Venue.POLYMARKET, ONE), (Venue.KALSHI, TWO)):
            catalog.refresh(venue, entries_of_listings([side]), 1)
        made = ReviewDesk(catalog)
        made.propose([judge(ONE, TWO)], 2)
        yield made


def refresh(desk, *listings):
    desk.catalog.refresh(Venue.KALSHI, entries_of_listings(listings), 3, whole=True)


def test_a_pair_whose_rules_stand_holds(desk):
    (found,) = verify_pairs(desk)
    assert (found.pair_id, found.standing) == (PAIR, Standing.HOLDS)
    assert tally([found]) == {
        "holds": 1, "rules changed": 0, "checks fail": 0, "market vanished": 0,
        "market ended": 0,
    }  # fmt: skip


def test_changed_rules_are_named_until_answered(desk):
    changed = replace(TWO, rules="If Ada Nowak is on the ballot, then the market resolves to Yes.")
    refresh(desk, changed)
    expected = [Verification(PAIR, Standing.CHANGED, "waits for a person")]
    assert verify_pairs(desk) == expected == verify_pairs(desk)
    desk.answer(PAIR, Answer.ACCEPT, "the same", "ann", 4)
    assert verify_pairs(desk)[0].standing is Standing.HOLDS


def test_an_approval_that_checks_now_contradict_is_suspended(desk):
    changed = replace(TWO, title="Will Eva Stone be the Democratic nominee for Governor in Ohio?")
    refresh(desk, changed)
    desk.answer(PAIR, Answer.ACCEPT, "hastily", "ann", 4)
    (found,) = verify_pairs(desk)
    assert found.standing is Standing.FAILS
    assert "subject fail" in found.reason
    assert desk.pair(PAIR).state is PairState.SUSPENDED


def test_a_market_whose_day_is_past_has_ended_and_waits_for_nobody(desk):
    refresh(desk)
    ends = read_end(TWO.ends) or date(2026, 11, 3)
    desk.catalog.database.execute("UPDATE market SET ends = ?", (ends.isoformat(),))
    (found,) = verify_pairs(desk, ends)
    assert found.standing is Standing.ENDED
    assert desk.pair(PAIR).state is PairState.APPROVED
    (early,) = verify_pairs(desk, ends - timedelta(days=1))
    assert early.standing is Standing.VANISHED
    assert desk.waiting() == []


def test_a_person_who_overruled_the_guards_is_not_overruled_by_them(desk):
    both = replace(ONE, outcomes=("Yes", "No"))
    desk.catalog.refresh(Venue.POLYMARKET, entries_of_listings([both]), 4)
    no = replace(both, outcome="No")
    pair = desk.adopt(judge(no, TWO), 5)
    assert (pair.state, pair.polarity) == (PairState.APPROVED, "inverse")
    assert {each.standing for each in verify_pairs(desk)} == {Standing.HOLDS}


def test_a_market_that_vanished_suspends(desk):
    refresh(desk)
    assert verify_pairs(desk) == [
        Verification(PAIR, Standing.VANISHED, f"kalshi lists no {TWO.id}")
    ]
    assert desk.pair(PAIR).state is PairState.SUSPENDED
