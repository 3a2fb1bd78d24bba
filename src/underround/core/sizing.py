"""TEMPORARY local stand-in."""

from collections.abc import Sequence

from msgspec import Struct

from underround.core.fees import taker_fee_per_contract_e6
from underround.core.instrument import FeeTerms


class BuyLadder(Struct):
    levels: Sequence[tuple[int, int]]
    fees: FeeTerms
    lot_e6: int
    min_size_e6: int


class Sizing(Struct):
    size_e6: int
    cost_usd_e6: int
    fee_usd_e6: int
    edge_usd_e6: int
    edge_top_e6: int
    edge_e6: int
    limit_prices_e4: tuple[int, ...]


def walk(ladders, payoff_e6, threshold_e6, size_cap_e6=None):
    c = [l.levels[0][0] * 100 + taker_fee_per_contract_e6(l.fees, l.levels[0][0]) for l in ladders]
    s = min(l.levels[0][1] for l in ladders)
    e = payoff_e6 - sum(c)
    if e < threshold_e6 or s < max(l.min_size_e6 for l in ladders):
        return None
    return Sizing(
        s, sum(c) * s // 10**6, 0, e * s // 10**6, e, e, tuple(l.levels[0][0] for l in ladders)
    )
