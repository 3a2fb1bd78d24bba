"""Basket underround: a few related markets bought together so that no outcome of them can lose.

The outcomes are listed, the purchase that pays most for sure is a linear program over them with
depth and fees inside, and its answer is priced again exactly before anybody may believe it. Solving
is slow and happens elsewhere; this module only states the program and judges the answer.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from underround.core.instrument import Outcome
from underround.core.leg import BuyLadder, LegOrder, ladder_steps, order_for, top_cost_e6
from underround.core.sizing import Sizing
from underround.core.units import SIZE_ONE_E6, USD_ONE_E6

OUTCOME_LIMIT = 4_096
_ANY_DEPTH_E6 = 1_000 * SIZE_ONE_E6


class Relation(StrEnum):
    """What may be true together of some questions."""

    IMPLIES = "implies"  # each one is true only if the next one is
    EQUAL = "equal"
    OPPOSITE = "opposite"  # exactly one of them
    AT_MOST_ONE = "at_most_one"
    AT_LEAST_ONE = "at_least_one"


class Rule(Struct, frozen=True):
    """A relation between questions, named by their numbers."""

    relation: Relation
    questions: tuple[int, ...]


class Claim(Struct, frozen=True):
    """One outcome of one question: what a leg buys."""

    question: int
    outcome: Outcome


class Cluster(Struct, frozen=True):
    """Claims, and what each pays by outcome: `payoffs_e6[outcome][claim]`, usd_e6 a contract."""

    claims: tuple[Claim, ...]
    payoffs_e6: tuple[tuple[int, ...], ...]


class LinearProgram(Struct, frozen=True):
    """Maximise gains·x with 0 <= x <= upper and rows·x >= 0; plain numbers for any solver.

    Column 0 is the sure payoff in dollars, the others contracts of a claim's level; `claims[i]` is
    the claim of column i (−1 for column 0). A row lists (column, coefficient).
    """

    gains: tuple[float, ...]
    upper: tuple[float, ...]
    rows: tuple[tuple[tuple[int, float], ...], ...]
    claims: tuple[int, ...]


def outcome_space(questions: int, rules: Iterable[Rule]) -> list[tuple[bool, ...]]:
    """Return every way the questions may turn out under the rules.

    Raises ValueError when there are more than OUTCOME_LIMIT of them, or none at all.
    """
    naming: dict[int, list[Rule]] = {}
    for rule in rules:
        for question in rule.questions:
            if not 0 <= question < questions:
                raise ValueError(f"rule {rule.relation} names question {question} of {questions}")
            naming.setdefault(question, []).append(rule)
    worlds: list[tuple[bool, ...]] = [()]
    for question in range(questions):
        worlds = [
            longer
            for world in worlds
            for longer in ((*world, True), (*world, False))
            if all(_may_hold(rule, longer) for rule in naming.get(question, ()))
        ]
        if len(worlds) > OUTCOME_LIMIT:
            raise ValueError(
                f"{questions} questions have more than {OUTCOME_LIMIT} outcomes: too few rules"
            )
    if not worlds:
        raise ValueError("the rules contradict each other: no outcome is possible")
    return worlds


def cluster_of(
    worlds: Sequence[Sequence[bool]],
    claims: Sequence[Claim],
    voids_e6: Sequence[Sequence[int]] = (),
) -> Cluster:
    """Return the payoffs of claims over the worlds, and over `voids_e6`, payoffs given by claim.

    A void is an outcome in which somebody does not pay one or nothing: a fair price, 50-50.
    """
    rows = {
        tuple(
            USD_ONE_E6 * (world[claim.question] == (claim.outcome is Outcome.YES))
            for claim in claims
        )
        for world in worlds
    }
    rows |= {tuple(row) for row in voids_e6}
    return Cluster(tuple(claims), tuple(sorted(rows)))


def formulate(
    cluster: Cluster, ladders: Sequence[BuyLadder], threshold_e6: int, left_out: frozenset[int]
) -> LinearProgram:
    """State the purchase of greatest sure profit beyond the threshold, one ladder a claim.

    `threshold_e6` is the least edge per dollar of sure payoff; claims in `left_out` are not bought.
    """
    steps = [
        (claim, cost_e6, amount_e6)
        for claim, ladder in enumerate(ladders)
        if claim not in left_out
        for cost_e6, amount_e6 in ladder_steps(ladder, USD_ONE_E6)
    ]
    return _program(cluster, steps, threshold_e6, sum(amount_e6 for *_, amount_e6 in steps))


def formulate_top(cluster: Cluster, ladders: Sequence[BuyLadder]) -> LinearProgram:
    """State the same at the best prices alone, for one dollar of sure payoff and any depth."""
    steps = [
        (claim, cost_e6, _ANY_DEPTH_E6)
        for claim, ladder in enumerate(ladders)
        if (cost_e6 := top_cost_e6(ladder)) is not None
    ]
    return _program(cluster, steps, 0, USD_ONE_E6)


def amounts_e6(
    program: LinearProgram, values: Sequence[float], ladders: Sequence[BuyLadder]
) -> list[int]:
    """Return the contracts to buy of each claim, rounded down to its lot.

    A solver's answer is a float within its tolerance: a ten-thousandth of a lot is forgiven.
    """
    totals = [0.0] * len(ladders)
    for claim, value in zip(program.claims, values, strict=True):
        if claim >= 0:
            totals[claim] += value
    return [
        int(total * SIZE_ONE_E6 + ladder.lot_e6 / 10_000) // ladder.lot_e6 * ladder.lot_e6
        for total, ladder in zip(totals, ladders, strict=True)
    ]


def price(
    cluster: Cluster,
    ladders: Sequence[BuyLadder],
    sizes_e6: Sequence[int],
    threshold_e6: int,
    edge_top_e6: int,
) -> Sizing | None:
    """Return these contracts priced exactly on these ladders; None unless the threshold is met.

    The answer of a solver, or an older answer on live books: nothing in it is believed but the
    sizes. `Sizing.size_e6` is the sure payoff in dollars, `LegOrder.leg` the claim.
    """
    orders: list[LegOrder] = []
    for claim, (ladder, size_e6) in enumerate(zip(ladders, sizes_e6, strict=True)):
        if size_e6:
            order = order_for(ladder, size_e6, claim)
            if order is None:
                return None
            orders.append(order)
    payoff_usd_e6 = (
        min(
            sum(pays_e6 * size_e6 for pays_e6, size_e6 in zip(row, sizes_e6, strict=True))
            for row in cluster.payoffs_e6
        )
        // SIZE_ONE_E6
    )
    if payoff_usd_e6 <= 0:
        return None
    sizing = Sizing(
        payoff_usd_e6,
        payoff_usd_e6,
        sum(order.cost_usd_e6 for order in orders),
        sum(order.fee_usd_e6 for order in orders),
        edge_top_e6,
        tuple(orders),
    )
    edge_usd_e6 = sizing.edge_usd_e6
    if edge_usd_e6 <= 0 or edge_usd_e6 * SIZE_ONE_E6 < threshold_e6 * payoff_usd_e6:
        return None
    return sizing


def _may_hold(rule: Rule, world: Sequence[bool]) -> bool:
    """Tell whether the questions decided so far leave the rule possible."""
    values = [world[question] for question in rule.questions if question < len(world)]
    is_decided = len(values) == len(rule.questions)
    match rule.relation:
        case Relation.IMPLIES:
            return all(after or not before for before, after in pairwise(values))
        case Relation.EQUAL:
            return all(values) or not any(values)
        case Relation.OPPOSITE:
            return sum(values) == 1 if is_decided else sum(values) <= 1
        case Relation.AT_MOST_ONE:
            return sum(values) <= 1
        case Relation.AT_LEAST_ONE:
            return any(values) or not is_decided


def _program(
    cluster: Cluster,
    steps: Sequence[tuple[int, int, int]],
    threshold_e6: int,
    payoff_limit_e6: int,
) -> LinearProgram:
    columns: dict[int, list[int]] = {}
    for column, (claim, _, _) in enumerate(steps, 1):
        columns.setdefault(claim, []).append(column)
    rows = tuple(
        (
            (0, -1.0),
            *(
                (column, pays_e6 / USD_ONE_E6)
                for claim, pays_e6 in enumerate(row)
                if pays_e6
                for column in columns.get(claim, ())
            ),
        )
        for row in cluster.payoffs_e6
    )
    return LinearProgram(
        gains=(1 - threshold_e6 / USD_ONE_E6, *(-cost_e6 / USD_ONE_E6 for _, cost_e6, _ in steps)),
        upper=(payoff_limit_e6 / SIZE_ONE_E6, *(amount / SIZE_ONE_E6 for *_, amount in steps)),
        rows=rows,
        claims=(-1, *(claim for claim, _, _ in steps)),
    )
