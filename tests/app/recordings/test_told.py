"""Inputs beside sockets and clocks: recorded by a run, the same again in its replay."""

from pathlib import Path

import pytest

from tests.app.desk import MARKET, NO_TOKEN, YES_TOKEN, Desk
from tests.core.trading_world import a_signal
from underround.app.recordings.replay import Replay
from underround.app.recordings.told import KINDS, arguments_of, name_of, told_again
from underround.core.basket_event import BasketSolved
from underround.core.event import InstrumentsForgotten, InstrumentsListed
from underround.core.instrument import Outcome, Venue
from underround.core.pair import Pair, Polarity
from underround.core.structure import Basket, Ladder, Partition, opposite, question_of
from underround.core.trading.event import KillSwitched, SignalTaken
from underround.core.trading.order_event import (
    AccountRead,
    DoneReason,
    Filled,
    FillStatus,
    OpenOrder,
    OrderAcknowledged,
    OrderDone,
    OrderMissing,
    OrderRejected,
    OrderSeen,
    OrderSent,
    OrderState,
    OrderUnanswered,
    Position,
    PositionAdopted,
    PrivateStreamChanged,
    QueryFailed,
    RejectReason,
    Settled,
)
from underround.core.venue_event import (
    BooksDoubted,
    BooksProven,
    MarketsEnded,
    PairsListed,
    PairsSuspended,
    StructuresListed,
    StructuresSuspended,
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
    InstrumentsForgotten(["gone", "gone too"], 1),
    PairsListed([PAIR], 2),
    StructuresListed([SET, LADDER, BASKET], 3),
    BasketSolved("cluster", [5_000_000, 0], 2, 3),
    BooksProven(Venue.POLYMARKET, [YES_TOKEN.id], 1, 3),
    BooksDoubted(Venue.POLYMARKET, [NO_TOKEN.id], 4),
    VenueStatusChanged(Venue.KALSHI, VenueState.PAUSED, "trading is paused", 5, 2),
    PairsSuspended({"rain": "its rules changed"}, 6),
    StructuresSuspended({"set": "its rules changed"}, 6),
    MarketsEnded(Venue.POLYMARKET, [YES_TOKEN.id], "resolved", 7),
]


FILL = Filled(
    venue=Venue.KALSHI,
    venue_order_id="v1",
    trade="t1",
    order=None,
    instrument="K",
    outcome=Outcome.NO,
    is_buy=True,
    size_e6=10**6,
    price_e4=5_100,
    fee_usd_e6=20,
    status=FillStatus.MINED,
    at_ns=7,
)
TRADING = [
    OrderSent("r-1", None, 7),
    OrderAcknowledged("r-1", "v1", 0, 7),
    OrderRejected("r-1", RejectReason.BALANCE, "too poor", 7),
    OrderUnanswered("r-1", "time-out", 7),
    OrderDone("r-1", "v1", 10**6, DoneReason.EXPIRED, 7),
    OrderSeen("r-1", "v1", OrderState.DONE, 10**6, 6, 7),
    OrderMissing("r-1", -(10**6), 6, 7),
    QueryFailed(Venue.KALSHI, None, "503", 7),
    FILL,
    AccountRead(
        Venue.KALSHI, 5, (Position("K", -1),), (OpenOrder("v1", None, "K", 1),), (FILL,), 6, 7
    ),
    PrivateStreamChanged(Venue.KALSHI, is_open=False, at_ns=7),
    Settled(Venue.KALSHI, "K", 10_000, None, 7),
    PositionAdopted(Venue.KALSHI, "K", -1, 7),
    KillSwitched(is_set=True, reason="a person", at_ns=7),
    SignalTaken("run/p/1", a_signal(), 7),
]


@pytest.mark.parametrize("told", [*EVERY, *TRADING], ids=lambda told: type(told).__name__)
def test_each_kind_is_written_and_read_again(told):
    assert told_again(name_of(told), arguments_of(told)) == told


def test_every_kind_is_tried_here():
    assert {type(told) for told in [*EVERY, *TRADING]} == set(KINDS.values())


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
