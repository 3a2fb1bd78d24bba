"""Faults of REST answers: refusals, error pages, and books that are not the true ones.

A beginning acts at once and returns its end.
"""

from collections.abc import Callable

from underround.simulation.book import Book
from underround.simulation.faults import lines
from underround.simulation.faults.orders import End, Order
from underround.simulation.faults.spoiling import HTML
from underround.simulation.faults.world import KALSHI, POLYMARKET, Target, World
from underround.simulation.gate import Refusal
from underround.simulation.kalshi.messages import compact
from underround.simulation.polymarket.clob import Engine

_GHOST_E4 = (100, 9_900)
_GHOST_SIZE_E6 = 1_000_000_000
_TOO_MANY = {
    KALSHI: Refusal(
        429, compact({"error": {"code": "too_many_requests", "message": "too many requests"}})
    ),
    POLYMARKET: Refusal(429, '{"error":"Too Many Requests"}', headers={"Retry-After": "1"}),
}
_POST_ONLY_SHARE = 4 / 3


def rate_limit_429(world: World, order: Order, target: Target) -> End:
    """Answer REST and upgrades with 429."""
    return _refuse(world, target, _TOO_MANY, with_upgrades=True)


def html_instead_of_json(world: World, order: Order, target: Target) -> End:
    """Answer REST with a gateway's error page, and send it in place of some messages."""
    page = Refusal(502, HTML, "text/html")
    ends = [
        _refuse(world, target, dict.fromkeys((KALSHI, POLYMARKET), page), with_upgrades=False),
        lines.html_frames(world, order, target),
    ]

    def end() -> None:
        for each in ends:
            each()

    return end


def ghost_book(world: World, order: Order, target: Target) -> End:
    """Show books over REST that hold nothing but an order at each far end."""
    ghost = Book()
    low_e4, high_e4 = _GHOST_E4
    ghost.bids[low_e4] = ghost.asks[high_e4] = _GHOST_SIZE_E6
    return _show(world, target, lambda _book: ghost)


def stale_rest(world: World, order: Order, target: Target) -> End:
    """Show books over REST as they are when this begins, with the times of the newest."""
    return _show(world, target, _copied)


def engine_restart(world: World, order: Order, target: Target) -> End:
    """Let Polymarket's order paths answer 425, and then 503 while only makers may post."""
    world.clob.engine = Engine.RESTARTING

    def run() -> None:
        if world.clob.engine is Engine.POST_ONLY:
            world.clob.engine = Engine.RUNNING

    def end() -> None:
        world.clob.engine = Engine.POST_ONLY
        world.later((order.for_s or 0.0) * _POST_ONLY_SHARE, run)

    return end


def _refuse(
    world: World, target: Target, refusals: dict[str, Refusal], *, with_upgrades: bool
) -> End:
    names = [name for name in target.lines if name in refusals]
    for name in names:
        world.shields[name].refusal = refusals[name]
        if with_upgrades:
            world.lines[name].gate.refusal = refusals[name]

    def end() -> None:
        for name in names:
            world.shields[name].refusal = None
            world.lines[name].gate.refusal = None

    return end


def _show(world: World, target: Target, make: Callable[[Book], Book]) -> End:
    """Put other books in the true ones' place on REST; the end takes them away."""
    conditions, tickers = [], []
    for pair in target.pairs:
        if POLYMARKET in target.lines:
            market = pair.polymarket
            conditions.append(market.condition_id)
            world.clob.shown[market.condition_id] = make(market.book)
        if KALSHI in target.lines:
            tickers.append(pair.kalshi.ticker)
            world.trade_api.shown[pair.kalshi.ticker] = make(pair.kalshi.book)

    def end() -> None:
        for condition in conditions:
            world.clob.shown.pop(condition, None)
        for ticker in tickers:
            world.trade_api.shown.pop(ticker, None)

    return end


def _copied(book: Book) -> Book:
    copy = Book()
    copy.bids, copy.asks = dict(book.bids), dict(book.asks)
    return copy
