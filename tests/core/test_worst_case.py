"""What a signal pays at worst: by its pair's terms, or by what the venues mostly do."""

from msgspec.structs import replace

from tests.core.desk import TICKER, YES, Desk, signals
from underround.core.contract_terms import ContractTerms, PairTerms, Void
from underround.core.worst_case import bought_of, payoff_per_set_e6, with_worst_case


def opened(desk: Desk):
    desk.opening([(4_000, 10)], [(9_000, 10)], ([(5_500, 10)], [(5_700, 10)]))
    (signal,) = signals(desk.heard)
    return signal


def test_a_signal_says_what_it_pays_at_worst():
    signal = opened(Desk())
    # Kalshi's NO at 0.45 is the least that stays: 10 sets, Polymarket's YES lost.
    assert (signal.size_e6, signal.worst_payoff_usd_e6) == (10_000_000, 4_500_000)
    assert payoff_per_set_e6(signal) == 1_000_000


def test_the_pair_s_own_terms_decide():
    desk = Desk()
    terms = PairTerms(polymarket=ContractTerms(void=Void.NO))
    desk.engine.detector.terms["rain"] = terms
    assert opened(desk).worst_payoff_usd_e6 == 0


def test_terms_come_with_the_pair():
    desk = Desk()
    pair = replace(desk.engine.directions[0].pair, id="again", terms=PairTerms())
    watched = type(desk.engine)(
        desk.settings, [book.instrument for book in desk.engine.books.values()], [pair]
    )
    assert watched.detector.terms == {"again": PairTerms()}


def test_an_outcome_bought_in_two_books_counts_by_its_parts():
    signal = opened(Desk())
    yes, no = signal.legs
    halves = tuple(replace(yes, size_e6=5_000_000) for _ in range(2))
    split = replace(signal, legs=(*halves, no))
    assert [one.share_e6 for one in bought_of(split)] == [500_000, 500_000, 1_000_000]
    assert with_worst_case(split, None).worst_payoff_usd_e6 == 4_500_000
    assert {leg.instrument for leg in signal.legs} == {YES, TICKER}
