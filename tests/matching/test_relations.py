"""Ladders, complements and partitions that follow from words, and nothing that does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matching.contracts import FED, kalshi, poly, scheduled
from underround.matching.reading import read
from underround.matching.relations import Relation, partition, relation

R = Relation


def total(line, side="Over"):
    return read(
        poly(
            f"Fulham FC vs. Leeds United FC: O/U {line}",
            side,
            ends="2026-04-11",
            slug="x-2026-04-11",
        )
    )


def meeting(words):
    return read(poly(f"Fed {words} after June 2026 meeting?", rules=FED))


def three_ways():
    win = "Fulham vs Leeds Winner?"
    return [
        read(kalshi(f"KXEPLGAME-26APR11FULLEE-{code}", win, side))
        for code, side in (("FUL", "Fulham"), ("TIE", "Tie"), ("LEE", "Leeds"))
    ]


def by(day):
    return read(poly(f"Will Acme release Rocket 9 by {day}, 2026?"))


def game(side):
    return read(poly("Hawks vs. Celtics", side, scheduled("NBA", "February 3"), "2026-02-04"))


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (total("2.5"), total("1.5"), R.IMPLIES),
        (total("1.5"), total("2.5"), R.IMPLIED),
        (total("2.5"), total("2.5", "Under"), R.COMPLEMENT),
        (total("1.5", "Under"), total("2.5"), R.EXCLUDES),
        (total("1.5", "Under"), total("2.5", "Under"), R.IMPLIES),
        (total("1.5"), total("2.5", "Under"), None),
        (by("June 30"), by("December 31"), R.IMPLIES),
        (by("June 30"), by("June 30"), R.SAME),
        (game("Hawks"), game("Celtics"), R.COMPLEMENT),
        (
            meeting("decreases interest rates by 25 bps"),
            meeting("decreases interest rates"),
            R.IMPLIES,
        ),
        (meeting("decreases interest rates"), meeting("increases interest rates"), R.EXCLUDES),
        (game("Hawks"), by("June 30"), None),
    ],
)
def test_what_one_says_of_the_other(one, two, expected):
    assert relation(one, two) is expected


def test_a_game_of_three_ways_is_a_whole_partition():
    ways = three_ways()
    found = partition(ways)
    assert found is not None
    assert (found.members, found.exhaustive) == ((0, 1, 2), True)
    without_draw = partition([ways[0], ways[2]])
    assert without_draw is not None
    assert not without_draw.exhaustive


def test_bounds_that_leave_a_gap_are_no_whole_partition():
    ends = [meeting("decreases interest rates"), meeting("increases interest rates")]
    assert partition(ends).exhaustive is False
    hold = read(poly("No change in Fed interest rates after June 2026 meeting?", rules=FED))
    assert partition([*ends, hold]).exhaustive is True


def test_nested_bets_are_no_partition():
    assert partition([total("1.5"), total("2.5")]) is None
    assert partition([total("1.5")]) is None


def test_rivals_for_one_prize_exclude_each_other():
    one, two = (
        read(poly(f"Will {name} win the 2026 French Open?")) for name in ("Ada Nowak", "Bea Ortiz")
    )
    assert relation(one, two) is R.EXCLUDES


def test_a_doubtful_contract_has_no_relations():
    odd = read(poly("Fulham FC vs. Leeds United FC: Exact Corners", ends="2026-04-11"))
    assert relation(odd, odd) is None


REVERSED = {R.IMPLIES: R.IMPLIED, R.IMPLIED: R.IMPLIES}


@given(
    st.sampled_from(["0.5", "1.5", "2.5", "3.5"]),
    st.sampled_from(["0.5", "1.5", "2.5", "3.5"]),
    st.sampled_from(["Over", "Under"]),
    st.sampled_from(["Over", "Under"]),
)
def test_relations_of_totals_are_true_of_every_score(line, other, side, opposite):
    one, two = total(line, side), total(other, opposite)
    found = relation(one, two)
    pays = [
        ((goals > float(line)) == (side == "Over"), (goals > float(other)) == (opposite == "Over"))
        for goals in range(8)
    ]
    true = {
        R.SAME: all(a == b for a, b in pays),
        R.COMPLEMENT: all(a != b for a, b in pays),
        R.IMPLIES: all(b for a, b in pays if a),
        R.IMPLIED: all(a for a, b in pays if b),
        R.EXCLUDES: not any(a and b for a, b in pays),
    }
    assert found is None or true[found]
    assert relation(two, one) is REVERSED.get(found, found)
