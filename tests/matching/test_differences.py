"""Marks on the words that only one side has."""

from hypothesis import given
from hypothesis import strategies as st

from underround.matching.differences import marked


def test_only_differing_words_are_marked():
    one, two = marked("Signed by June 30, at noon.", "signed before June 30 at noon")
    assert [word.text for word in one if word.differs] == ["by"]
    assert [word.text for word in two if word.differs] == ["before"]


def test_nothing_is_common_with_an_empty_text():
    one, two = marked("some words", "")
    assert ([word.differs for word in one], two) == ([True, True], [])


@given(st.text("ab cd.", max_size=30), st.text("ab cd.", max_size=30))
def test_unmarked_words_are_as_many_on_both_sides(first, second):
    one, two = marked(first, second)
    assert [word.text for word in one] == first.split()
    assert sum(not word.differs for word in one) == sum(not word.differs for word in two)
    assert not any(word.differs for side in marked(first, first) for word in side)
