"""The least that a sure dollar costs, over an explicit space of outcomes.

By duality: give every world a price so that no claim is worth more than it costs, and let the
prices add up to as much as they can. Below one dollar, the claims that hold them down are an
underround. A small simplex in floats, checked by whoever uses it against the payoffs themselves;
this module knows no venue and no solver of the product's.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

_ZERO: Final = 1e-9
_MOST_PIVOTS: Final = 200


class Cheapest(NamedTuple):
    """The least cost of one sure dollar (in the unit of the costs), and how much of each claim."""

    cost: float
    amounts: tuple[float, ...]


def cheapest_dollar(
    pays: Sequence[frozenset[int]], costs: Sequence[int], worlds: int
) -> Cheapest | None:
    """Return the cheapest holding that pays at least one in every world; None when there is none.

    `pays[i]` are the worlds in which a contract of claim i pays one, `costs[i]` > 0 its cost.
    """
    covered = frozenset().union(*pays) if pays else frozenset()
    if len(covered) < worlds:
        return None
    # One row a claim (what it pays, then its cost), a column a world; the last row is the gain.
    table = [[1.0 * (w in paid) for w in range(worlds)] for paid in pays]
    table = [[*row, float(cost)] for row, cost in zip(table, costs, strict=True)]
    table.append([-1.0] * worlds + [0.0])
    columns: list[tuple[str, int]] = [("world", world) for world in range(worlds)]
    rows: list[tuple[str, int]] = [("claim", claim) for claim in range(len(pays))]
    for _ in range(_MOST_PIVOTS):
        # Bland's rule, so that ties cannot turn in circles.
        entering = [c for c in range(worlds) if table[-1][c] < -_ZERO]
        if not entering:
            amounts = [0.0] * len(pays)
            for column, (what, number) in enumerate(columns):
                if what == "claim":
                    amounts[number] = table[-1][column]
            return Cheapest(table[-1][-1], tuple(amounts))
        column = min(entering, key=lambda c: columns[c])
        ratios = [
            (row[-1] / row[column], rows[index], index)
            for index, row in enumerate(table[:-1])
            if row[column] > _ZERO
        ]
        if not ratios:
            return None
        _, _, pivot = min(ratios)
        _exchange(table, pivot, column)
        rows[pivot], columns[column] = columns[column], rows[pivot]
    raise AssertionError("the simplex does not end")


def _exchange(table: list[list[float]], pivot: int, column: int) -> None:
    """Swap a row's variable with a column's, in the condensed tableau."""
    row = table[pivot]
    inverse = 1.0 / row[column]
    for index, other in enumerate(table):
        factor = other[column]
        if index == pivot or not factor:
            continue
        scaled = factor * inverse
        for c, value in enumerate(row):
            if c != column and value:
                other[c] -= scaled * value
        other[column] = -scaled
    for c in range(len(row)):
        if c != column:
            row[c] *= inverse
    row[column] = inverse
