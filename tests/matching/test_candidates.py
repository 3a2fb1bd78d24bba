"""Candidates: the true partner is among the first, and an index that changes stays right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.contracts import SAME
from tests.matching.lookalikes import APART
from underround.matching.candidates import Index, candidates, features

POLY = [pair[0] for pair in (*SAME.values(), *APART.values())]
KALSHI = [pair[1] for pair in (*SAME.values(), *APART.values())]


def test_the_true_partner_is_among_the_twenty_nearest():
    index = Index(KALSHI)
    found = [
        KALSHI.index(two) in {position for position, _ in index.nearest(one, 20)}
        for one, two in SAME.values()
    ]
    assert sum(found) / len(found) >= 0.98


def test_likeness_falls_and_lies_between_nought_and_one():
    scores = [score for _, score in Index(KALSHI).nearest(POLY[0], 20)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1.000001 for score in scores)


def test_a_listing_taken_out_is_not_found_again():
    index = Index(KALSHI)
    one, two = SAME["nominee"]
    (position, _), *_ = index.nearest(one, 1)
    assert KALSHI[position] == two
    index.remove(position)
    assert position not in {found for found, _ in index.nearest(one, 40)}
    assert index.nearest(one, 1)[0][0] != index.add(two)
    with pytest.raises(KeyError):
        index.remove(position)


def test_an_empty_side_gives_nothing():
    assert candidates(POLY, []) == []
    assert candidates([], KALSHI) == []


@given(st.lists(st.sampled_from(range(len(KALSHI))), unique=True, min_size=1, max_size=12))
def test_an_index_after_changes_answers_as_a_fresh_one(removed):
    index = Index(KALSHI)
    for position in removed:
        index.remove(position)
    fresh = Index([each for at, each in enumerate(KALSHI) if at not in removed])
    assert len(index) == len(fresh)
    changed = [round(score, 9) for _, score in index.nearest(POLY[3], 5)]
    assert changed == [round(score, 9) for _, score in fresh.nearest(POLY[3], 5)]


def test_what_a_listing_is_found_by():
    found = features(SAME["basketball game"][0])
    assert found["id:nba:bos"] == 2.0
    assert "day:2026-02-03" in found
