"""Numbers of a stream against their definition: next one in order, older duplicate, newer gap."""

from hypothesis import given
from hypothesis import strategies as st

from underround.core.sequence import Continuity, Sequence

IN_ORDER, DUPLICATE, GAP = Continuity.IN_ORDER, Continuity.DUPLICATE, Continuity.GAP


def judged(numbers: list[int]) -> list[Continuity]:
    sequence = Sequence()
    return [sequence.take(number) for number in numbers]


def test_numbers_in_order_from_any_first_one():
    assert judged([7, 8, 9]) == [IN_ORDER] * 3


def test_what_came_before_is_a_duplicate_and_changes_nothing():
    assert judged([1, 2, 2, 1, 0, -5, 3]) == [IN_ORDER] * 2 + [DUPLICATE] * 4 + [IN_ORDER]


def test_after_a_gap_the_newer_number_counts():
    assert judged([1, 3, 4, 2]) == [IN_ORDER, GAP, IN_ORDER, DUPLICATE]


@given(st.lists(st.integers(-5, 20), min_size=1))
def test_against_the_definition(numbers: list[int]):
    expected, highest = [IN_ORDER], numbers[0]
    for number in numbers[1:]:
        distance = number - highest
        expected.append(DUPLICATE if distance <= 0 else IN_ORDER if distance == 1 else GAP)
        highest = max(highest, number)
    assert judged(numbers) == expected
