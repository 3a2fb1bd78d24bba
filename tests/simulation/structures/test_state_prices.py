"""The cheapest sure dollar: feasible, and no dearer than any holding found by brute force."""

from fractions import Fraction
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from underround.simulation.structures.state_prices import cheapest_dollar

WORLDS = 3
CLAIMS = st.lists(
    st.tuples(
        st.frozensets(st.integers(0, WORLDS - 1)), st.integers(min_value=10_000, max_value=990_000)
    ),
    min_size=1,
    max_size=6,
)


def determinant(matrix: list[list[Fraction]]) -> Fraction:
    if not matrix:
        return Fraction(1)
    return sum(
        (
            (-1) ** column
            * matrix[0][column]
            * determinant([row[:column] + row[column + 1 :] for row in matrix[1:]])
            for column in range(len(matrix))
        ),
        Fraction(0),
    )


def solved(matrix: list[list[Fraction]]) -> list[Fraction] | None:
    """Return the x for which every row of the matrix times x is one, by Cramer's rule."""
    whole = determinant(matrix)
    if not whole:
        return None
    ones = [[[*row[:c], Fraction(1), *row[c + 1 :]] for row in matrix] for c in range(len(matrix))]
    return [determinant(each) / whole for each in ones]


def brute_force(claims: list[tuple[frozenset[int], int]]) -> Fraction | None:
    """Try every vertex: so many claims held as worlds are paid exactly one."""
    best: Fraction | None = None
    for count in range(1, WORLDS + 1):
        for held, tight in product(
            combinations(range(len(claims)), count), combinations(range(WORLDS), count)
        ):
            matrix = [[Fraction(world in claims[i][0]) for i in held] for world in tight]
            amounts = solved(matrix)
            if amounts is None or min(amounts) < 0:
                continue
            pays = [
                sum(a for a, i in zip(amounts, held, strict=True) if world in claims[i][0])
                for world in range(WORLDS)
            ]
            if min(pays) < 1:
                continue
            cost = sum((a * claims[i][1] for a, i in zip(amounts, held, strict=True)), Fraction(0))
            best = cost if best is None else min(best, cost)
    return best


@given(CLAIMS)
def test_it_costs_what_the_best_vertex_costs(claims: list[tuple[frozenset[int], int]]) -> None:
    found = cheapest_dollar([pays for pays, _ in claims], [cost for _, cost in claims], WORLDS)
    expected = brute_force(claims)
    if expected is None:
        assert found is None
        return
    assert found is not None
    assert abs(found.cost - float(expected)) < 1e-3
    for world in range(WORLDS):
        paid = sum(a for a, (pays, _) in zip(found.amounts, claims, strict=True) if world in pays)
        assert paid > 1 - 1e-9
    assert min(found.amounts) >= -1e-9


def test_all_no_of_three_outcomes_pays_two_dollars_for_every_three() -> None:
    pays = [frozenset({1, 2}), frozenset({0, 2}), frozenset({0, 1})]
    found = cheapest_dollar(pays, [600_000, 600_000, 600_000], 3)
    assert found is not None
    assert [round(amount, 9) for amount in found.amounts] == [0.5, 0.5, 0.5]
    assert round(found.cost) == 900_000


def test_a_world_that_nothing_pays_in_has_no_sure_dollar() -> None:
    assert cheapest_dollar([frozenset({0})], [1], 2) is None
    assert cheapest_dollar([], [], 1) is None
