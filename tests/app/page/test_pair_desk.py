"""The review as the page sees it: texts marked, checks, answers, none without a name."""

import pytest

from tests.matching.test_review import OPEN, OPEN_ID, keep
from underround.app.page.pair_desk import PairDesk
from underround.core.errors import UnderroundError
from underround.matching.catalog import Catalog
from underround.matching.pair_states import Answer
from underround.matching.review import ReviewDesk
from underround.matching.verdict import judge


@pytest.fixture
def desk(tmp_path) -> PairDesk:
    with Catalog(tmp_path / "c.sqlite") as catalog:
        keep(catalog, *OPEN)
        ReviewDesk(catalog).propose([judge(*OPEN)], 10)
    return PairDesk(tmp_path / "c.sqlite", lambda: 20)


def test_what_waits_is_shown_with_differing_words_and_checks(desk):
    found = desk.waiting()
    assert found["catalog"] is True
    (pair,) = found["pairs"]
    assert (pair["id"], pair["state"]) == (OPEN_ID, "proposed")
    differing = [word.text for word in pair["kalshi"]["words"] if word.differs]
    assert "before" in differing
    assert {check["outcome"] for check in pair["checks"]} >= {"pass", "unknown"}
    assert all(check["name"] not in check["text"].split(" ")[:1] for check in pair["checks"])


def test_answers_change_the_state_and_can_be_taken_back(desk):
    said = desk.answer(OPEN_ID, Answer.ACCEPT, "read both", "ann")
    assert said == {"id": OPEN_ID, "state": "approved"}
    assert desk.waiting()["pairs"] == []
    assert desk.undo(" ann ") == {"id": OPEN_ID, "state": "proposed"}


def test_an_answer_needs_a_name_and_a_pair(desk):
    for pair, who, reason in ((OPEN_ID, " ", "x"), (OPEN_ID, "ann", " "), ("other", "ann", "x")):
        with pytest.raises(UnderroundError):
            desk.answer(pair, Answer.REFUSE, reason, who)
    with pytest.raises(UnderroundError, match="no answer to take back"):
        desk.undo("bob")


def test_without_a_catalog_nothing_waits_and_none_is_made(tmp_path):
    path = tmp_path / "none.sqlite"
    desk = PairDesk(path, lambda: 1)
    assert desk.waiting()["catalog"] is False
    with pytest.raises(UnderroundError, match="does not exist"):
        desk.answer("a", Answer.ACCEPT, "x", "ann")
    assert not path.exists()
