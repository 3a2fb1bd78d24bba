"""The review desk: answers with name, time and reason, undo, two people, suspension."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from tests.matching.contracts import SAME, kalshi, poly
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import entries_of_listings
from underround.matching.pair_states import TRANSITIONS, Answer, PairState
from underround.matching.review import GUARDS, ReviewDesk, ReviewError
from underround.matching.verdict import Decision, judge

OPEN = (
    poly("Will Acme release Rocket 9 by June 2026?", id="0x9"),
    kalshi("KXROCKET-26JUL01", "Will Acme release Rocket 9 before Jul 1, 2026?"),
)
OPEN_ID = "kxrocket-26jul01"
SURE_ID = "kxgovohnomd-26-anow"


def keep(catalog, *listings, now_ns=1):
    for venue in Venue:
        markets = [each for each in entries_of_listings(listings) if each.venue is venue]
        catalog.refresh(venue, markets, now_ns)


@pytest.fixture
def catalog():
    with Catalog() as opened:
        keep(opened, *OPEN, *SAME["nominee"])
        yield opened


@pytest.fixture
def desk(catalog):
    made = ReviewDesk(catalog)
    assert made.propose([judge(*OPEN), judge(*SAME["nominee"])], 10) == 2
    return made


def test_what_passes_is_approved_by_the_guards_and_the_rest_waits(desk):
    assert [entry.id for entry in desk.approved()] == [SURE_ID]
    assert [pair.id for pair in desk.waiting()] == [OPEN_ID]
    (answer,) = desk.history(SURE_ID)
    assert (answer.who, answer.at_ns, answer.answer) == (GUARDS, 10, Answer.ACCEPT)


def test_refused_pairs_and_known_ones_are_not_proposed(desk):
    other = judge(
        OPEN[0], replace(OPEN[1], title="Will Acme announce Rocket 9 before Jul 1, 2026?")
    )
    assert other.decision is Decision.REFUSE
    assert desk.propose([other, judge(*OPEN)], 11) == 0


def test_an_answer_is_kept_with_name_time_and_reason(desk):
    pair = desk.answer(OPEN_ID, Answer.ACCEPT, "both mean June", "ann", 20)
    assert pair.state is PairState.APPROVED
    (answer,) = desk.history(OPEN_ID)
    assert (answer.who, answer.at_ns, answer.reason) == ("ann", 20, "both mean June")
    assert {entry.id for entry in desk.approved()} == {OPEN_ID, SURE_ID}


@pytest.mark.parametrize(("reason", "who"), [("", "ann"), ("because", " ")])
def test_an_answer_needs_a_name_and_a_reason(desk, reason, who):
    with pytest.raises(ReviewError, match="a name and a reason"):
        desk.answer(OPEN_ID, Answer.ACCEPT, reason, who, 20)
    assert desk.history(OPEN_ID) == []


def test_an_answer_can_be_taken_back(desk):
    desk.answer(OPEN_ID, Answer.REFUSE, "by June is vague", "ann", 20)
    assert desk.undo("ann", 21).state is PairState.PROPOSED
    assert [answer.undone for answer in desk.history(OPEN_ID)] == [True]
    with pytest.raises(ReviewError, match="no answer to take back"):
        desk.undo("ann", 22)


def test_an_answer_that_was_answered_stays(desk):
    desk.answer(OPEN_ID, Answer.ACCEPT, "fine", "ann", 20)
    desk.answer(OPEN_ID, Answer.REFUSE, "not fine", "bob", 21)
    with pytest.raises(ReviewError, match="has changed since"):
        desk.undo("ann", 22)
    assert desk.pair(OPEN_ID).state is PairState.REFUSED


def test_a_second_person_can_be_demanded(catalog):
    desk = ReviewDesk(catalog, second_person=True)
    desk.propose([judge(*OPEN), judge(*SAME["nominee"])], 10)
    assert desk.pair(SURE_ID).state is PairState.HALF_APPROVED
    assert desk.answer(OPEN_ID, Answer.ACCEPT, "fine", "ann", 20).state is PairState.HALF_APPROVED
    with pytest.raises(ReviewError, match="another person must"):
        desk.answer(OPEN_ID, Answer.ACCEPT, "still fine", "ann", 21)
    assert desk.answer(OPEN_ID, Answer.ACCEPT, "agreed", "bob", 22).state is PairState.APPROVED


def test_changed_rules_suspend_until_somebody_looks(desk, catalog):
    changed = replace(SAME["nominee"][1], rules="If Ada Nowak is on the ballot, …")
    keep(catalog, changed, now_ns=30)
    assert desk.pair(SURE_ID).state is PairState.SUSPENDED
    assert desk.approved() == []
    assert desk.waiting()[0].id == SURE_ID
    assert desk.answer(SURE_ID, Answer.ACCEPT, "the same still", "ann", 31).state is (
        PairState.APPROVED
    )


def test_there_must_be_such_a_pair(desk):
    with pytest.raises(ReviewError, match='no pair "nothing"'):
        desk.answer("nothing", Answer.ACCEPT, "fine", "ann", 20)


def test_only_acceptance_leads_to_approval():
    roads = {key[:2] for key, after in TRANSITIONS.items() if after is PairState.APPROVED}
    assert {answer for _, answer in roads} == {Answer.ACCEPT}
    needing = {key for key, after in TRANSITIONS.items() if key[2] and after is PairState.APPROVED}
    assert needing == {(PairState.HALF_APPROVED, Answer.ACCEPT, True)}


class TwoPeople(RuleBasedStateMachine):
    """Whatever two people do, a pair is never approved without both of them standing by it."""

    def __init__(self):
        super().__init__()
        self.catalog = Catalog()
        keep(self.catalog, *OPEN)
        self.desk = ReviewDesk(self.catalog, second_person=True)
        self.desk.propose([judge(*OPEN)], 1)
        self.now_ns = 2
        self.texts = 0

    def teardown(self):
        self.catalog.close()

    @rule(answer=st.sampled_from(list(Answer)), who=st.sampled_from(["ann", "bob"]))
    def answer(self, answer, who):
        self.now_ns += 1
        try:
            self.desk.answer(OPEN_ID, answer, "because", who, self.now_ns)
        except ReviewError as error:
            assert "another person" in str(error)

    @rule(who=st.sampled_from(["ann", "bob"]))
    def undo(self, who):
        self.now_ns += 1
        try:
            self.desk.undo(who, self.now_ns)
        except ReviewError as error:
            assert "take back" in str(error) or "changed since" in str(error)

    @rule()
    def change_rules(self):
        self.now_ns += 1
        self.texts += 1
        keep(self.catalog, replace(OPEN[1], rules=f"version {self.texts}"), now_ns=self.now_ns)
        assert self.desk.pair(OPEN_ID).state not in (PairState.APPROVED, PairState.HALF_APPROVED)

    @invariant()
    def approval_stands_on_two(self):
        standing = [each for each in self.desk.history(OPEN_ID) if not each.undone]
        if self.desk.pair(OPEN_ID).state is PairState.APPROVED:
            last = standing[-1]
            accepted = {each.who for each in standing if each.answer is Answer.ACCEPT}
            assert last.answer is Answer.ACCEPT
            assert accepted == {"ann", "bob"}


TwoPeople.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
test_two_people = TwoPeople.TestCase
