"""The pairs file: what the engine reads is what was approved, with its polarity."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from tests.matching.contracts import SAME, kalshi, poly
from underround.app.pairs.file import decode_pairs
from underround.core.contract_terms import Grade
from underround.matching.pair_book import BookEntry, graded, polarity_of, render
from underround.matching.pair_merge import merge_pair_file, wanted
from underround.matching.verdict import Decision, judge


def test_the_written_file_is_read_by_the_engine(tmp_path):
    verdicts = [judge(*pair) for pair in SAME.values()]
    count = len(merge_pair_file(tmp_path / "pairs.toml", wanted(verdicts)).added)
    entries, problems = decode_pairs((tmp_path / "pairs.toml").read_text(), "pairs.toml")
    assert (len(entries), problems) == (count, [])
    written = {entry.kalshi: entry for entry in entries}
    one, two = SAME["basketball game"]
    assert (written[two.id].polymarket, written[two.id].polarity) == (one.id, "inverse")
    assert written["KXGOVOHNOMD-26-ANOW"].polarity == "same"


def test_refused_pairs_are_not_written(tmp_path):
    verdict = judge(poly("Will it rain?"), kalshi("KXSNOW-26", "Will it snow?"))
    assert merge_pair_file(tmp_path / "pairs.toml", wanted([verdict])).added == ()
    assert decode_pairs((tmp_path / "pairs.toml").read_text(), "pairs.toml") == ([], [])


def test_the_second_outcome_is_inverse():
    title = "Hawks vs. Celtics"
    assert polarity_of(poly(title, "Hawks")) == "same"
    assert polarity_of(poly(title, "Celtics")) == "inverse"
    assert polarity_of(poly(title, "Celtics", outcomes=("Celtics", "Hawks"))) == "same"
    assert polarity_of(poly("A vs. B: O/U 2.5", "Under")) == "inverse"
    assert polarity_of(poly("Will A win?", "Yes")) == "same"


def test_two_ids_for_one_ticker_stay_apart(tmp_path):
    one, two = SAME["nominee"]
    again = poly(one.title, id="0xsecond")
    merge_pair_file(tmp_path / "pairs.toml", wanted([judge(one, two), judge(again, two)]))
    listed = tomllib.loads((tmp_path / "pairs.toml").read_text())["pair"]
    assert [entry["id"] for entry in listed] == ["kxgovohnomd-26-anow", "kxgovohnomd-26-anow-2"]


@given(st.text(max_size=40))
def test_any_note_survives_the_file(note):
    entry = BookEntry(id="a", polymarket="0x1", kalshi="KXA", polarity="same", note=note)
    assert tomllib.loads(render([entry]))["pair"][0]["note"] == note


def test_what_is_left_over_is_graded_in_the_file_and_read_back(tmp_path):
    verdicts = [judge(*pair) for pair in SAME.values()]
    merge_pair_file(tmp_path / "pairs.toml", wanted(verdicts))
    entries, problems = decode_pairs((tmp_path / "pairs.toml").read_text(), "pairs.toml")
    assert problems == []
    by_market = {(each.polymarket, each.kalshi): each.terms for each in entries}
    seen = set()
    for verdict in verdicts:
        terms = by_market[verdict.polymarket.id, verdict.kalshi.id]
        assert terms is not None
        left_over = "; ".join(map(str, verdict.residual))
        grade = Grade.EQUIVALENT if left_over else Grade.IDENTICAL
        assert (terms.grade, terms.residual, terms.approved_by) == (grade, left_over, "guards")
        seen.add(grade)
    assert seen == {Grade.IDENTICAL, Grade.EQUIVALENT}


def test_what_a_person_accepted_against_the_guards_is_left_over():
    assert graded(Decision.REVIEW, "deadline unknown") == ("equivalent", "deadline unknown")
    assert graded(Decision.REFUSE, "") == ("", "")
    assert graded(Decision.ACCEPT, "all pass: subject") == ("identical", "")
    assert graded(Decision.ACCEPT, "all pass: subject; residual: a; b") == ("equivalent", "a; b")
