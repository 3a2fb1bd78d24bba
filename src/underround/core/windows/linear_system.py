"""Small linear systems, solved by elimination; for fits with a handful of terms.

Plain floats, no state.
"""


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve matrix · x = right by elimination with pivoting; ValueError when singular."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    largest = max(abs(value) for row in matrix for value in row)
    for column in range(size):
        pivot = max(range(column, size), key=lambda place: abs(rows[place][column]))
        if abs(rows[pivot][column]) <= 1e-12 * largest:
            raise ValueError("the system has no single solution")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for place in range(column + 1, size):
            factor = rows[place][column] / rows[column][column]
            for entry in range(column, size + 1):
                rows[place][entry] -= factor * rows[column][entry]
    solution = [0.0] * size
    for place in range(size - 1, -1, -1):
        known = sum(rows[place][entry] * solution[entry] for entry in range(place + 1, size))
        solution[place] = (rows[place][size] - known) / rows[place][place]
    return solution
