"""The ledger of truth against a recomputation from every state the books were in."""

from fractions import Fraction
from math import ceil

import pytest

from tests.simulation.world import SECOND, State, World, history
from underround.simulation.book import ASK, BID
from underround.simulation.ledger import NAIVE_EDGE_E6
from underround.simulation.market import Pair


def edge_e6(pair: Pair, direction: str, state: State) -> int | None:
    """Buy the two legs by hand: dollars as fractions, fees from the formulas."""
    (token_bid, token_ask), (market_bid, market_ask) = state.polymarket, state.kalshi
    if direction == "yes_no":
        yes, opposite = token_ask, None if market_bid is None else 10_000 - market_bid
    else:
        yes, opposite = None if token_bid is None else 10_000 - token_bid, market_ask
    if yes is None or opposite is None:
        return None
    rate = Fraction(pair.polymarket.fee_rate_e4, 10_000)
    multiplier = Fraction(pair.kalshi.fee_multiplier_e4, 10_000)
    a, b = Fraction(yes, 10_000), Fraction(opposite, 10_000)
    withheld = Fraction(ceil(rate * a * (1 - a) * 10**6), 10**6)  # in shares, as it may be
    fees = ceil(a * withheld / (a - withheld) * 10**6)
    fees += ceil(Fraction(7, 100) * multiplier * b * (1 - b) * 10**6)
    return int((1 - a - b) * 10**6) - fees


@pytest.mark.parametrize("seed", [7, 2024])
def test_intervals_equal_a_brute_force_recomputation(seed: int) -> None:
    world = history(seed)
    expected = []
    for pair in world.pairs:
        for direction in ("yes_no", "no_yes"):
            start_ns: int | None = None
            best = 0
            for state in world.states[pair.id]:
                edge = edge_e6(pair, direction, state) if state.is_open else None
                if edge is not None and edge >= 5_000:
                    start_ns = state.at_ns if start_ns is None else start_ns
                    best = max(best, edge)
                elif start_ns is not None:
                    expected.append((pair.id, direction, start_ns, state.at_ns, best))
                    start_ns, best = None, 0
            if start_ns is not None:
                expected.append((pair.id, direction, start_ns, None, best))
    found = [(i.pair, i.direction, i.start_ns, i.end_ns, i.edge_e6) for i in world.ledger.intervals]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert len(found) > 20


def test_an_interval_starts_before_publishing_and_ends_after_it() -> None:
    world = World(7)
    pair = next(pair for pair in world.pairs if not pair.inverse and not pair.closes)
    ledger = world.ledger
    ask = pair.polymarket.book.top()[1]
    assert ask is not None
    pair.kalshi.book.clear()
    pair.kalshi.book.apply([(BID, ask + 800, 10_000_000)])
    ledger.observe(pair, 100, 150)
    pair.kalshi.book.clear()
    ledger.observe(pair, 200, 250)
    (interval,) = ledger.intervals
    assert (interval.start_ns, interval.end_ns) == (100, 250)


def test_a_closed_market_ends_the_interval_though_its_orders_rest() -> None:
    world = World(7)
    pair = next(pair for pair in world.pairs if not pair.inverse and not pair.closes)
    ask = pair.polymarket.book.top()[1]
    assert ask is not None
    pair.kalshi.book.clear()
    pair.kalshi.book.apply([(BID, ask + 800, 10_000_000)])
    world.ledger.observe(pair, 100, 100)
    world.exchange.close_kalshi(pair)
    (interval,) = world.ledger.intervals
    assert interval.end_ns is not None


def test_polarity_turns_the_kalshi_book_round() -> None:
    world = World(7)
    pair = next(pair for pair in world.pairs if pair.inverse)
    for book in (pair.polymarket.book, pair.kalshi.book):
        book.clear()
    pair.polymarket.book.apply([(BID, 2_800, 10_000_000), (ASK, 3_000, 10_000_000)])
    # Kalshi YES at 0.55 pays exactly when Polymarket YES does not: 0.30 + 0.55 < 1.
    pair.kalshi.book.apply([(BID, 5_300, 10_000_000), (ASK, 5_500, 10_000_000)])
    before = world.ledger.traps["inverted_pair"]
    world.ledger.observe(pair, 1, 1)
    assert [(i.pair, i.direction) for i in world.ledger.intervals] == [(pair.id, "yes_no")]
    # Read without polarity it looks like 0.53 sold against 0.30 bought.
    assert world.ledger.traps["inverted_pair"] == before + 1
    assert NAIVE_EDGE_E6 == 50_000


def test_books_are_listed_best_first_and_mirrored_for_the_other_token() -> None:
    world = World(7).run(1)
    books = world.ledger.books()
    pair = world.pairs[0]
    yes, no = (books["polymarket"][token] for token in pair.polymarket.tokens)
    assert yes["bids"] == sorted(yes["bids"], reverse=True)
    assert yes["asks"] == sorted(yes["asks"])
    assert no["asks"] == [[10_000 - price, size] for price, size in yes["bids"]]
    assert dict(map(tuple, books["kalshi"][pair.kalshi.ticker]["asks"])) == pair.kalshi.book.asks
    assert len(books["polymarket"]) == 48


def test_traps_are_listed_by_kind_from_the_start() -> None:
    assert World(7).ledger.traps["frozen_book"] == 0
    assert SECOND == 10**9
