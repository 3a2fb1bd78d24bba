"""Elimination against systems made from their own solution."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from underround.core.windows.linear_system import solve

ENTRY = st.integers(-9, 9).map(float)


def test_a_zero_pivot_is_exchanged():
    assert solve([[0.0, 2.0], [4.0, 1.0]], [6.0, 7.0]) == pytest.approx([1.0, 3.0])


def test_a_singular_system_is_refused():
    with pytest.raises(ValueError, match="no single solution"):
        solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 2.0])


@given(
    st.lists(st.lists(ENTRY, min_size=3, max_size=3), min_size=3, max_size=3),
    st.lists(ENTRY, min_size=3, max_size=3),
)
def test_the_solution_that_made_the_right_side_is_found(matrix, wanted):
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    assume(abs(determinant) >= 1)
    right = [sum(x * y for x, y in zip(row, wanted, strict=True)) for row in matrix]
    assert solve(matrix, right) == pytest.approx(wanted, abs=1e-7)
