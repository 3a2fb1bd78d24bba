"""Partition underround: every outcome of one question for less than the set must pay.

Two ways. All YES, when the set is proven exhaustive: one of them pays a dollar. All NO, when at
most one outcome can win: of any m of them all but one pay, so m − 1 dollars. This module believes
what it is told about the set, refuses what was not proven, and knows nothing of venues or books.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from underround.core.leg import (
    Choices,
    LegOrder,
    Step,
    least_size_e6,
    merged_steps,
    order_for,
    shared_lot_e6,
    split_e6,
)
from underround.core.sizing import BuyLadder, Sizing, walk_choices
from underround.core.units import SIZE_LIMIT_E6, SIZE_ONE_E6, USD_ONE_E6


class Way(StrEnum):
    """Which outcome of every market in the set is bought."""

    ALL_YES = "all_yes"
    ALL_NO = "all_no"


class OutcomeSet(Struct, frozen=True, kw_only=True):
    """What is known of a set of outcomes; a doubt is written as False.

    `is_exhaustive`: one of them must win, proven by the rules (not by the title).
    `is_exclusive`: at most one of them can win. `is_open_ended`: outcomes may still be added, or
    placeholders and an "Other" stand for unnamed ones.
    """

    id: str
    is_exhaustive: bool
    is_exclusive: bool
    is_open_ended: bool = False


def refusal(outcomes: OutcomeSet, way: Way) -> str | None:
    """Return why this way of buying the set proves nothing, in one line; None when it does."""
    if way is Way.ALL_NO:
        if not outcomes.is_exclusive:
            return f"{outcomes.id}: more than one outcome may win, so the NOs prove no payoff"
        return None
    if outcomes.is_open_ended:
        return f"{outcomes.id}: outcomes may be added, so the listed ones are not all of them"
    if not outcomes.is_exhaustive:
        return f"{outcomes.id}: not proven that one of the listed outcomes must win"
    return None


def size(
    outcomes: OutcomeSet,
    way: Way,
    legs: Sequence[Sequence[BuyLadder]],
    threshold_e6: int,
    size_cap_e6: int | None = None,
) -> Sizing | None:
    """Return the best size of buying the set this way; None when refused or without an edge.

    One leg an outcome, each with the ladders (of any venue) that sell its YES or its NO.
    `threshold_e6` is the least edge per set, usd_e6. Buying all NO may leave outcomes out, and
    take fewer of one, where that pays more: what it surely pays counts only what is held.
    """
    if refusal(outcomes, way) is not None:
        return None
    if way is Way.ALL_YES:
        return walk_choices(legs, USD_ONE_E6, threshold_e6, size_cap_e6)
    return _size_all_no([tuple(enumerate(ladders)) for ladders in legs], threshold_e6, size_cap_e6)


def _size_all_no(
    legs: Sequence[Choices], threshold_e6: int, size_cap_e6: int | None
) -> Sizing | None:
    lot_e6 = shared_lot_e6(legs)
    cap_e6 = SIZE_LIMIT_E6 if size_cap_e6 is None else size_cap_e6
    cap_e6 -= cap_e6 % lot_e6
    steps = [merged_steps(choices, USD_ONE_E6, lot_e6) for choices in legs]
    edge_top_e6 = sum(USD_ONE_E6 - each[0][0] for each in steps if each) - USD_ONE_E6
    if edge_top_e6 < threshold_e6:
        return None
    points = _breakpoints(steps, threshold_e6, cap_e6)
    # Minimums may need more than the marginal edge would buy: try those sizes as well.
    leasts_e6 = {least_size_e6(ladder) for choices in legs for _, ladder in choices}
    largest_e6 = points[-1][0] if points else 0
    points += [
        (least_e6, _gain_e12(steps, least_e6))
        for least_e6 in leasts_e6
        if largest_e6 < least_e6 <= cap_e6 and least_e6 % lot_e6 == 0
    ]
    best: Sizing | None = None
    slack_e6 = len(legs)  # what rounding each fee per contract up can hide, usd_e6 a contract
    for size_e6, gain_e12 in sorted(points, key=lambda point: -point[1]):
        if best is not None and gain_e12 + slack_e6 * size_e6 <= best.edge_usd_e6 * SIZE_ONE_E6:
            continue
        sizing = _priced(legs, size_e6, lot_e6, edge_top_e6)
        if sizing is None or sizing.edge_usd_e6 * SIZE_ONE_E6 < threshold_e6 * sizing.size_e6:
            continue
        if threshold_e6 >= 0 and sizing.edge_usd_e6 <= 0:
            continue
        if best is None or sizing.edge_usd_e6 > best.edge_usd_e6:
            best = sizing
    return best


def _breakpoints(
    steps: Sequence[Sequence[Step]], threshold_e6: int, cap_e6: int
) -> list[tuple[int, int]]:
    """Return (size, gain in usd_e12) wherever a level ends while the marginal edge holds.

    A contract more of the set costs the dollar that the winner's NO will not pay, and earns what
    each NO still for sale leaves below a dollar.
    """
    ends_e6 = sorted({end_e6 for leg_steps in steps for end_e6 in _ends(leg_steps)} | {cap_e6})
    points: list[tuple[int, int]] = []
    at = [0] * len(steps)
    left_e6 = [leg_steps[0][1] if leg_steps else 0 for leg_steps in steps]
    size_e6 = gain_e12 = 0
    for end_e6 in ends_e6:
        if end_e6 > cap_e6:
            break
        edge_e6 = -USD_ONE_E6
        taken_e6 = end_e6 - size_e6
        for leg, leg_steps in enumerate(steps):
            if at[leg] < len(leg_steps):
                edge_e6 += USD_ONE_E6 - leg_steps[at[leg]][0]
                left_e6[leg] -= taken_e6
                if not left_e6[leg]:
                    at[leg] += 1
                    left_e6[leg] = leg_steps[at[leg]][1] if at[leg] < len(leg_steps) else 0
        if edge_e6 < threshold_e6:
            break
        size_e6 = end_e6
        gain_e12 += edge_e6 * taken_e6
        points.append((size_e6, gain_e12))
    return points


def _ends(leg_steps: Sequence[Step]) -> list[int]:
    ends_e6, end_e6 = [], 0
    for _, amount_e6, _ in leg_steps:
        end_e6 += amount_e6
        ends_e6.append(end_e6)
    return ends_e6


def _gain_e12(steps: Sequence[Sequence[Step]], size_e6: int) -> int:
    gain_e12 = -USD_ONE_E6 * size_e6
    for leg_steps in steps:
        left_e6 = size_e6
        for cost_e6, amount_e6, _ in leg_steps:
            taken_e6 = min(amount_e6, left_e6)
            gain_e12 += (USD_ONE_E6 - cost_e6) * taken_e6
            left_e6 -= taken_e6
    return gain_e12


def _priced(legs: Sequence[Choices], size_e6: int, lot_e6: int, edge_top_e6: int) -> Sizing | None:
    """Price up to `size_e6` of every NO, leaving out each leg that does not pay for itself."""
    orders: list[LegOrder] = []
    held_e6: list[int] = []
    for leg, choices in enumerate(legs):
        own = _leg_orders(leg, choices, size_e6, lot_e6)
        amount_e6 = sum(order.size_e6 for order in own)
        if amount_e6 > sum(order.cost_usd_e6 for order in own):
            orders += own
            held_e6.append(amount_e6)
    if len(held_e6) < 2:
        return None
    sets_e6 = max(held_e6)
    return Sizing(
        sets_e6,
        sum(held_e6) - sets_e6,
        sum(order.cost_usd_e6 for order in orders),
        sum(order.fee_usd_e6 for order in orders),
        edge_top_e6,
        tuple(orders),
    )


def _leg_orders(leg: int, choices: Choices, size_e6: int, lot_e6: int) -> list[LegOrder]:
    """Order up to `size_e6` of one leg, leaving out ladders that would get under their minimum."""
    while choices:
        ladders = dict(choices)
        amounts_e6 = split_e6(merged_steps(choices, USD_ONE_E6, lot_e6), size_e6)
        small = {
            choice
            for choice, amount_e6 in amounts_e6.items()
            if amount_e6 < least_size_e6(ladders[choice])
        }
        if not small:
            orders = [
                order_for(ladders[choice], amount_e6, leg, choice)
                for choice, amount_e6 in sorted(amounts_e6.items())
            ]
            return [order for order in orders if order is not None]
        choices = [each for each in choices if each[0] not in small]
    return []
