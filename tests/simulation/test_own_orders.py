"""Members' orders stand in the book by price and time, and nothing is made or lost in matching."""

from hypothesis import given
from hypothesis import strategies as st

from tests.simulation.world import World
from underround.simulation.book import ASK, BID, Side
from underround.simulation.exchange import Exchange
from underround.simulation.market import KalshiMarket, Pair
from underround.simulation.own_orders import OwnOrder

ONE = 1_000_000


class Registrar:
    """Writes down what it is told."""

    def __init__(self, exchange: Exchange) -> None:
        self.fills: list[tuple[str, int, int]] = []
        self.exchange = exchange
        exchange.own.registrars[KalshiMarket] = self

    def filled(self, order: OwnOrder, price_e4: int, size_e6: int) -> None:
        self.fills.append((order.id, price_e4, size_e6))

    def ended(self, market: KalshiMarket) -> None:
        for order in self.exchange.own.of(market):
            self.exchange.own.withdraw(order)

    def settled(self, market: KalshiMarket) -> None:
        self.fills.append(("settled", 0, 0))


def world() -> tuple[Exchange, Pair, Registrar]:
    made = World(7, 2)
    pair = made.pairs[0]
    pair.kalshi.book.clear()
    made.exchange.change_kalshi(pair, [(BID, 4_000, 10 * ONE), (ASK, 5_000, 10 * ONE)])
    return made.exchange, pair, Registrar(made.exchange)


def order(pair: Pair, side: Side, price_e4: int, size_e6: int, name: str = "a") -> OwnOrder:
    return OwnOrder(
        id=name,
        owner="me",
        market=pair.kalshi,
        side=side,
        price_e4=price_e4,
        size_e6=size_e6,
        created_ns=0,
    )


def rest(exchange: Exchange, pair: Pair, own: OwnOrder) -> OwnOrder:
    exchange.show_kalshi(pair, [exchange.own.rest(own)])
    return own


def test_an_order_waits_for_what_stood_before_it() -> None:
    exchange, pair, registrar = world()
    own = rest(exchange, pair, order(pair, BID, 4_000, 5 * ONE))
    assert pair.kalshi.book.bids == {4_000: 15 * ONE}
    exchange.trade_kalshi(pair, ASK, 8 * ONE)
    assert (registrar.fills, own.ahead_e6) == ([], 2 * ONE)
    exchange.trade_kalshi(pair, ASK, 4 * ONE)
    assert registrar.fills == [("a", 4_000, 2 * ONE)]
    assert pair.kalshi.book.bids == {4_000: 3 * ONE}


def test_cancellations_by_the_flow_come_from_behind() -> None:
    exchange, pair, registrar = world()
    own = rest(exchange, pair, order(pair, BID, 4_000, 5 * ONE))
    exchange.change_kalshi(pair, [(BID, 4_000, 20 * ONE)])
    assert own.ahead_e6 == 10 * ONE
    exchange.change_kalshi(pair, [(BID, 4_000, 3 * ONE)])
    assert own.ahead_e6 == 3 * ONE
    exchange.change_kalshi(pair, [(BID, 4_000, 0)])
    assert (own.ahead_e6, pair.kalshi.book.bids) == (0, {4_000: 5 * ONE})
    assert registrar.fills == []


def test_a_quote_through_an_order_trades_with_it() -> None:
    exchange, pair, registrar = world()
    rest(exchange, pair, order(pair, BID, 4_500, 5 * ONE))
    exchange.change_kalshi(pair, [(ASK, 5_000, 0), (ASK, 4_400, 8 * ONE)])
    assert registrar.fills == [("a", 4_500, 5 * ONE)]
    assert pair.kalshi.book.asks == {4_400: 3 * ONE}
    assert pair.kalshi.book.bids == {4_000: 10 * ONE}


def test_withdrawing_gives_the_level_back() -> None:
    exchange, pair, _ = world()
    own = rest(exchange, pair, order(pair, BID, 4_000, 5 * ONE))
    exchange.show_kalshi(pair, exchange.own.withdraw(own, 2 * ONE))
    assert (pair.kalshi.book.bids, own.size_e6) == ({4_000: 13 * ONE}, 3 * ONE)
    exchange.show_kalshi(pair, exchange.own.withdraw(own))
    assert pair.kalshi.book.bids == {4_000: 10 * ONE}
    assert exchange.own.withdraw(own) == []


def test_the_end_of_a_market_ends_its_orders() -> None:
    exchange, pair, registrar = world()
    rest(exchange, pair, order(pair, BID, 4_000, 5 * ONE))
    exchange.sweep_kalshi(pair, [])
    exchange.settle_kalshi(pair)
    assert exchange.own.of(pair.kalshi) == []
    assert registrar.fills == [("settled", 0, 0)]


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(("rest", "take", "flow", "hit", "withdraw")),
        st.sampled_from((BID, ASK)),
        st.integers(40, 50),
        st.integers(1, 30),
    ),
    max_size=40,
)


@given(ACTIONS)
def test_books_never_cross_and_shares_are_conserved(actions) -> None:
    exchange, pair, registrar = world()
    book, resting = pair.kalshi.book, []
    for number, (what, side, cents, count) in enumerate(actions):
        price_e4, size_e6 = cents * 100, count * ONE
        other = ASK if side == BID else BID
        best = book.best_first(other)
        through = best and (price_e4 >= best[0][0] if side == BID else price_e4 <= best[0][0])
        if what == "rest" and not through:
            resting.append(rest(exchange, pair, order(pair, side, price_e4, size_e6, str(number))))
        elif what == "take":
            before = sum(book.side(other).values())
            met, changes = exchange.own.take(pair.kalshi, side, price_e4, size_e6, ())
            exchange.show_kalshi(pair, changes)
            exchange.own.tell()
            assert before - sum(book.side(other).values()) == sum(m.size_e6 for m in met)
            assert sum(m.size_e6 for m in met) <= size_e6
        elif what == "flow":
            own = {o.price_e4 for o in exchange.own.of(pair.kalshi) if o.side == other}
            flow = {p for p in book.side(other) if p not in own}
            if not any(p <= price_e4 if side == BID else p >= price_e4 for p in flow):
                exchange.change_kalshi(pair, [(side, price_e4, size_e6)])
        elif what == "hit" and best:
            exchange.trade_kalshi(pair, side, min(size_e6, best[0][1]))
        elif what == "withdraw" and resting:
            exchange.show_kalshi(pair, exchange.own.withdraw(resting[count % len(resting)]))
        for own in exchange.own.of(pair.kalshi):
            assert book.side(own.side)[own.price_e4] >= own.remaining_e6 > 0
            assert own.ahead_e6 >= 0
    filled: dict[str, int] = {}
    for name, _, size_e6 in registrar.fills:
        filled[name] = filled.get(name, 0) + size_e6
    assert filled == {o.id: o.filled_e6 for o in resting if o.filled_e6}
