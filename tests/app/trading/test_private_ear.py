"""What an account's own stream tells goes on, and what cannot be read of it is a gap."""

import logging

import pytest

from underround.app.trading.private_ear import PrivateEar
from underround.core.instrument import Venue
from underround.core.trading.order_event import (
    DoneReason,
    OrderDone,
    OrderEvent,
    PrivateStreamChanged,
)
from underround.venues.kalshi.private import PrivateCodec
from underround.venues.polymarket.private import UserCodec

CODECS = [
    (Venue.KALSHI, lambda: PrivateCodec(lambda _order: None, lambda: 5)),
    (Venue.POLYMARKET, lambda: UserCodec({}, {}, lambda: 5)),
]
DONE = OrderDone("one", "v1", 0, DoneReason.CANCELLED, 4)
UNREADABLE = b'{"type":"fill","msg":{"trade_id":7},"event_type":"trade","id":9}'


def changes(told: list[OrderEvent]) -> list[tuple[bool, int]]:
    return [(event.is_open, event.at_ns) for event in told]


@pytest.mark.parametrize(("venue", "codec"), CODECS)
def test_a_frame_that_cannot_be_read_is_a_gap_and_said_once(venue: Venue, codec, caplog):
    caplog.set_level(logging.WARNING, "underround")
    told: list[OrderEvent] = []
    ear = PrivateEar(venue, codec(), told.append)
    ear.opened("c", 1)
    ear.batch("c", [UNREADABLE, UNREADABLE], 2)
    ear.batch("c", [b"PONG", UNREADABLE], 3)
    ear.closed("c", 4, None, "gone")
    ear.closed("c", 5, None, "refused")
    assert all(isinstance(event, PrivateStreamChanged) for event in told)
    assert changes(told) == [(True, 1), (False, 2), (True, 2), (False, 3), (True, 3), (False, 4)]
    assert [record.getMessage() for record in caplog.records] == [
        "c: a message about our orders cannot be read; the account is read instead (said once)"
    ]


def test_what_can_be_read_goes_on_even_beside_what_cannot():
    class Codec:
        unreadable = 0

        def decode(self, frame: bytes) -> list[OrderEvent]:
            if frame == b"good":
                return [DONE]
            self.unreadable += 1
            return []

    told: list[OrderEvent] = []
    PrivateEar(Venue.KALSHI, Codec(), told.append).batch("c", [b"bad", b"good"], 2)
    assert told[0] == DONE
    assert changes(told[1:]) == [(False, 2), (True, 2)]
