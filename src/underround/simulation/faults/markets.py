"""Faults and turns of the markets themselves: crossed books, grids, pauses, fees, storms, ends.

A beginning acts at once and returns its end; what it says of a book that is not so, it takes back.
"""

from dataclasses import replace

from underround.core.units import NS_PER_SECOND
from underround.simulation.background import background, flicker
from underround.simulation.book import BID, Book, Change
from underround.simulation.desk import VENUES, Desk, Script
from underround.simulation.faults.orders import End, Order
from underround.simulation.faults.world import KALSHI, POLYMARKET, Target, World
from underround.simulation.market import SHARDS, Pair
from underround.simulation.polymarket.messages import price_change
from underround.simulation.upheavals import resting_orders

_LIE_SIZE_E6 = 250_000_000
_LIE_S = 0.3
_TRUE_S = 0.5
_FINER_E4 = {100: 10, 10: 1}


def crossed_book(world: World, order: Order, target: Target) -> End:
    """Show bids above the best ask, take them back, and again."""
    is_on = [True]

    def lies() -> Script:
        while is_on:
            taken_back = [_lie(world, pair, target) for pair in target.pairs if _can_lie(pair)]
            yield int(_LIE_S * NS_PER_SECOND)
            for end in taken_back:
                end()
            yield int(_TRUE_S * NS_PER_SECOND)

    world.flow.add(lies())
    return is_on.clear


def _can_lie(pair: Pair) -> bool:
    return pair.compared and not pair.is_over and pair.polymarket.book.top()[1] is not None


def _lie(world: World, pair: Pair, target: Target) -> End:
    """Say once that somebody bids above the asks; return what says that it is over."""
    ends: list[End] = []
    market, kalshi = pair.polymarket, pair.kalshi
    now_ms = world.now_ns() // 1_000_000
    ask_e4 = market.book.top()[1]
    if POLYMARKET in target.lines and ask_e4 is not None and not market.frozen:
        price_e4 = min(ask_e4 + 2 * market.tick_e4, 9_900)
        false: Change = (BID, price_e4, _LIE_SIZE_E6)
        book = Book()
        book.bids, book.asks = dict(market.book.bids), dict(market.book.asks)
        book.apply([false])
        message = price_change(replace(market, book=book), [false], now_ms)
        world.channel.say(market.tokens, message)

        def unsay() -> None:
            true: Change = (BID, price_e4, market.book.bids.get(price_e4, 0))
            at_ms = world.now_ns() // 1_000_000
            world.channel.say(market.tokens, price_change(market, [true], at_ms))

        ends.append(unsay)
    asked_e4 = kalshi.book.top()[1]
    if KALSHI in target.lines and asked_e4 is not None and kalshi.is_open and not kalshi.frozen:
        slot = kalshi.grid.slots[asked_e4] + 2
        bid_e4 = kalshi.grid.prices_e4[min(slot, len(kalshi.grid) - 1)]
        _tell_kalshi(world, pair, bid_e4, _LIE_SIZE_E6)
        ends.append(lambda: _tell_kalshi(world, pair, bid_e4, -_LIE_SIZE_E6))

    def end() -> None:
        for each in ends:
            each()

    return end


def _tell_kalshi(world: World, pair: Pair, price_e4: int, change_e6: int) -> None:
    pair.kalshi.clock += 1
    publisher = world.trade_socket.publisher
    publisher.acted(pair.kalshi, [(BID, price_e4, change_e6)], (1,), 0.0, world.now_ns())


def tick_change(world: World, order: Order, target: Target) -> End:
    """Make Polymarket's tick ten times finer, for good."""
    for pair in target.pairs:
        finer_e4 = _FINER_E4.get(pair.polymarket.tick_e4)
        if finer_e4 is not None and pair.polymarket.accepting:
            world.exchange.retick_polymarket(pair, finer_e4)
    return _nothing


def grid_change(world: World, order: Order, target: Target) -> End:
    """Give Kalshi's markets a tick of a tenth of a cent, for good."""
    for pair in target.pairs:
        if not pair.kalshi.is_over and pair.kalshi.structure != "deci_cent":
            world.lifecycle.regrid(pair, "deci_cent")
    return _nothing


def fee_change(world: World, order: Order, target: Target) -> End:
    """Give Kalshi's events a fee multiplier of their own (`amount`, 2 where none is given)."""
    events = {pair.kalshi.event_ticker for pair in target.pairs}
    multiplier_e4 = round((2.0 if order.amount is None else order.amount) * 10_000)
    for event in sorted(events):
        world.lifecycle.change_event_fee(event, multiplier_e4)

    def end() -> None:
        for event in sorted(events):
            world.lifecycle.change_event_fee(event, None)

    return end


def pause(world: World, order: Order, target: Target) -> End:
    """Halt trading on all of Kalshi's shards, or on shard number `amount`."""
    shards = None if order.amount is None else [round(order.amount) % len(SHARDS)]
    until_ns = world.now_ns() + round((order.for_s or 0.0) * NS_PER_SECOND)
    world.lifecycle.pause(shards, until_ns)
    return world.lifecycle.resume


def market_pause(world: World, order: Order, target: Target) -> End:
    """Deactivate Kalshi's markets and activate them again."""
    for pair in target.pairs:
        world.lifecycle.deactivate(pair)

    def end() -> None:
        for pair in target.pairs:
            world.lifecycle.activate(pair)

    return end


def storm(world: World, order: Order, target: Target) -> End:
    """Let the target's markets speak `amount` times as often as they do (50 where none is given).

    Sizes flicker; no best price moves for it.
    """
    is_on = [True]
    times = 50.0 if order.amount is None else order.amount
    desks = [desk for desk in world.flow.desks if desk.pair in target.pairs and desk.pair.compared]

    def gale(desk: Desk) -> Script:
        wait_ns = max(int(NS_PER_SECOND / (times * max(desk.pair.messages_per_s, 1.0))), 1)
        while is_on and not desk.pair.is_over:
            for venue in VENUES:
                if venue.value in target.lines:
                    flicker(desk, venue)
            yield wait_ns

    for desk in desks:
        world.flow.add(gale(desk), 0, desk)
    return is_on.clear


def resolve(world: World, order: Order, target: Target) -> End:
    """End the target's markets at once: both venues close, settle and resolve."""
    for pair in target.pairs:
        desk = next((desk for desk in world.flow.desks if desk.pair is pair), None)
        if desk is not None and KALSHI in target.lines and not pair.kalshi.is_over:
            world.exchange.close_kalshi(pair)
            world.exchange.sweep_kalshi(pair, resting_orders(desk))
            world.exchange.settle_kalshi(pair)
        if POLYMARKET in target.lines:
            world.lifecycle.resolve(pair, 0)
    return _nothing


def new_market(world: World, order: Order, target: Target) -> End:
    """List a new market on both venues and quote it."""
    dice = order.dice()
    pair = world.draw_pair(dice)
    world.lifecycle.list(pair)
    desk = Desk(pair, world.exchange, dice, world.flow.now)
    world.flow.desks.append(desk)
    for venue in VENUES:
        world.flow.add(background(desk, venue, 2.0), 0, desk)
    return _nothing


def _nothing() -> None:
    """End what is for good."""
