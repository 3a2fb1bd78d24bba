"""True sets of legs against a trial of all small holdings over the outcome space."""

from fractions import Fraction
from itertools import combinations
from math import ceil

import pytest

from tests.simulation.structures.world import StructuredWorld, history
from underround.simulation.fees import EDGE_THRESHOLD_E6
from underround.simulation.market import Market, PolymarketMarket
from underround.simulation.structures.costs import Costs, costs_of
from underround.simulation.structures.structure import KINDS, Claim, Structure
from underround.simulation.structures.truth import offers_of, true_sets


def by_hand_e6(market: Market, price: Fraction) -> int:
    """One contract held, in dollars and fractions; Polymarket may withhold its fee in shares."""
    spread = price * (1 - price)
    if isinstance(market, PolymarketMarket):
        fee = Fraction(ceil(Fraction(market.fee_rate_e4, 10_000) * spread * 10**6), 10**6)
        fee *= price / (price - fee)
    else:
        fee = Fraction(7, 100) * Fraction(market.fee_multiplier_e4, 10_000) * spread
    return int(price * 10**6) + ceil(fee * 10**6)


@pytest.mark.parametrize("seed", [424242, 7])
def test_costs_are_those_of_the_best_prices_and_the_formulas(seed: int) -> None:
    for structure in history(seed).made.structures.structures:
        costs = costs_of(structure.members)
        for place, market in enumerate(structure.markets):
            bid, ask = market.book.top()
            assert bid is not None and ask is not None
            yes, no = costs[2 * place : 2 * place + 2]
            sizes = market.book.asks[ask], market.book.bids[bid]
            if min(sizes) >= 5_000_000:
                assert yes == by_hand_e6(market, Fraction(ask, 10_000))
                assert no == by_hand_e6(market, 1 - Fraction(bid, 10_000))


def unit_edges(structure: Structure, costs: Costs) -> dict[frozenset[Claim], int]:
    """Hold one contract of up to five claims: what is surely left over, by trying every world."""
    offers = offers_of(structure, costs)
    found: dict[frozenset[Claim], int] = {}
    for count in range(2, 6):
        for held in combinations(offers, count):
            sure = min(sum(w in offer.pays for offer in held) for w in range(structure.worlds))
            edge_e6 = sure * 10**6 - sum(offer.cost_e6 for offer in held)
            if edge_e6 > 0:
                found[frozenset(offer.claim for offer in held)] = edge_e6
    return found


@pytest.mark.parametrize("seed", [424242, 7, 31])
def test_no_unit_holding_beats_the_sets_that_are_called_true(seed: int) -> None:
    seen = 0
    for structure in history(seed).made.structures.structures:
        states = history(seed).made.structures.ledger.states[structure.id]
        for state in states[1::3]:
            if None in state.costs:
                continue
            held = unit_edges(structure, state.costs)
            true = {
                frozenset(each.legs): each.edge_e6
                for each in true_sets(structure, state.costs, KINDS)
                if each.edge_e6 > 0
            }
            for legs, edge_e6 in true.items():
                if len(legs) <= 5 and legs in held:
                    assert held[legs] == edge_e6
                    seen += 1
            if max(held.values(), default=0) >= EDGE_THRESHOLD_E6 and structure.trap is None:
                assert true or structure.pairs, (structure.id, held)
            if structure.trap is not None:
                assert held == {}
    assert seen > 10


@pytest.mark.parametrize("seed", [424242, 7, 99])
def test_nothing_is_true_while_all_quotes_rest(seed: int) -> None:
    world = StructuredWorld(seed)
    for structure in world.made.structures.structures:
        found = true_sets(structure, costs_of(structure.members), KINDS)
        assert max((each.edge_e6 for each in found), default=-1) < 0, structure.id


def test_a_gap_in_the_line_a_missing_name_and_another_day_look_cheap_and_prove_nothing() -> None:
    world = StructuredWorld(7)
    for name in ("ruritania", "halden-prize", "chicago-gap"):
        structure = world.structure(name)
        costs = costs_of(structure.members)
        asked = [cost for cost in costs[::2] if cost is not None]
        assert sum(asked) < 1_000_000 - EDGE_THRESHOLD_E6, name
        assert all(
            len(each.legs) > 1 and each.edge_e6 < 0 for each in true_sets(structure, costs, KINDS)
        )
    oil = world.structure("oil-other-day")
    costs = costs_of(oil.members)
    assert (costs[0] or 0) + (costs[7] or 0) < 1_000_000 - EDGE_THRESHOLD_E6
