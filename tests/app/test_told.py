"""Inputs beside sockets and clocks: recorded by a run, the same again in its replay."""

from pathlib import Path

import pytest

from tests.app.desk import MARKET, NO_TOKEN, YES_TOKEN, Desk
from underround.app.replay import Replay
from underround.app.told import KINDS, arguments_of, name_of, told_again
from underround.core.basket_event import BasketSolved
from underround.core.event import InstrumentsListed
from underround.core.instrument import Venue
from underround.core.pair import Pair, Polarity
from underround.core.structure import Basket, Ladder, Partition, opposite, question_of
from underround.core.venue_event import (
    BooksDoubted,
    BooksProven,
    MarketsEnded,
    PairsListed,
    PairsSuspended,
    StructuresListed,
    VenueStatusChanged,
)
from underround.core.venue_status import VenueState

PAIR = Pair.of("rain", YES_TOKEN, MARKET, Polarity.SAME, "")
SET = Partition(
    id="rain-or-not",
    questions=(question_of(YES_TOKEN), opposite(question_of(MARKET))),
    is_exclusive=True,
    is_exhaustive=True,
    proof="by a person",
)
LADDER = Ladder(id="rungs", rungs=SET.questions, proof="by a person")
BASKET = Basket(id="cluster", questions=SET.questions, worlds=((True, False),), proof="by one")
EVERY = [
    InstrumentsListed([YES_TOKEN, NO_TOKEN, MARKET], 1),
    PairsListed([PAIR], 2),
    StructuresListed([SET, LADDER, BASKET], 3),
    BasketSolved("cluster", [5_000_000, 0], 2, 3),
    BooksProven(Venue.POLYMARKET, [YES_TOKEN.id], 1, 3),
    BooksDoubted(Venue.POLYMARKET, [NO_TOKEN.id], 4),
    VenueStatusChanged(Venue.KALSHI, VenueState.PAUSED, "trading is paused", 5, 2),
    PairsSuspended({"rain": "its rules changed"}, 6),
    MarketsEnded(Venue.POLYMARKET, [YES_TOKEN.id], "resolved", 7),
]


@pytest.mark.parametrize("told", EVERY, ids=lambda told: type(told).__name__)
def test_each_kind_is_written_and_read_again(told):
    assert told_again(name_of(told), arguments_of(told)) == told


def test_every_kind_is_tried_here():
    assert {type(told) for told in EVERY} == set(KINDS.values())


def test_a_run_s_inputs_come_again_in_its_replay(tmp_path: Path):
    desk = Desk((), recording=tmp_path / "run")
    for told in EVERY:
        desk.pipeline.tell(told)
    assert desk.recorder is not None
    desk.recorder.close()
    run = Replay()
    run.run(tmp_path / "run")
    assert run.engine is not None
    assert [direction.pair for direction in run.engine.directions] == [PAIR, PAIR]
    assert run.engine.books[YES_TOKEN.id].is_closed
    assert run.engine.trust.statuses.rows() == {"kalshi shard 2": "paused: trading is paused"}
    assert run.misplaced == {}


def test_a_pair_whose_instruments_were_lost_is_left_out(tmp_path: Path):
    desk = Desk((), recording=tmp_path / "run")
    desk.pipeline.tell(PairsListed([PAIR], 2))
    assert desk.pipeline.noted == {"a pair of unknown instruments": 1}
    assert desk.engine.directions == []
