"""Faults of trading: answers that never come or tell nothing, matches that fail, blocked places.

A beginning acts at once and returns its end.
"""

from underround.simulation.faults.orders import End, Order
from underround.simulation.faults.world import KALSHI, POLYMARKET, Target, World
from underround.simulation.order_faults import OrderFaults


def order_reply_lost(world: World, order: Order, target: Target) -> End:
    """Take every so many-th order (`amount`, usually each) and never answer it."""
    faults = _of(world, target)
    for each in faults:
        each.lose_every = order.every(1)

    def end() -> None:
        for each in faults:
            each.lose_every = None

    return end


def order_unavailable(world: World, order: Order, target: Target) -> End:
    """Answer every so many-th order (`amount`, usually each) 503; each second of them was taken."""
    faults = _of(world, target)
    for each in faults:
        each.fail_every = order.every(1)

    def end() -> None:
        for each in faults:
            each.fail_every = None

    return end


def order_delay(world: World, order: Order, target: Target) -> End:
    """Look at orders only after so many milliseconds (`amount`, usually 250)."""
    faults = _of(world, target)
    for each in faults:
        each.delay_s = order.every(250) / 1_000

    def end() -> None:
        for each in faults:
            each.delay_s = 0.0

    return end


def settlement_failure(world: World, order: Order, target: Target) -> End:
    """Let every so many-th match (`amount`, usually each) be retried and then fail."""
    world.trading.polymarket.entry.fail_every = order.every(1)

    def end() -> None:
        world.trading.polymarket.entry.fail_every = None

    return end


def geoblock(world: World, order: Order, target: Target) -> End:
    """Refuse orders with 403, because of the place they come from."""
    world.trading.polymarket.is_blocked = True

    def end() -> None:
        world.trading.polymarket.is_blocked = False

    return end


def _of(world: World, target: Target) -> list[OrderFaults]:
    found = {POLYMARKET: world.trading.polymarket.faults, KALSHI: world.trading.kalshi.faults}
    return [faults for name, faults in found.items() if name in target.lines]
