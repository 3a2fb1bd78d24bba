"""Random small structures through the engine: all that brute force finds, nothing it does not.

Books go in as venues send them, signals come out; the oracles see only which offer pays when.
"""

from fractions import Fraction

from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.core.books import KALSHI_MULTIPLIERS, POLYMARKET_RATES, both, in_whole_contracts, levels
from tests.core.hall import Hall, ticker, tokens
from tests.oracles.outcomes import by_simplex, by_trying_all
from underround.core.fees import PolymarketReading, kalshi_terms, polymarket_terms
from underround.core.instrument import Instrument
from underround.core.settings import Settings
from underround.core.structure import Ladder, Partition, merged, question_of

ONE = 1_000_000
ROUND_E6 = 10_000
EVERY_EDGE = Settings(threshold_e6=0)


def a_side(**limits):
    return levels(deepest=2, largest=3, **limits)


@st.composite
def a_market(draw, name, low_e4, high_e4):
    """Draw a market's instruments, its books by instrument, and (YES offer, NO offer).

    Nothing is crossed: YES and NO of one market cost a dollar together, as the venues see to.
    """
    yes = draw(a_side(low_e4=low_e4, high_e4=high_e4))
    floor_e4 = 10_000 - yes[0][0] + 10
    no = [
        (max(price, floor_e4 + step * 10), size)
        for step, (price, size) in enumerate(
            draw(a_side(low_e4=10_000 - high_e4, high_e4=10_000 - low_e4))
        )
    ]
    no = [level for level in dict(no).items() if level[0] < 10_000]
    is_kalshi = draw(st.booleans())
    if is_kalshi:
        text = draw(st.sampled_from(KALSHI_MULTIPLIERS))
        terms, venue, rate = kalshi_terms("quadratic", text), "kalshi", Fraction(text) * 7 / 100
        listed: list[Instrument] = [ticker(name, terms, lot_e6=ONE)]
        books = {name: ([(10_000 - p, s) for p, s in no], yes)}
    else:
        text = draw(st.sampled_from(POLYMARKET_RATES))
        terms = polymarket_terms(text, reading=PolymarketReading.DOLLARS)
        venue, rate = "polymarket", Fraction(text)
        listed = list(tokens(name, terms, lot_e6=ONE))
        books = {f"{name}-yes": ([], yes), f"{name}-no": ([], no)}
    offers = [in_whole_contracts(*both(side, terms, venue, rate))[1] for side in (yes, no)]
    return listed, books, offers


def deliver(hall, markets, order):
    """Bring all books in some order, twice, with time passing, and let sweeps settle."""
    images = [(name, *sides) for _, books, _ in markets for name, sides in books.items()]
    for name, bids, asks in [images[place % len(images)] for place in order] + images:
        hall.now_ns += 10**6
        hall.book(name, bids, asks)
    for _ in range(3):
        hall.tick(100)
        hall.answer()


def found(hall, direction):
    return sum(Fraction(one.edge_usd_e6, ONE) for one in hall.open if one.direction == direction)


def check(hall, direction, payoffs, offers):
    whole = by_trying_all(payoffs, offers)
    profit = found(hall, direction)
    # Legs are chosen by marginal cost: what rounding each fill to a centicent takes may differ.
    rounding = sum(len(offer.levels) for offer in offers) * Fraction(11, 100_000)
    assert whole * 999 / 1_000 - rounding <= profit <= by_simplex(payoffs, offers)
    assert (profit > 0) <= (whole > 0)
    event(f"{direction}: {'an edge' if whole else 'none'}")


@settings(max_examples=120, deadline=None)
@given(st.data(), st.booleans(), st.booleans(), st.lists(st.integers(0, 11), max_size=6))
def test_partitions_of_both_venues(data, is_exhaustive, crosses, order):
    low_e4, high_e4 = data.draw(st.sampled_from([(1_500, 4_500), (2_500, 6_500)]))
    count = 2 if crosses else 3
    markets = [data.draw(a_market(f"M{n}", low_e4, high_e4)) for n in range(count)]
    questions = [question_of(one[0][0]) for one in markets]
    groups = [[market] for market in markets]
    if crosses:  # the first outcome is listed twice: an approved pair
        again = data.draw(a_market("again", low_e4, high_e4))
        markets.append(again)
        groups[0].append(again)
        questions[0] = merged([questions[0], question_of(again[0][0])], "both")
    structure = Partition(
        id="event",
        questions=tuple(questions),
        is_exclusive=True,
        is_exhaustive=is_exhaustive,
        proof="drawn",
    )
    hall = Hall([one for market in markets for one in market[0]], [structure], EVERY_EDGE)
    deliver(hall, markets, order)
    winners = range(count if is_exhaustive else count + 1)
    for side, direction in enumerate(("all_yes", "all_no")):
        owners = [own for own, group in enumerate(groups) for _ in group]
        payoffs = [[int((own == winner) == (side == 0)) for own in owners] for winner in winners]
        offers = [market[2][side] for group in groups for market in group]
        check(hall, direction, payoffs, offers)


@settings(max_examples=120, deadline=None)
@given(st.data(), st.lists(st.integers(0, 11), max_size=6))
def test_ladders_of_both_venues(data, order):
    markets = [data.draw(a_market(f"T{n}", 3_500, 6_500)) for n in range(3)]
    rungs = tuple(question_of(one[0][0]) for one in markets)
    hall = Hall(
        [one for market in markets for one in market[0]],
        [Ladder(id="ladder", rungs=rungs, proof="drawn")],
        EVERY_EDGE,
    )
    deliver(hall, markets, order)
    ends = range(len(markets) + 1)  # so many rungs come true, the widest first
    payoffs = [
        [int((n < end) == is_yes) for n in range(len(markets)) for is_yes in (True, False)]
        for end in ends
    ]
    check(hall, "ladder", payoffs, [offer for market in markets for offer in market[2]])


@settings(max_examples=40, deadline=None)
@given(st.data(), st.lists(st.integers(0, 11), min_size=2, max_size=8))
def test_the_same_events_raise_the_same_effects(data, order):
    markets = [data.draw(a_market(f"T{n}", 3_500, 6_500)) for n in range(3)]
    rungs = tuple(question_of(one[0][0]) for one in markets)
    heard = []
    for _ in range(2):
        hall = Hall(
            [one for market in markets for one in market[0]],
            [Ladder(id="ladder", rungs=rungs, proof="drawn")],
            EVERY_EDGE,
        )
        deliver(hall, markets, order)
        heard.append(hall.heard)
    assert heard[0] == heard[1]
