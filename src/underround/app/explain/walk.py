"""The walk that sized a signal, done again leg by leg: levels taken, marginal edge, where it ended.

Arithmetic of `core` only, in its own units; it decides nothing anew.
"""

from collections.abc import Sequence

from msgspec import Struct

from underround.app.explain.fee_steps import FeeSteps, fee_steps
from underround.app.explain.moment import LegMoment, Moment
from underround.core.fees import taker_fee_per_contract_e6
from underround.core.leg import BuyLadder, ladder_steps, order_for, shared_lot_e6
from underround.core.worst_case import payoff_per_set_e6

_ANY_COST_E6 = 10**9
SHOWN_BEYOND = 4
"""Levels that are listed behind the last one taken."""


class WalkedLevel(Struct, frozen=True, kw_only=True):
    """One level of a leg, at the price of the outcome bought; `taken_e6` 0: it was not needed."""

    price_e4: int
    size_e6: int
    fee_per_contract_e6: int
    taken_e6: int
    fee: FeeSteps | None


class WalkedLeg(Struct, frozen=True, kw_only=True):
    """One leg's order: contracts to hold, to order, what it costs and the worst price it needs."""

    size_e6: int
    order_size_e6: int
    cost_usd_e6: int
    fee_usd_e6: int
    limit_e4: int
    levels: tuple[WalkedLevel, ...]


class WalkStep(Struct, frozen=True, kw_only=True):
    """From one number of sets to the next at unchanged prices, and what each of them leaves.

    `prices_e4` and `fees_e6` in leg order, per contract. The step that was not taken any more, the
    last, says why the walk ended.
    """

    from_e6: int
    to_e6: int
    prices_e4: tuple[int, ...]
    fees_e6: tuple[int, ...]
    edge_e6: int
    is_taken: bool


class Walk(Struct, frozen=True, kw_only=True):
    """All legs walked together; `payoff_e6` is what a set surely pays (usd_e6)."""

    payoff_e6: int
    threshold_e6: int
    legs: tuple[WalkedLeg, ...]
    steps: tuple[WalkStep, ...]
    ended_because: str


def walk_again(moment: Moment) -> Walk | None:
    """Walk the legs of a moment; None when its books do not hold the size (a foreign recording)."""
    signal = moment.signal
    payoff_e6 = payoff_per_set_e6(signal)
    sizes = [leg_size_e6(leg, signal.size_e6) for leg in moment.legs]
    legs = [_leg(leg, size_e6) for leg, size_e6 in zip(moment.legs, sizes, strict=True)]
    if any(leg is None for leg in legs):
        return None
    steps = _steps(moment, sizes, payoff_e6)
    return Walk(
        payoff_e6=payoff_e6,
        threshold_e6=moment.threshold_e6,
        legs=tuple(leg for leg in legs if leg is not None),
        steps=tuple(steps),
        ended_because=_end(steps, moment.threshold_e6),
    )


def leg_size_e6(leg: LegMoment, size_e6: int) -> int:
    """Return how many contracts a leg holds in the end: as many as there are sets, or its share."""
    return leg.leg.size_e6 or size_e6


def _ladder(leg: LegMoment) -> BuyLadder:
    instrument = leg.instrument
    return BuyLadder(leg.offers, leg.fees, instrument.lot_e6, instrument.min_size_e6)


def _leg(leg: LegMoment, size_e6: int) -> WalkedLeg | None:
    order = order_for(_ladder(leg), size_e6)
    if order is None:
        return None
    levels = []
    for number, (price_e4, level_e6) in enumerate(leg.offers[: len(order.fills) + SHOWN_BEYOND]):
        fill = order.fills[number] if number < len(order.fills) else None
        levels.append(
            WalkedLevel(
                price_e4=price_e4,
                size_e6=level_e6,
                fee_per_contract_e6=taker_fee_per_contract_e6(leg.fees, price_e4),
                taken_e6=0 if fill is None else fill.order_size_e6,
                fee=None if fill is None else fee_steps(leg.fees, price_e4, fill.order_size_e6),
            )
        )
    return WalkedLeg(
        size_e6=order.size_e6,
        order_size_e6=order.order_size_e6,
        cost_usd_e6=order.cost_usd_e6,
        fee_usd_e6=order.fee_usd_e6,
        limit_e4=order.limit_price_e4,
        levels=tuple(levels),
    )


def _steps(moment: Moment, sizes: Sequence[int], payoff_e6: int) -> list[WalkStep]:
    """Cut the walk wherever a level of any leg runs out; one step more than was taken."""
    if any(size_e6 != moment.signal.size_e6 for size_e6 in sizes):
        return []  # a leg spread over several books has no marginal price of its own
    lot_e6 = shared_lot_e6([[(0, _ladder(leg))] for leg in moment.legs])
    priced = []
    for leg in moment.legs:
        steps = ladder_steps(_ladder(leg), _ANY_COST_E6, lot_e6)
        by_cost = {
            price_e4 * 100 + taker_fee_per_contract_e6(leg.fees, price_e4): price_e4
            for price_e4, _ in leg.offers
        }
        priced.append([(by_cost[cost_e6], cost_e6, amount_e6) for cost_e6, amount_e6 in steps])
    found: list[WalkStep] = []
    at = [0] * len(priced)
    left_e6 = [each[0][2] for each in priced]
    size_e6, size_in_all_e6 = 0, moment.signal.size_e6
    while True:
        now = [each[index] for each, index in zip(priced, at, strict=True)]
        is_taken = size_e6 < size_in_all_e6
        amount_e6 = min(left_e6)
        if is_taken:
            amount_e6 = min(amount_e6, size_in_all_e6 - size_e6)
        found.append(
            WalkStep(
                from_e6=size_e6,
                to_e6=size_e6 + amount_e6,
                prices_e4=tuple(price_e4 for price_e4, _, _ in now),
                fees_e6=tuple(cost_e6 - price_e4 * 100 for price_e4, cost_e6, _ in now),
                edge_e6=payoff_e6 - sum(cost_e6 for _, cost_e6, _ in now),
                is_taken=is_taken,
            )
        )
        size_e6 += amount_e6
        if not is_taken:
            return found
        for number, ladder in enumerate(priced):
            left_e6[number] -= amount_e6
            if not left_e6[number]:
                at[number] += 1
                if at[number] == len(ladder):
                    return found
                left_e6[number] = ladder[at[number]][2]


def _end(steps: Sequence[WalkStep], threshold_e6: int) -> str:
    """Say why no more was taken."""
    if not steps:
        return ""
    last = steps[-1]
    if last.is_taken:
        return "a ladder ends here"
    if last.edge_e6 < threshold_e6:
        return "the next contract leaves less than the threshold"
    return "more would leave less in all: fees are rounded up fill by fill"
