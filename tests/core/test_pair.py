"""Pairs: which outcomes make a complete set, whichever way round the two markets ask."""

import pytest
from msgspec.structs import replace

from tests.core.desk import FREE, NO, TICKER, YES, market, token
from underround.core.instrument import Outcome, Venue
from underround.core.pair import Claim, Pair, Polarity

YES_TOKEN = token(YES, NO, Outcome.YES, FREE[0])
MARKET = market(FREE[1])
BUY_YES = Claim(Venue.POLYMARKET, YES, Outcome.YES, takes_bids=False)
BUY_NO = Claim(Venue.POLYMARKET, NO, Outcome.NO, takes_bids=False)
KALSHI_YES = Claim(Venue.KALSHI, TICKER, Outcome.YES, takes_bids=False)
KALSHI_NO = Claim(Venue.KALSHI, TICKER, Outcome.NO, takes_bids=True)


@pytest.mark.parametrize(
    ("polarity", "sets"),
    [
        (Polarity.SAME, (("yes_no", BUY_YES, KALSHI_NO), ("no_yes", BUY_NO, KALSHI_YES))),
        (Polarity.INVERSE, (("yes_no", BUY_YES, KALSHI_YES), ("no_yes", BUY_NO, KALSHI_NO))),
    ],
)
def test_complete_sets(polarity: Polarity, sets: tuple):
    pair = Pair.of("rain", YES_TOKEN, MARKET, polarity, "a note")
    assert pair.complete_sets == sets
    assert (pair.polymarket_yes, pair.polymarket_no, pair.kalshi) == (YES, NO, TICKER)
    assert (pair.id, pair.polarity, pair.note) == ("rain", polarity, "a note")


def test_a_token_without_its_other_half_makes_no_pair():
    with pytest.raises(ValueError, match="pair 'rain': yes-token has no complement token"):
        Pair.of("rain", replace(YES_TOKEN, complement_id=None), MARKET, Polarity.SAME, "")
