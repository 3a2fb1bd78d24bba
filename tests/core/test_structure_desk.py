"""Structures of many markets in the engine: opened, gated, changed and closed like any pair."""

import pytest

from tests.core.desk import KALSHI, ONE, signals
from tests.core.hall import Hall, legs, on_kalshi, on_polymarket, said
from underround.core.effect import Noted
from underround.core.event import Batch, ConnectionClosed
from underround.core.instrument import Venue
from underround.core.opportunity import Underround
from underround.core.pair import Pair, Polarity
from underround.core.structure import Ladder, Partition, merged
from underround.core.venue_event import (
    PairsListed,
    PairsSuspended,
    StructuresListed,
    TradingHalted,
)

NAMES = ("A", "B", "C")


def partition(questions, **facts) -> Partition:
    known = {"is_exclusive": True, "is_exhaustive": True, "proof": "made for a test"}
    return Partition(id="event", questions=questions, **(known | facts))


def a_set(**facts) -> Hall:
    """Three markets of Kalshi's, 0.30 each for YES and 0.72 for NO, 100 contracts."""
    instruments, questions = on_kalshi(*NAMES)
    hall = Hall(instruments, [partition(questions, **facts)])
    hall.books(*(hall.image(name, [(2_800, 100)], [(3_000, 100)]) for name in NAMES))
    return hall


def test_all_yes_of_an_exhaustive_set_pays_a_dollar():
    hall = a_set()
    (opened,) = hall.open
    assert (opened.underround, opened.pair, opened.direction) == (
        Underround.PARTITION,
        "event",
        "all_yes",
    )
    assert legs(opened) == [(name, "yes", 100.0) for name in NAMES]
    assert (opened.edge_top_e6, opened.edge_usd_e6) == (100_000, 10_000_000)
    assert opened.capital_usd_e6 == {Venue.KALSHI: 90_000_000}
    assert opened.return_bps == 1_111


def test_all_no_of_an_exclusive_set_pays_all_but_one():
    hall = a_set(is_exhaustive=False)
    assert hall.open == []
    hall.books(*(hall.image(name, [(3_500, 10)], [(3_600, 10)]) for name in NAMES))
    (opened,) = hall.open
    assert opened.direction == "all_no"
    assert legs(opened) == [(name, "no", 10.0) for name in NAMES]
    assert (opened.edge_top_e6, opened.edge_usd_e6) == (50_000, 500_000)


@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({"is_exhaustive": False}, {"event/all_yes"}),
        ({"is_open_ended": True}, {"event/all_yes"}),
        ({"is_exclusive": False}, {"event/all_no"}),
    ],
)
def test_what_is_not_proven_is_refused_with_its_reason(facts, refused):
    hall = a_set(**facts)
    assert set(hall.engine.desk.refused) == refused
    assert all("made for a test" in reason for reason in hall.engine.desk.refused.values())
    assert [one.direction for one in hall.open] == ["all_yes"] * ("event/all_no" in refused)


def test_each_outcome_comes_from_the_cheapest_venue():
    kalshi, on_one = on_kalshi(*NAMES)
    other, on_two = on_polymarket("a", "b", "c")
    questions = tuple(merged(both, name) for name, *both in zip(NAMES, on_one, on_two, strict=True))
    hall = Hall([*kalshi, *other], [partition(questions)])
    hall.books(*(hall.image(name, [(2_800, 50)], [(3_000, 50)]) for name in NAMES))
    hall.now_ns += 10**6
    hall.book("b-yes", [], [(2_500, 20)])
    hall.tick(200)
    (opened,) = hall.open
    assert legs(opened) == [
        ("A", "yes", 50.0),
        ("B", "yes", 30.0),
        ("b-yes", "yes", 20.0),
        ("C", "yes", 50.0),
    ]
    assert opened.capital_usd_e6 == {Venue.KALSHI: 39_000_000, Venue.POLYMARKET: 5_000_000}


def test_it_closes_at_once_when_one_leg_gets_dear_and_opens_again():
    hall = a_set()
    effects = hall.book("B", [(2_800, 100)], [(4_100, 100)])
    assert said(effects) == ["all_yes closed edge gone"]
    effects = hall.book("B", [(2_800, 100)], [(3_200, 100)])
    assert said(effects) == ["all_yes opened"]
    assert [one.id for one in hall.opened] == ["event/all_yes/1", "event/all_yes/2"]


def test_a_change_of_size_is_told_by_the_next_sweep():
    hall = a_set()
    hall.book("B", [(2_800, 100)], [(3_000, 40)])
    assert said(hall.tick(100)) == ["all_yes changed"]
    assert hall.open[0].size_e6 == 40 * ONE


@pytest.mark.parametrize("how", ["closed", "halted", "crossed"])
def test_a_gate_that_closes_at_one_leg_closes_the_whole_at_once(how: str):
    hall = a_set()
    if how == "closed":
        effects = hall.process(ConnectionClosed(KALSHI, hall.now_ns, "gone"))
        reason = "disconnected: gone"
    elif how == "halted":
        told = TradingHalted("B", is_halted=True, reason="paused")
        effects, reason = hall.process(Batch(KALSHI, hall.now_ns, [told])), "halted"
    else:
        hall.book("B", [(3_100, 5)], [(3_000, 100)])
        effects, reason = hall.tick(100), "crossed"
    assert said(effects) == [f"all_yes closed {reason}"]
    assert hall.open == []


def test_it_comes_back_when_the_gate_opens():
    hall = a_set()
    for is_halted in (True, False):
        told = TradingHalted("B", is_halted=is_halted, reason="")
        effects = hall.process(Batch(KALSHI, hall.now_ns, [told]))
    assert said(effects) == ["all_yes opened"]


def test_what_joins_the_markets_of_a_suspended_pair_is_not_signalled():
    instruments, questions = on_kalshi("A", "B")
    more, both = on_polymarket("a")
    joined = (merged([questions[0], both[0]], "A"), questions[1])
    hall = Hall([*instruments, *more], [partition(joined)])
    pair = Pair.of("p", more[0], instruments[0], Polarity.SAME, "")
    hall.process(PairsListed([pair], hall.now_ns))
    hall.books(*(hall.image(name, [], [(4_000, 9)]) for name in ("A", "B")))
    assert [one.direction for one in hall.open] == ["all_yes"]
    effects = hall.process(PairsSuspended({"p": "its rules changed"}, hall.now_ns))
    assert said(effects) == ["all_yes closed pair suspended"]
    hall.book("B", [], [(3_900, 9)])
    assert said(hall.tick(100)) == []
    hall.process(PairsSuspended({}, hall.now_ns))
    assert said(hall.tick(100)) == ["all_yes opened"]


def test_what_is_listed_after_its_pair_was_suspended_is_not_signalled_either():
    instruments, questions = on_kalshi("A", "B")
    more, both = on_polymarket("a")
    joined = partition((merged([questions[0], both[0]], "A"), questions[1]))
    pair = Pair.of("p", more[0], instruments[0], Polarity.SAME, "")
    suspended, listed = PairsSuspended({"p": "its rules changed"}, 0), PairsListed([pair], 0)
    for order in ((listed, suspended), (suspended, listed)):
        hall = Hall([*instruments, *more], [])
        for event in (*order, StructuresListed([joined], hall.now_ns)):
            hall.process(event)
        hall.books(*(hall.image(name, [], [(4_000, 9)]) for name in ("A", "B")))
        assert said(hall.tick(100)) == []
        hall.process(PairsSuspended({}, hall.now_ns))
        assert said(hall.tick(100)) == ["all_yes opened"]


def test_a_pair_that_is_listed_while_it_is_suspended_closes_what_joins_it():
    instruments, questions = on_kalshi("A", "B")
    more, both = on_polymarket("a")
    hall = Hall(
        [*instruments, *more], [partition((merged([questions[0], both[0]], "A"), questions[1]))]
    )
    hall.process(PairsSuspended({"p": "its rules changed"}, hall.now_ns))
    hall.books(*(hall.image(name, [], [(4_000, 9)]) for name in ("A", "B")))
    pair = Pair.of("p", more[0], instruments[0], Polarity.SAME, "")
    assert said(hall.process(PairsListed([pair], hall.now_ns))) == ["all_yes closed pair suspended"]


def test_nothing_opens_during_a_pause():
    instruments, questions = on_kalshi(*NAMES)
    hall = Hall(instruments, [partition(questions)])
    hall.command("pause")
    hall.books(*(hall.image(name, [], [(3_000, 100)]) for name in NAMES))
    assert hall.open == []
    assert said(hall.command("resume")) == ["all_yes opened"]
    assert signals(hall.heard)[0].held_for == "pause"


def test_quiet_books_are_all_confirmed_in_one_request_first():
    instruments, questions = on_kalshi(*NAMES)
    hall = Hall(instruments, [partition(questions)])
    hall.books(*(hall.image(name, [], [(3_000 if name != "B" else 5_000, 9)]) for name in NAMES))
    hall.tick(300)
    hall.book("B", [], [(3_000, 9)])
    assert hall.open == []
    opened = said(hall.answer())
    assert (opened, hall.open[0].held_for) == (["all_yes opened"], "proof")


def test_every_unfinished_group_is_waited_for():
    instruments, questions = on_kalshi(*NAMES)
    hall = Hall(instruments, [partition(questions)])
    hall.books(*(hall.image(name, [], [(4_000, 9)]) for name in NAMES))
    changes = [hall.delta(name, "ask", 3_000, 9, group=7) for name in NAMES]
    hall.process(Batch(KALSHI, hall.now_ns, changes))
    # The next group of one market ends its last one; those of the others may go on.
    hall.process(Batch(KALSHI, hall.now_ns, [hall.delta("A", "ask", 9_000, 1, group=8)]))
    assert hall.open == []
    assert said(hall.tick(5)) == ["all_yes opened"]
    assert hall.open[0].held_for == "group"


def rungs(*asks_and_bids: tuple[int, int]) -> Hall:
    """A ladder on Kalshi, the widest rung first: (ask, bid) each, 10 contracts."""
    names = [f"T{number}" for number in range(len(asks_and_bids))]
    instruments, questions = on_kalshi(*names)
    hall = Hall(instruments, [Ladder(id="ladder", rungs=questions, proof="by threshold")])
    for name, (ask, bid) in zip(names, asks_and_bids, strict=True):
        hall.book(name, [(bid, 10)], [(ask, 10)])
    return hall


def test_a_wide_rung_cheaper_than_a_narrow_one_is_bought_against_it():
    hall = rungs((6_000, 5_900), (5_000, 4_800), (5_300, 5_200))
    (opened,) = hall.open
    assert (opened.underround, opened.pair) == (Underround.LADDER, "ladder")
    assert legs(opened) == [("T1", "yes", 10.0), ("T2", "no", 10.0)]
    assert opened.edge_top_e6 == 20_000


def test_a_ladder_in_order_offers_nothing():
    hall = rungs((6_000, 5_900), (5_000, 4_900), (4_000, 3_900))
    assert hall.opened == []
    hall.book("T0", [(4_800, 10)], [(4_850, 10)])
    assert [legs(one) for one in hall.open] == [[("T0", "yes", 10.0), ("T1", "no", 10.0)]]


def test_other_legs_are_another_opportunity():
    hall = rungs((6_000, 5_900), (5_000, 4_800), (5_300, 5_200))
    hall.book("T0", [(4_000, 10)], [(4_500, 10)])
    effects = hall.tick(100)
    assert said(effects) == ["ladder closed a better set of legs", "ladder opened"]
    assert legs(hall.open[0]) == [("T0", "yes", 10.0), ("T2", "no", 10.0)]


def test_an_untrusted_rung_is_done_without():
    hall = rungs((6_000, 5_900), (5_000, 4_800), (5_300, 5_200))
    halted = TradingHalted("T2", is_halted=True, reason="")
    hall.process(Batch(KALSHI, hall.now_ns, [halted]))
    assert hall.open == []
    hall.book("T1", [(4_800, 10)], [(5_000, 10)])
    hall.book("T0", [(4_000, 10)], [(4_500, 10)])
    assert [legs(one) for one in hall.open] == [[("T0", "yes", 10.0), ("T1", "no", 10.0)]]


def test_too_little_to_trade_opens_when_there_is_more():
    instruments, questions = on_polymarket("a", "b", min_size_e6=5 * ONE)
    hall = Hall(instruments, [partition(questions)])
    hall.books(hall.image("a-yes", [], [(4_000, 9)]), hall.image("b-yes", [], [(5_000, 4)]))
    assert hall.opened == []
    hall.now_ns += 10**6
    hall.book("b-yes", [], [(5_000, 4), (5_500, 3)])
    assert said(hall.tick(100)) == ["all_yes opened"]
    assert legs(hall.open[0]) == [("a-yes", "yes", 7.0), ("b-yes", "yes", 7.0)]


def test_a_structure_of_unknown_instruments_is_left_out_and_named():
    instruments, questions = on_kalshi(*NAMES)
    hall = Hall(instruments[:2], [partition(questions)])
    assert hall.engine.desk.watches == []
    (noted,) = hall.heard
    assert noted == Noted("a structure of unknown instruments", "event")
