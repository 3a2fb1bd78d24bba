"""Faults of connections and of the frames on them: how each begins, and what ends it.

A beginning acts at once and returns its end. Times and targets are the board's business.
"""

from collections.abc import Callable, Iterator

from underround.core.units import NS_PER_SECOND
from underround.simulation.faults import spoiling, wire
from underround.simulation.faults.orders import End, Order
from underround.simulation.faults.world import KALSHI, POLYMARKET, Line, Target, World
from underround.simulation.gate import Refusal
from underround.simulation.kalshi.messages import compact
from underround.simulation.kalshi.refusals import BUFFER_OVERFLOW, CHANNEL_ERROR
from underround.simulation.outlet import Outlet, WireFault
from underround.simulation.wire import close, cut, write

SHUT = Refusal(503, "service unavailable\n", "text/plain")
_MIB = 1 << 20


def freeze_with_pong(world: World, order: Order, target: Target) -> End:
    """Say nothing more on the connections that stand, and answer every PING."""
    return _in_force(world, target, lambda line: wire.Mute(target, line.outlets, newcomers=False))


def asset_freeze(world: World, order: Order, target: Target) -> End:
    """Say nothing of some markets, on any connection; at the end a fresh book comes on Kalshi.

    On Polymarket the frames are lost, and nothing mends what they said.
    """
    frozen = [pair.kalshi for pair in target.pairs] if KALSHI in target.lines else []
    for market in frozen:
        world.exchange.freeze(market)
    muted: list[End] = []
    if POLYMARKET in target.lines:
        only = Target((POLYMARKET,), target.instruments)
        muted.append(_in_force(world, only, lambda _: wire.Mute(only, [], newcomers=True)))

    def end() -> None:
        for unmute in muted:
            unmute()
        for market in frozen:
            world.exchange.thaw(market)

    return end


def half_open(world: World, order: Order, target: Target) -> End:
    """Let the connections that stand send and read nothing; at the end they break off."""
    outlets = list(_outlets(world, target))
    for outlet in outlets:
        outlet.is_mute = True
        outlet.connection.transport.pause_reading()

    def end() -> None:
        for outlet in outlets:
            cut(outlet.connection)

    return end


def gap(world: World, order: Order, target: Target) -> End:
    """Lose every `amount`-th message."""
    return _in_force(world, target, lambda _: wire.Lose(target, order.every(8)))


def duplicates(world: World, order: Order, target: Target) -> End:
    """Repeat an earlier message after every `amount`-th."""
    return _in_force(world, target, lambda _: wire.Repeat(target, order.every(3), order.dice()))


def reorder(world: World, order: Order, target: Target) -> End:
    """Put every `amount`-th message behind its successor."""
    swaps = [wire.Swap(target, order.every(4)) for _ in target.lines]
    left = iter(swaps)
    stop = _in_force(world, target, lambda _: next(left))

    def end() -> None:
        stop()
        for swap in swaps:
            swap.flush()

    return end


def late_snapshot(world: World, order: Order, target: Target) -> End:
    """Break connections off, and give the new ones their opening books `amount` seconds late."""
    delay_s = 1.0 if order.amount is None else order.amount
    end = _in_force(world, target, lambda _: wire.HoldOpenings(target, delay_s))
    disconnect(world, order, target)
    return end


def missing_snapshot(world: World, order: Order, target: Target) -> End:
    """Break connections off, and give the new ones no opening books at all."""
    end = _in_force(world, target, lambda _: wire.HoldOpenings(target, None))
    disconnect(world, order, target)
    return end


def bad_bytes(world: World, order: Order, target: Target) -> End:
    """Spoil every `amount`-th message in one of many ways."""
    dice = order.dice()
    return _in_force(
        world, target, lambda _: wire.Spoil(target, order.every(12), dice, spoiling.any_way)
    )


def html_frames(world: World, order: Order, target: Target) -> End:
    """Send a gateway's error page in place of every `amount`-th message."""
    dice = order.dice()
    return _in_force(
        world, target, lambda _: wire.Spoil(target, order.every(12), dice, spoiling.html)
    )


def pong_lag(world: World, order: Order, target: Target) -> End:
    """Answer PINGs and commands `amount` seconds late."""
    delay_s = 1.0 if order.amount is None else order.amount
    return _in_force(world, target, lambda _: wire.HoldPongs(delay_s))


def oversize(world: World, order: Order, target: Target) -> End:
    """Send one message of `amount` MiB, which says nothing."""
    size = round((33.0 if order.amount is None else order.amount) * _MIB)
    for outlet in _outlets(world, target):
        outlet.most_unread += size
        write(outlet.connection, [b"[" + b" " * (size - 2) + b"]"])
    return _nothing


def disconnect(world: World, order: Order, target: Target) -> End:
    """Break connections off without a word; with an `amount` close them with that code."""
    for outlet in list(_outlets(world, target)):
        if order.name != "disconnect" or order.amount is None:
            cut(outlet.connection)
        else:
            close(outlet.connection, round(order.amount), "closed on request")
    return _nothing


def slow_consumer(world: World, order: Order, target: Target) -> End:
    """Give readers up as too slow: error 25 on Kalshi's subscriptions, close 1013 elsewhere."""
    if KALSHI in target.lines:
        world.trade_socket.end_subscriptions(BUFFER_OVERFLOW)
    others = Target(tuple(name for name in target.lines if name != KALSHI))
    for outlet in list(_outlets(world, others)):
        close(outlet.connection, 1013, "slow consumer: send buffer full")
    return _nothing


def channel_error(world: World, order: Order, target: Target) -> End:
    """End Kalshi's subscriptions with error 10."""
    world.trade_socket.end_subscriptions(CHANNEL_ERROR)
    return _nothing


def command_error(world: World, order: Order, target: Target) -> End:
    """Answer every Kalshi command with the error code `amount` (18: command timeout)."""
    world.trade_socket.force_error(18 if order.amount is None else round(order.amount))
    return lambda: world.trade_socket.force_error(None)


def maintenance(world: World, order: Order, target: Target) -> End:
    """Shut venues: connections break off, upgrades and REST get 503; Kalshi's clocks restart."""
    names = [name for name in target.lines if name in world.lines]
    if KALSHI in names:
        until_ns = world.now_ns() + round((order.for_s or 0.0) * NS_PER_SECOND)
        world.lifecycle.shut(until_ns)
        status = compact(world.lifecycle.state.status())
        world.shields[KALSHI].refusal = Refusal(503, status)
    for name in names:
        world.lines[name].gate.refusal = SHUT
        if name == POLYMARKET:
            world.shields[name].refusal = SHUT
    disconnect(world, order, target)

    def end() -> None:
        for name in names:
            world.lines[name].gate.refusal = None
            if name in world.shields:
                world.shields[name].refusal = None
        if KALSHI in names:
            for pair in world.pairs:
                pair.kalshi.clock = 0
            world.lifecycle.resume()

    return end


def auth_skew(world: World, order: Order, target: Target) -> End:
    """Set Kalshi's clock `amount` seconds off and break its connections off."""
    world.credentials.skew_ms = round((90.0 if order.amount is None else order.amount) * 1_000)
    disconnect(world, order, Target((KALSHI,)))

    def end() -> None:
        world.credentials.skew_ms = 0

    return end


def _in_force(world: World, target: Target, make: Callable[[Line], WireFault]) -> End:
    """Put a fault of its own on every line that is hit; the end takes them off."""
    placed: list[tuple[list[WireFault], WireFault]] = []
    for name in target.lines:
        line = world.lines[name]
        fault = make(line)
        line.faults.append(fault)
        placed.append((line.faults, fault))

    def end() -> None:
        for faults, fault in placed:
            if fault in faults:
                faults.remove(fault)

    return end


def _outlets(world: World, target: Target) -> Iterator[Outlet]:
    for name in target.lines:
        yield from world.lines[name].outlets


def _nothing() -> None:
    """End what ended by itself."""
