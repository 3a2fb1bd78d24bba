"""Runs a basket's linear program away from the loop; the solver is loaded with the first one."""

from underround.core.basket_event import SolveBasket


def sizes_of(wanted: SolveBasket) -> list[int]:
    """Return the contracts to buy of each claim, all 0 where nothing leaves the threshold."""
    from underround.app.structures.basket_solver import size_basket

    sizing = size_basket(wanted.cluster, wanted.ladders, wanted.threshold_e6)
    sizes_e6 = [0] * len(wanted.ladders)
    for order in () if sizing is None else sizing.orders:
        sizes_e6[order.leg] = order.size_e6
    return sizes_e6
