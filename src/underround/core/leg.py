"""One leg of a set: what can be bought now, in which lots, and what an order for it would cost.

Marginal cost by level for the walk, the exact worst cost fill by fill for the decision. This module
knows nothing of other legs and claims no profit.
"""

from collections.abc import Iterable, Sequence
from math import lcm

from msgspec import Struct

from underround.core.fees import (
    POLYMARKET_IN_SHARES,
    model_fee_e6,
    shares_received_e6,
    taker_fee_per_contract_e6,
    taker_fee_usd_e6,
)
from underround.core.instrument import FeeTerms
from underround.core.units import SIZE_ONE_E6, divide_up, notional_up_usd_e6


class BuyLadder(Struct, frozen=True):
    """What one instrument's outcome can be bought for now.

    `levels` are (price_e4, size_e6) with the best first, prices strictly rising. An order must be a
    multiple of `lot_e6`, at least `min_size_e6` and worth at least `min_notional_usd_e6`.
    """

    levels: Sequence[tuple[int, int]]
    fees: FeeTerms
    lot_e6: int = 10_000
    min_size_e6: int = 0
    min_notional_usd_e6: int = 0


class Fill(Struct, frozen=True):
    """One level's share of an order: what is ordered there and the worst fee on it."""

    price_e4: int
    order_size_e6: int
    fee_usd_e6: int


class LegOrder(Struct, frozen=True):
    """What must be ordered from one ladder to hold `size_e6` contracts, priced exactly.

    `order_size_e6` exceeds `size_e6` only where the venue may withhold its fee in shares.
    `cost_usd_e6` is everything paid, `fee_usd_e6` the part of it that is fee. `limit_price_e4` is
    the worst price the order needs: its limit.
    """

    leg: int
    choice: int
    size_e6: int
    order_size_e6: int
    cost_usd_e6: int
    fee_usd_e6: int
    limit_price_e4: int
    fills: tuple[Fill, ...]


def top_cost_e6(ladder: BuyLadder) -> int | None:
    """Return the marginal cost of the first contract, fee included (usd_e6); None when empty."""
    if not ladder.levels:
        return None
    price_e4 = ladder.levels[0][0]
    return price_e4 * 100 + taker_fee_per_contract_e6(ladder.fees, price_e4)


def ladder_steps(
    ladder: BuyLadder, below_e6: int, lot_e6: int | None = None
) -> list[tuple[int, int]]:
    """Return (marginal cost, contracts to hold) by level while the cost is under `below_e6`.

    Costs are usd_e6 a contract, fee included; contracts come in whole lots (the ladder's own unless
    given), so a level that ends inside a lot lends the remainder to the next, dearer one.
    """
    lot_e6 = lot_e6 or ladder.lot_e6
    steps: list[tuple[int, int]] = []
    depth_e6 = whole_e6 = 0
    for price_e4, size_e6 in ladder.levels:
        cost_e6 = price_e4 * 100 + taker_fee_per_contract_e6(ladder.fees, price_e4)
        if cost_e6 >= below_e6:
            break
        depth_e6 += shares_received_e6(ladder.fees, price_e4, size_e6)
        lots_e6 = depth_e6 - depth_e6 % lot_e6
        if lots_e6 > whole_e6:
            steps.append((cost_e6, lots_e6 - whole_e6))
            whole_e6 = lots_e6
    return steps


Step = tuple[int, int, int]
"""Marginal cost (usd_e6 a contract), contracts to hold (e6), choice: one level of a leg."""

Choices = Sequence[tuple[int, BuyLadder]]
"""The numbered ladders that one leg may be filled from."""


def merged_steps(choices: Choices, below_e6: int, lot_e6: int) -> list[Step]:
    """Return the steps of all a leg's ladders under `below_e6`, the cheapest first."""
    return sorted(
        (cost_e6, amount_e6, choice)
        for choice, ladder in choices
        for cost_e6, amount_e6 in ladder_steps(ladder, below_e6, lot_e6)
    )


def split_e6(steps: Sequence[Step], size_e6: int) -> dict[int, int]:
    """Return how much each choice gives when `size_e6` is taken from the cheapest steps first."""
    amounts_e6: dict[int, int] = {}
    for _, amount_e6, choice in steps:
        if size_e6 <= 0:
            break
        taken_e6 = min(amount_e6, size_e6)
        amounts_e6[choice] = amounts_e6.get(choice, 0) + taken_e6
        size_e6 -= taken_e6
    return amounts_e6


def shared_lot_e6(legs: Iterable[Choices]) -> int:
    """Return the smallest size that is whole lots of every ladder."""
    return lcm(*(ladder.lot_e6 for choices in legs for _, ladder in choices))


def least_size_e6(ladder: BuyLadder) -> int:
    """Return the fewest contracts, in whole lots, that the ladder's minimums allow."""
    least_e6 = ladder.min_size_e6
    missing_usd_e6, depth_e6 = ladder.min_notional_usd_e6, 0
    for price_e4, size_e6 in ladder.levels:
        if missing_usd_e6 <= 0:
            break
        taken_e6 = min(size_e6, divide_up(missing_usd_e6 * 10_000, price_e4))
        missing_usd_e6 -= price_e4 * taken_e6 // 10_000
        depth_e6 += taken_e6
    return divide_up(max(least_e6, depth_e6), ladder.lot_e6) * ladder.lot_e6


def order_for(ladder: BuyLadder, size_e6: int, leg: int = 0, choice: int = 0) -> LegOrder | None:
    """Return the order that leaves `size_e6` contracts held, priced exactly; None if too thin."""
    fills: list[Fill] = []
    missing_e6, cost_e6, fee_e6 = size_e6, 0, 0
    for price_e4, level_e6 in ladder.levels:
        if missing_e6 <= 0:
            break
        if ladder.fees.kind == POLYMARKET_IN_SHARES:
            order_e6 = _order_to_hold_e6(ladder, price_e4, level_e6, missing_e6)
            held_e6 = min(shares_received_e6(ladder.fees, price_e4, order_e6), missing_e6)
            paid_e6 = notional_up_usd_e6(price_e4, order_e6)
            charged_e6 = paid_e6 - price_e4 * held_e6 // 10_000
        else:
            order_e6 = held_e6 = min(level_e6, missing_e6)
            charged_e6 = taker_fee_usd_e6(ladder.fees, price_e4, order_e6)
            paid_e6 = notional_up_usd_e6(price_e4, order_e6) + charged_e6
        fills.append(Fill(price_e4, order_e6, charged_e6))
        missing_e6 -= held_e6
        cost_e6 += paid_e6
        fee_e6 += charged_e6
    if missing_e6 > 0 or not fills:
        return None
    ordered_e6 = sum(fill.order_size_e6 for fill in fills)
    return LegOrder(
        leg, choice, size_e6, ordered_e6, cost_e6, fee_e6, fills[-1].price_e4, tuple(fills)
    )


def _order_to_hold_e6(ladder: BuyLadder, price_e4: int, level_e6: int, held_e6: int) -> int:
    """Return the fewest lots whose shares, after the withheld fee, are `held_e6`, or the level."""
    price_e6 = price_e4 * 100
    kept_e6 = price_e6 - model_fee_e6(ladder.fees, price_e4, SIZE_ONE_E6)
    if kept_e6 <= 0:
        return level_e6
    lots = divide_up(held_e6 * price_e6, kept_e6 * ladder.lot_e6)
    lots = max(lots - 1, 1)  # the fee of one contract was rounded up: start one lot lower
    while lots * ladder.lot_e6 < level_e6:
        if shares_received_e6(ladder.fees, price_e4, lots * ladder.lot_e6) >= held_e6:
            return lots * ladder.lot_e6
        lots += 1
    return level_e6
