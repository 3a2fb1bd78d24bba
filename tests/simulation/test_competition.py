"""The frozen competition: a plain policy fares in it as a peer's live record did."""

from functools import partial

from bench import leg_policies
from bench.leg_policies import POLICIES, contests, fare, fare_of_ours, problems
from underround.core.instrument import Venue
from underround.core.trading.settings import LegPolicy, TradingSettings
from underround.simulation.competition import FROZEN, Rivalry, open_contest


def test_a_plain_policy_fares_as_the_peers_did() -> None:
    plain = fare(POLICIES[0], seed=11, count=2_000)
    assert problems(plain) == []
    assert plain.stranded == 0


def test_other_rates_would_not(monkeypatch) -> None:
    calm = Rivalry(polymarket_per_s=0.5, kalshi_per_s=0.1, growth=0.2, partial_share=0.1)
    monkeypatch.setattr(leg_policies, "open_contest", partial(open_contest, rivalry=calm))
    found = problems(fare(POLICIES[0], seed=11, count=1_000))
    assert any(problem.startswith("missed") for problem in found)


def test_every_policy_meets_the_same_contests() -> None:
    def seen() -> list[tuple]:
        return [
            (contest.direction, contest.edge_e4, tuple(contest.taken_after_ns.values()))
            for contest, _, _ in contests(5, 20)
        ]

    first = seen()
    assert seen() == first
    assert len({edge for _, edge, _ in first}) > 5


def test_the_wider_the_edge_the_faster_it_is_taken() -> None:
    rates = [FROZEN.per_s(Venue.KALSHI, edge_e4) for edge_e4 in (100, 300, 1_000, 3_000)]
    assert rates == sorted(rates)
    assert rates[1] == FROZEN.kalshi_per_s


def test_rivals_leave_nothing_of_the_edge() -> None:
    for contest, time, _ in contests(3, 30):
        contest.is_partial = dict.fromkeys(contest.is_partial, False)
        time.run()
        polymarket, kalshi = (contest.desk.top(v) for v in (Venue.POLYMARKET, Venue.KALSHI))
        bought, sold = (
            (polymarket[1], kalshi[0])
            if contest.direction == "yes_no"
            else (kalshi[1], polymarket[0])
        )
        assert bought is None or sold is None or sold <= bought


def test_our_desk_meets_them_too_and_the_shipped_leg_order_books_most() -> None:
    ours = {p: fare_of_ours(TradingSettings(policy=p), seed=7, count=400) for p in LegPolicy}
    for tally in ours.values():
        assert tally.both + tally.missed + tally.unwound + tally.stranded == 400
        assert tally.quoted == ours[LegPolicy.SETTLEMENT].quoted
        assert tally.stranded == 0
    best = max(ours.values(), key=lambda tally: tally.booked)
    assert best.booked == ours[TradingSettings().policy].booked > 0
