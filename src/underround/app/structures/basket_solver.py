"""Solves baskets with HiGHS: the slow, pure work that the engine asks for and does not do itself.

Stateless: the same program gives the same answer. What comes back is only ever a suggestion; it is
priced exactly before it leaves this module.
"""

from collections.abc import Sequence
from typing import Any

import highspy

from underround.core.arbitrage.basket import (
    Cluster,
    LinearProgram,
    amounts_e6,
    formulate,
    formulate_top,
    price,
)
from underround.core.leg import BuyLadder, least_size_e6
from underround.core.sizing import Sizing
from underround.core.units import USD_ONE_E6


def solve(program: LinearProgram) -> tuple[float, ...] | None:
    """Return the values of the program's columns at an optimum; None when HiGHS finds none."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(program.gains), len(program.rows)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = list(program.gains)
    model.col_lower_ = [0.0] * len(program.gains)
    model.col_upper_ = list(program.upper)
    model.row_lower_ = [0.0] * len(program.rows)
    model.row_upper_ = [highspy.kHighsInf] * len(program.rows)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    starts, columns, coefficients = [0], [], []
    for row in program.rows:
        for column, coefficient in row:
            columns.append(column)
            coefficients.append(coefficient)
        starts.append(len(columns))
    model.a_matrix_.start_ = starts
    model.a_matrix_.index_ = columns
    model.a_matrix_.value_ = coefficients
    options = highspy.HighsOptions()
    options.output_flag = False
    options.threads = 1
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # has no types
    solver.passOptions(options)
    solver.passModel(model)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return tuple(solver.getSolution().col_value)


def size_basket(cluster: Cluster, ladders: Sequence[BuyLadder], threshold_e6: int) -> Sizing | None:
    """Return the best purchase over the cluster, priced exactly; None without an edge.

    One ladder a claim. `threshold_e6` is the least edge per dollar of sure payoff, usd_e6. A claim
    that would get under its minimum is left out and the rest solved again.
    """
    top = formulate_top(cluster, ladders)
    values = solve(top)
    if values is None:
        return None
    edge_top_e6 = int(_gain(top, values) * USD_ONE_E6 + 0.5)
    if edge_top_e6 <= 0 or edge_top_e6 < threshold_e6:
        return None
    left_out: frozenset[int] = frozenset()
    while True:
        program = formulate(cluster, ladders, threshold_e6, left_out)
        values = solve(program)
        if values is None:
            return None
        sizes_e6 = amounts_e6(program, values, ladders)
        small = {
            claim
            for claim, size_e6 in enumerate(sizes_e6)
            if 0 < size_e6 < least_size_e6(ladders[claim])
        }
        if not small:
            return price(cluster, ladders, sizes_e6, threshold_e6, edge_top_e6)
        left_out |= small


def _gain(program: LinearProgram, values: Sequence[float]) -> float:
    return sum(gain * value for gain, value in zip(program.gains, values, strict=True))
