"""Random books in two tongues: the product's ladders and the oracle's offers, same numbers."""

from fractions import Fraction

from hypothesis import strategies as st
from msgspec.structs import replace

from tests.oracles.money import Offer
from underround.core.fees import PolymarketReading, kalshi_terms, polymarket_terms
from underround.core.leg import BuyLadder

KALSHI_MULTIPLIERS = ("0", "0.5", "1")
POLYMARKET_RATES = ("0", "0.04", "0.07")


@st.composite
def levels(draw, low_e4=100, high_e4=9_900, deepest=4, largest=400):
    """Draw (price_e4, hundredths) levels, the cheapest first."""
    prices = draw(
        st.lists(
            st.integers(low_e4, high_e4).map(lambda price: price - price % 10 or 10),
            min_size=1,
            max_size=deepest,
            unique=True,
        )
    )
    return [(price, draw(st.integers(1, largest))) for price in sorted(prices)]


@st.composite
def markets(draw, **limits):
    """Draw one instrument for sale: (ladder of the product, offer of the oracle)."""
    own = draw(levels(**limits))
    if draw(st.booleans()):
        text = draw(st.sampled_from(KALSHI_MULTIPLIERS))
        terms, venue, rate = kalshi_terms("quadratic", text), "kalshi", Fraction(text) * 7 / 100
    else:
        text = draw(st.sampled_from(POLYMARKET_RATES))
        terms = polymarket_terms(text, reading=PolymarketReading.DOLLARS)
        venue, rate = "polymarket", Fraction(text)
    return both(own, terms, venue, rate)


def both(own, terms, venue, rate):
    """Return the ladder and the offer of the same (price_e4, hundredths) levels."""
    ladder = BuyLadder(
        levels=[(price_e4, hundredths * 10_000) for price_e4, hundredths in own], fees=terms
    )
    offer = Offer(
        venue,
        rate,
        tuple((Fraction(price_e4, 10_000), hundredths) for price_e4, hundredths in own),
    )
    return ladder, offer


def in_whole_contracts(ladder, offer):
    """Turn hundredths into contracts, the lot included, on both sides."""
    return (
        replace(
            ladder,
            levels=[(price_e4, size_e6 * 100) for price_e4, size_e6 in ladder.levels],
            lot_e6=1_000_000,
        ),
        offer._replace(levels=tuple((price, size * 100) for price, size in offer.levels)),
    )
