"""A structure and a pair of one name have nothing else in common: neither silence nor terms."""

from tests.core.hall import Hall, on_kalshi, on_polymarket, said
from tests.core.test_structure_desk import partition
from underround.core.contract_terms import ContractTerms, Grade, PairTerms
from underround.core.opportunity import Underround
from underround.core.pair import Pair, Polarity
from underround.core.venue_event import PairsListed, PairsSuspended


def a_hall() -> Hall:
    """A set named as a pair is, of other markets than the pair's."""
    kalshi, questions = on_kalshi("A", "B", "K")
    tokens, _ = on_polymarket("p")
    hall = Hall([*kalshi, *tokens], [partition(questions[:2])])
    terms = PairTerms(
        polymarket=ContractTerms(), kalshi=ContractTerms(void="no"), grade=Grade.IDENTICAL
    )
    pair = Pair.of("event", tokens[0], kalshi[2], Polarity.SAME, "", terms)
    hall.process(PairsListed([pair], hall.now_ns))
    hall.books(*(hall.image(name, [], [(4_000, 9)]) for name in ("A", "B")))
    return hall


def test_a_suspended_pair_does_not_silence_a_set_of_its_name():
    hall = a_hall()
    assert [one.underround for one in hall.open] == [Underround.PARTITION]
    assert said(hall.process(PairsSuspended({"event": "a test"}, hall.now_ns))) == []
    hall.books(*(hall.image(name, [], [(6_000, 9)]) for name in ("A", "B")))
    hall.books(*(hall.image(name, [], [(4_000, 9)]) for name in ("A", "B")))
    assert [one.underround for one in hall.open] == [Underround.PARTITION]


def test_a_set_s_worst_case_is_not_reckoned_by_the_terms_of_a_pair_of_its_name():
    with_pair = a_hall().open[0].worst_payoff_usd_e6
    kalshi, questions = on_kalshi("A", "B")
    alone = Hall(kalshi, [partition(questions)])
    alone.books(*(alone.image(name, [], [(4_000, 9)]) for name in ("A", "B")))
    assert with_pair == alone.open[0].worst_payoff_usd_e6
