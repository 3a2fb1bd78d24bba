"""How much of a complete set to buy: every leg's ladder walked together, to the exact dollar.

Equal contracts on every leg, never equal dollars. The walk goes by marginal cost (price and model
fee); the answer is priced again fill by fill with each venue's worst rounding, and what does not
survive that is not claimed. This module knows no venue, no clock and no kind of underround.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from underround.core.leg import (
    BuyLadder,
    Choices,
    Fill,
    LegOrder,
    Step,
    least_size_e6,
    merged_steps,
    order_for,
    shared_lot_e6,
    split_e6,
    top_cost_e6,
)
from underround.core.units import SIZE_LIMIT_E6, SIZE_ONE_E6, divide_up

__all__ = ["BuyLadder", "Fill", "LegOrder", "Sizing", "walk", "walk_choices"]

_NEVER_E6: Final = 10**12


class Sizing(Struct, frozen=True):
    """A set of legs sized together: what it costs, what it surely pays, what is left.

    `size_e6` is the number of sets, `edge_top_e6` the edge of the first contract, `edge_e6` the
    edge per contract of the whole size rounded down, both usd_e6. The orders stand in leg order.
    """

    size_e6: int
    payoff_usd_e6: int
    cost_usd_e6: int
    fee_usd_e6: int
    edge_top_e6: int
    orders: tuple[LegOrder, ...]

    @property
    def edge_usd_e6(self) -> int:
        """The guaranteed payoff less everything paid."""
        return self.payoff_usd_e6 - self.cost_usd_e6

    @property
    def edge_e6(self) -> int:
        """The edge per contract, rounded down."""
        return self.edge_usd_e6 * SIZE_ONE_E6 // self.size_e6

    @property
    def fills(self) -> tuple[tuple[Fill, ...], ...]:
        """The fills of each order, level by level."""
        return tuple(order.fills for order in self.orders)


def walk(
    ladders: Sequence[BuyLadder],
    payoff_e6: int,
    threshold_e6: int,
    size_cap_e6: int | None = None,
) -> Sizing | None:
    """Return the best number of sets to buy, one contract from each ladder a set; None if none.

    `payoff_e6` is what a set surely pays and `threshold_e6` the least edge of its last contract
    and of the whole, both usd_e6 per set. Whole lots, minimums and the cap (contracts) are kept.
    """
    return walk_choices([(ladder,) for ladder in ladders], payoff_e6, threshold_e6, size_cap_e6)


def walk_choices(
    legs: Sequence[Sequence[BuyLadder]],
    payoff_e6: int,
    threshold_e6: int,
    size_cap_e6: int | None = None,
) -> Sizing | None:
    """Do as `walk` where each leg may be filled from several ladders, the cheapest first.

    A ladder that would get less than its minimum beside others is left out and the rest walked
    again. `LegOrder.choice` says which of the leg's ladders an order is for.
    """
    open_legs = [list(enumerate(ladders)) for ladders in legs]
    while all(open_legs):
        best = _walk_open(open_legs, payoff_e6, threshold_e6, size_cap_e6)
        if best is None:
            return None
        small = {
            (order.leg, order.choice)
            for order in best.orders
            if order.size_e6 < least_size_e6(legs[order.leg][order.choice])
        }
        if not small:
            return best
        open_legs = [
            [(choice, ladder) for choice, ladder in ladders if (leg, choice) not in small]
            for leg, ladders in enumerate(open_legs)
        ]
    return None


def _walk_open(
    legs: Sequence[Choices],
    payoff_e6: int,
    threshold_e6: int,
    size_cap_e6: int | None,
) -> Sizing | None:
    lot_e6 = shared_lot_e6(legs)
    cap_e6 = SIZE_LIMIT_E6 if size_cap_e6 is None else size_cap_e6
    cap_e6 -= cap_e6 % lot_e6
    least_e6 = max(min(least_size_e6(ladder) for _, ladder in leg) for leg in legs)
    least_e6 = divide_up(least_e6, lot_e6) * lot_e6
    steps = _tight_steps(legs, payoff_e6 - threshold_e6, lot_e6)
    if not all(steps):
        return None
    if min(sum(step[1] for step in leg_steps) for leg_steps in steps) < least_e6:
        steps = [merged_steps(leg, payoff_e6, lot_e6) for leg in legs]
    edge_top_e6 = payoff_e6 - sum(leg_steps[0][0] for leg_steps in steps)
    slack_e6 = len(legs) + 1  # what rounding each fee per contract up can hide, usd_e6 a contract
    best: Sizing | None = None
    for size_e6, gain_e12 in sorted(
        _breakpoints(steps, payoff_e6, threshold_e6, least_e6, cap_e6), key=lambda point: -point[1]
    ):
        if best is not None and gain_e12 + slack_e6 * size_e6 <= best.edge_usd_e6 * SIZE_ONE_E6:
            continue
        sizing = _priced(legs, steps, size_e6, payoff_e6, edge_top_e6)
        if sizing is None or sizing.edge_usd_e6 * SIZE_ONE_E6 < threshold_e6 * size_e6:
            continue
        if threshold_e6 >= 0 and sizing.edge_usd_e6 <= 0:
            continue
        if best is None or sizing.edge_usd_e6 > best.edge_usd_e6:
            best = sizing
    return best


def _tight_steps(legs: Sequence[Choices], most_e6: int, lot_e6: int) -> list[list[Step]]:
    """Return each leg's steps that fit under `most_e6` beside the best prices of the others."""
    tops = [
        min((top_cost_e6(ladder) or _NEVER_E6 for _, ladder in leg), default=_NEVER_E6)
        for leg in legs
    ]
    return [
        merged_steps(leg, most_e6 + 1 - (sum(tops) - top), lot_e6)
        for leg, top in zip(legs, tops, strict=True)
    ]


def _breakpoints(
    steps: Sequence[Sequence[Step]],
    payoff_e6: int,
    threshold_e6: int,
    least_e6: int,
    cap_e6: int,
) -> list[tuple[int, int]]:
    """Walk all legs at once; return (size, gain in usd_e12) wherever a level runs out.

    Below the least size the walk goes on past the threshold as long as the whole still clears it.
    """
    points: list[tuple[int, int]] = []
    at = [0] * len(steps)
    left_e6 = [leg_steps[0][1] for leg_steps in steps]
    size_e6 = gain_e12 = 0
    while size_e6 < cap_e6:
        cost_e6 = sum(leg_steps[index][0] for leg_steps, index in zip(steps, at, strict=True))
        edge_e6 = payoff_e6 - cost_e6
        taken_e6 = min(*left_e6, cap_e6 - size_e6)
        if edge_e6 < threshold_e6:
            if size_e6 >= least_e6:
                break
            taken_e6 = min(taken_e6, least_e6 - size_e6)
        size_e6 += taken_e6
        gain_e12 += edge_e6 * taken_e6
        if gain_e12 < threshold_e6 * size_e6:
            break
        if size_e6 >= least_e6:
            points.append((size_e6, gain_e12))
        for leg, leg_steps in enumerate(steps):
            left_e6[leg] -= taken_e6
            if not left_e6[leg]:
                at[leg] += 1
                if at[leg] == len(leg_steps):
                    return points
                left_e6[leg] = leg_steps[at[leg]][1]
    return points


def _priced(
    legs: Sequence[Choices],
    steps: Sequence[Sequence[Step]],
    size_e6: int,
    payoff_e6: int,
    edge_top_e6: int,
) -> Sizing | None:
    orders: list[LegOrder] = []
    for leg, (ladders, leg_steps) in enumerate(zip(legs, steps, strict=True)):
        amounts_e6 = split_e6(leg_steps, size_e6)
        for choice, ladder in ladders:
            if choice in amounts_e6:
                order = order_for(ladder, amounts_e6[choice], leg, choice)
                if order is None:
                    return None
                orders.append(order)
    return Sizing(
        size_e6,
        payoff_e6 * size_e6 // SIZE_ONE_E6,
        sum(order.cost_usd_e6 for order in orders),
        sum(order.fee_usd_e6 for order in orders),
        edge_top_e6,
        tuple(orders),
    )
