"""Riskless profit by brute force over the outcome space; shares no line with the product.

Two oracles. `by_trying_all` tries every whole number of contracts of everything and pays the exact
fees. `by_simplex` solves the same question for divisible contracts and unrounded fees in exact
fractions, which no purchase can beat. Neither knows what a partition or a ladder is: they see only
which offer pays in which outcome.
"""

from fractions import Fraction
from itertools import product

from tests.oracles.money import cost, marginal


def guaranteed(payoffs, amounts):
    """Return the least payoff over the outcomes; `payoffs[outcome][offer]` dollars a contract."""
    return min(
        sum(paid * amount for paid, amount in zip(row, amounts, strict=True)) for row in payoffs
    )


def by_trying_all(payoffs, offers):
    """Return the greatest sure profit of any purchase in whole contracts, in dollars."""
    tables = []
    for offer in offers:
        depth = sum(hundredths for _, hundredths in offer.levels) // 100
        tables.append([cost(offer, contracts * 100) for contracts in range(depth + 1)])
    best = Fraction(0)
    for amounts in product(*(range(len(table)) for table in tables)):
        sure = guaranteed(payoffs, amounts)
        if sure > best:  # a profit needs a payoff greater than itself
            spent = sum(table[amount] for table, amount in zip(tables, amounts, strict=True))
            best = max(best, sure - spent)
    return best


def by_simplex(payoffs, offers):
    """Return the greatest sure profit with divisible contracts and unrounded fees, in dollars.

    Variables: the sure payoff, then one amount per level. Rows: the payoff is at most what each
    outcome pays; each amount at most its level.
    """
    levels = [
        (column, marginal(offer, price), Fraction(hundredths, 100))
        for column, offer in enumerate(offers)
        for price, hundredths in offer.levels
    ]
    rows = [[Fraction(1), *(-Fraction(row[column]) for column, _, _ in levels)] for row in payoffs]
    limits = [Fraction(0)] * len(rows)
    for index, (_, _, depth) in enumerate(levels):
        rows.append([Fraction(0), *(Fraction(index == other) for other in range(len(levels)))])
        limits.append(depth)
    gains = [Fraction(1), *(-price for _, price, _ in levels)]
    return maximum(gains, rows, limits)


def maximum(gains, rows, limits):
    """Return max gains·x with rows·x <= limits, x >= 0, limits >= 0: simplex by Bland's rule."""
    count = len(rows)
    table = [
        [*row, *(Fraction(index == other) for other in range(count)), limit]
        for index, (row, limit) in enumerate(zip(rows, limits, strict=True))
    ]
    goal = [-gain for gain in gains] + [Fraction(0)] * (count + 1)
    basis = [len(gains) + index for index in range(count)]
    while True:
        entering = next((column for column, value in enumerate(goal[:-1]) if value < 0), None)
        if entering is None:
            return goal[-1]
        ratios = [
            (row[-1] / row[entering], basis[index], index)
            for index, row in enumerate(table)
            if row[entering] > 0
        ]
        assert ratios, "the sure payoff is bounded by the depth"
        _, _, leaving = min(ratios)
        pivot = table[leaving][entering]
        table[leaving] = [value / pivot for value in table[leaving]]
        for row in [*table, goal]:
            if row is not table[leaving] and row[entering]:
                factor = row[entering]
                row[:] = [
                    value - factor * own for value, own in zip(row, table[leaving], strict=True)
                ]
        basis[leaving] = entering
