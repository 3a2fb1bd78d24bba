"""Pairs are made once for the same two markets, however the entries name them."""

from tests.core.desk import NO, TICKER, USUAL, YES, market, token
from underround.app.pairs.file import PairEntry
from underround.app.pairs.pairing import Pairing
from underround.core.instrument import Outcome
from underround.core.pair import Polarity

YES_TOKEN = token(YES, NO, Outcome.YES, USUAL[0])
NO_TOKEN = token(NO, YES, Outcome.NO, USUAL[0])
KALSHI = market(USUAL[1])


def entry(name: str, polarity: Polarity = Polarity.SAME) -> PairEntry:
    return PairEntry(id=name, polymarket=f"by-{name}", kalshi=TICKER, polarity=polarity)


def test_a_market_named_twice_is_paired_once():
    pairing = Pairing()
    assert pairing.add(entry("a"), YES_TOKEN, KALSHI) is not None
    assert pairing.add(entry("b"), YES_TOKEN, KALSHI) is None
    assert list(pairing.pairs) == ["a"]
    assert pairing.problems == ["pair 'b': the same two markets as pair 'a'"]


def test_of_both_polarities_neither_is_used():
    pairing = Pairing()
    pairing.add(entry("a"), YES_TOKEN, KALSHI)
    assert pairing.add(entry("b", Polarity.INVERSE), YES_TOKEN, KALSHI) is None
    assert pairing.pairs == {}
    said = "the same two markets with the other polarity as pair"
    assert pairing.problems == [
        f"pair 'a': {said} 'b'; neither is used",
        f"pair 'b': {said} 'a'; neither is used",
    ]


def test_a_pair_that_runs_is_not_taken_back():
    before = Pairing()
    before.add(entry("a"), YES_TOKEN, KALSHI)
    pairing = Pairing(before.pairs.values())
    assert pairing.add(entry("b", Polarity.INVERSE), YES_TOKEN, KALSHI) is None
    assert list(pairing.pairs) == ["a"]
    (problem,) = pairing.problems
    assert problem.endswith("as pair 'a', which runs")


def test_the_other_token_with_the_other_polarity_is_the_same_bet():
    pairing = Pairing()
    pairing.add(entry("a"), YES_TOKEN, KALSHI)
    assert pairing.add(entry("b", Polarity.INVERSE), NO_TOKEN, KALSHI) is None
    assert pairing.problems == ["pair 'b': the same two markets as pair 'a'"]
