"""Ladder underround: questions that imply one another, the wide one bought YES, the narrow one NO.

"Above 70k" implies "above 65k", "by June" implies "by December": whatever happens, the wide YES or
the narrow NO pays. The whole ladder is solved at once, because a cheap level can serve only one
pair. This module believes the order of the rungs it is given and knows nothing of venues or books.
"""

from collections import deque
from collections.abc import Sequence
from heapq import heappop, heappush

from msgspec import Struct

from underround.core.leg import (
    LegOrder,
    least_size_e6,
    merged_steps,
    order_for,
    shared_lot_e6,
    top_cost_e6,
)
from underround.core.sizing import BuyLadder, Sizing
from underround.core.units import SIZE_ONE_E6, USD_ONE_E6

_NEVER_E6 = 10**9


class Rung(Struct, frozen=True):
    """One question of the ladder: what sells its YES and what its NO, at any venue."""

    yes: Sequence[BuyLadder]
    no: Sequence[BuyLadder]


class RungPair(Struct, frozen=True):
    """Contracts of YES of a wide rung hedged by as many of NO of a narrower one."""

    wide: int
    narrow: int
    size_e6: int


class LadderSizing(Struct, frozen=True):
    """The best purchase over a whole ladder, and how it pairs off.

    In `sizing.orders` leg 2 × rung is that rung's YES, 2 × rung + 1 its NO; `sizing.size_e6` the
    number of pairs, each of which pays a dollar.
    """

    sizing: Sizing
    pairs: tuple[RungPair, ...]


Use = tuple[int, int]
"""(leg, choice): a ladder that something is bought from."""


def best_pair(rungs: Sequence[Rung]) -> tuple[int, int, int] | None:
    """Return (wide, narrow, edge of the first contract in usd_e6) of the best pair at the top.

    `rungs` go from the widest question, implied by all later ones, to the narrowest. None when no
    two rungs have prices. The edge may be negative.
    """
    best: tuple[int, int, int] | None = None
    wide, wide_cost_e6 = -1, _NEVER_E6
    for narrow, rung in enumerate(rungs):
        no_cost_e6 = _top_e6(rung.no)
        if wide >= 0 and no_cost_e6 < _NEVER_E6:
            edge_e6 = USD_ONE_E6 - wide_cost_e6 - no_cost_e6
            if best is None or edge_e6 > best[2]:
                best = wide, narrow, edge_e6
        yes_cost_e6 = _top_e6(rung.yes)
        if yes_cost_e6 < wide_cost_e6:
            wide, wide_cost_e6 = narrow, yes_cost_e6
    return best


def solve(rungs: Sequence[Rung], threshold_e6: int) -> LadderSizing | None:
    """Return the most profitable purchase over the ladder, exactly priced; None without an edge.

    `rungs` go from the widest question to the narrowest; a question is never paired with itself.
    `threshold_e6` is the least edge per pair, usd_e6, of every pair taken and of the whole. A
    ladder that would get under its minimum is left out and the rest solved again.
    """
    top = best_pair(rungs)
    if top is None or top[2] < threshold_e6:
        return None
    left_out: set[Use] = set()
    while True:
        bought_e6 = _buy_low_sell_high(rungs, threshold_e6, left_out)
        ladders = {use: _ladder(rungs, use) for use in bought_e6}
        small = {use for use, size_e6 in bought_e6.items() if size_e6 < least_size_e6(ladders[use])}
        if not small:
            return _priced(rungs, bought_e6, threshold_e6, top[2])
        left_out |= small


def _buy_low_sell_high(
    rungs: Sequence[Rung], threshold_e6: int, left_out: set[Use]
) -> dict[Use, int]:
    """Return the contracts to buy by ladder: the optimum by marginal cost.

    Going down the ladder, a NO at cost c is an offer to take a YES of any earlier rung at
    1 − c. Taking the cheapest earlier YES and keeping the right to take it back (the offer
    itself, now for sale at 1 − c) makes every later improvement possible, so one pass with a
    heap is exact (the same argument as for buying and selling over days).
    """
    most_e6 = USD_ONE_E6 - max(threshold_e6, 1)
    numbered = [
        (
            [pair for pair in enumerate(rung.yes) if (2 * index, pair[0]) not in left_out],
            [pair for pair in enumerate(rung.no) if (2 * index + 1, pair[0]) not in left_out],
        )
        for index, rung in enumerate(rungs)
    ]
    lot_e6 = shared_lot_e6(choices for sides in numbered for choices in sides)
    no_after_e6 = _cheapest_after(rungs)
    heap: list[tuple[int, int, int, Use]] = []  # (cost, serial, contracts, whose)
    bought_e6: dict[Use, int] = {}
    serial, yes_before_e6 = 0, _NEVER_E6
    for index, (yes, no) in enumerate(numbered):
        for cost_e6, amount_e6, choice in merged_steps(no, most_e6 - yes_before_e6 + 1, lot_e6):
            offer_e6, use, taken_e6 = most_e6 - cost_e6 + 1, (2 * index + 1, choice), 0
            while taken_e6 < amount_e6 and heap and heap[0][0] < offer_e6:
                own_cost_e6, own_serial, own_e6, own_use = heappop(heap)
                part_e6 = min(own_e6, amount_e6 - taken_e6)
                sign = 1 if own_use[0] % 2 == 0 else -1  # a YES bought, or a NO given back
                bought_e6[own_use] = bought_e6.get(own_use, 0) + sign * part_e6
                taken_e6 += part_e6
                if part_e6 < own_e6:
                    heappush(heap, (own_cost_e6, own_serial, own_e6 - part_e6, own_use))
            if taken_e6:
                bought_e6[use] = bought_e6.get(use, 0) + taken_e6
                serial += 1
                heappush(heap, (offer_e6, serial, taken_e6, use))
        for cost_e6, amount_e6, choice in merged_steps(
            yes, most_e6 - no_after_e6[index] + 1, lot_e6
        ):
            serial += 1
            heappush(heap, (cost_e6, serial, amount_e6, (2 * index, choice)))
        yes_before_e6 = min(yes_before_e6, _top_e6([ladder for _, ladder in yes]))
    return {use: size_e6 for use, size_e6 in bought_e6.items() if size_e6}


def _priced(
    rungs: Sequence[Rung], bought_e6: dict[Use, int], threshold_e6: int, edge_top_e6: int
) -> LadderSizing | None:
    orders: list[LegOrder] = []
    for use in sorted(bought_e6):
        order = order_for(_ladder(rungs, use), bought_e6[use], *use)
        if order is None:
            return None
        orders.append(order)
    pairs = _pair_off(bought_e6)
    size_e6 = sum(pair.size_e6 for pair in pairs)
    sizing = Sizing(
        size_e6,
        size_e6,
        sum(order.cost_usd_e6 for order in orders),
        sum(order.fee_usd_e6 for order in orders),
        edge_top_e6,
        tuple(orders),
    )
    edge_usd_e6 = sizing.edge_usd_e6
    if edge_usd_e6 <= 0 or edge_usd_e6 * SIZE_ONE_E6 < threshold_e6 * size_e6:
        return None
    return LadderSizing(sizing, pairs)


def _pair_off(bought_e6: dict[Use, int]) -> tuple[RungPair, ...]:
    """Pair every NO with the widest YES left before it; the optimum always pairs off exactly."""
    by_leg: dict[int, int] = {}
    for (leg, _), size_e6 in bought_e6.items():
        by_leg[leg] = by_leg.get(leg, 0) + size_e6
    waiting: deque[tuple[int, int]] = deque()
    pairs: list[RungPair] = []
    # A rung's NO comes before its YES: nothing is paired with itself.
    for leg in sorted(by_leg, key=lambda leg: (leg // 2, -(leg % 2))):
        size_e6 = by_leg[leg]
        if leg % 2 == 0:
            waiting.append((leg // 2, size_e6))
            continue
        while size_e6:
            wide, left_e6 = waiting.popleft()
            part_e6 = min(left_e6, size_e6)
            pairs.append(RungPair(wide, leg // 2, part_e6))
            size_e6 -= part_e6
            if part_e6 < left_e6:
                waiting.appendleft((wide, left_e6 - part_e6))
    assert not waiting, "a YES without a NO was bought"
    return tuple(pairs)


def _cheapest_after(rungs: Sequence[Rung]) -> list[int]:
    """Return, for each rung, the top cost of the cheapest NO on a narrower one."""
    cheapest_e6, found = _NEVER_E6, []
    for rung in reversed(rungs):
        found.append(cheapest_e6)
        cheapest_e6 = min(cheapest_e6, _top_e6(rung.no))
    return found[::-1]


def _top_e6(ladders: Sequence[BuyLadder]) -> int:
    tops = [cost_e6 for ladder in ladders if (cost_e6 := top_cost_e6(ladder)) is not None]
    return min(tops, default=_NEVER_E6)


def _ladder(rungs: Sequence[Rung], use: Use) -> BuyLadder:
    leg, choice = use
    rung = rungs[leg // 2]
    return (rung.no if leg % 2 else rung.yes)[choice]
