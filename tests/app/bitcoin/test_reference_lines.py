"""Lines of the reference price by themselves: faults mended with patience, the same in a replay."""

import json

import msgspec
import pytest

from tests.core.windows.days import START_NS, a_window, an_instrument
from underround.app.bitcoin.reference_lines import (
    IndexPlan,
    ReferenceLines,
    SpotLine,
    SpotPlan,
    plan_of,
    resolved_event,
    window_arguments,
    window_events,
)
from underround.core.event import InstrumentsListed
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.core.windows.reference_event import (
    OfficialValue,
    SpotReceived,
    WindowListed,
    WindowResolved,
)
from underround.core.windows.spot_event import (
    Asset,
    Exchange,
    SpotDelta,
    SpotFault,
    SpotFaultKind,
    SpotSnapshot,
)

BULLISH = SpotPlan("bullish", Exchange.BULLISH, Asset.BTC)
GEMINI = SpotPlan("gemini", Exchange.GEMINI, Asset.BTC)


def bullish(number: int, kind: str = "snapshot", symbol: str = "BTCUSD") -> bytes:
    book = {"symbol": symbol, "bids": ["99", "1"], "asks": ["101", "1"]}
    book |= {"timestamp": str(START_NS // NS_PER_MS), "sequenceNumberRange": [number, number]}
    return json.dumps({"type": kind, "dataType": "V1TALevel2", "data": book}).encode()


def a_line(plan: SpotPlan = BULLISH) -> SpotLine:
    line = SpotLine(plan)
    line.opened()
    return line


def kinds(outcome) -> list[type]:
    return [type(each) for event in outcome.events for each in event.events]


def at(second: float) -> int:
    return START_NS + round(second * NS_PER_SECOND)


def test_books_come_out_with_their_delay():
    line = a_line()
    outcome = line.batch([bullish(1), bullish(2, "update")], START_NS + 7 * NS_PER_MS)
    [event] = outcome.events
    assert isinstance(event, SpotReceived)
    assert kinds(outcome) == [SpotSnapshot, SpotDelta]
    assert list(line.delays_ns) == [7 * NS_PER_MS] * 2
    assert (outcome.send, outcome.reconnect, line.messages) == ([], None, 2)


def test_a_gap_asks_for_a_whole_book_at_once_and_then_ever_more_patiently():
    line = a_line()
    line.batch([bullish(1)], at(0))
    asked_at = []
    for tenth in range(400):
        # every message jumps over numbers, as on a feed that loses them for good
        outcome = line.batch([bullish(10 + tenth * 10, "update")], at(1 + tenth / 10))
        if outcome.send or outcome.reconnect:
            asked_at.append((round(tenth / 10), bool(outcome.reconnect)))
    assert asked_at == [(0, False), (1, False), (3, True), (7, False), (15, False), (31, True)]


def test_a_whole_book_ends_the_asking():
    line = a_line()
    line.batch([bullish(1)], at(0))
    assert line.batch([bullish(9, "update")], at(1)).send
    assert kinds(line.batch([bullish(20)], at(2))) == [SpotSnapshot]
    assert line.batch([bullish(21, "update")], at(5)).send == []
    assert line.faults == {"gap": 1}


def test_where_nothing_can_be_asked_the_connection_is_made_anew():
    line = a_line(GEMINI)
    frame = b'{"e":"depthUpdate","s":"btcusd","U":%d,"u":%d,"b":[["99","1"]],"a":[["101","1"]]}'
    line.batch([frame % (1, 5), frame % (5, 6)], at(0))
    outcome = line.batch([frame % (60, 61)], at(1))
    assert outcome.send == []
    assert outcome.reconnect.startswith("its book is to be had anew: gap")


def test_a_change_after_a_long_silence_is_not_believed():
    line = a_line()
    line.batch([bullish(1)], at(0))
    assert kinds(line.batch([bullish(2, "update")], at(10))) == [SpotDelta]
    outcome = line.batch([bullish(3, "update")], at(20.5))
    assert kinds(outcome) == [SpotFault]
    assert outcome.send
    assert line.last_fault == "gap: silent for 10.5 s"


def test_a_refused_command_breaks_no_book():
    line = a_line()
    line.batch([bullish(1)], at(0))
    refused = b'{"jsonrpc":"2.0","id":"1","error":{"code":1,"message":"no"}}'
    outcome = line.batch([refused], at(1))
    assert (outcome.send, outcome.reconnect) == ([], None)
    assert outcome.notes == [("bullish rejected", "1 no")]


def test_the_end_of_a_connection_is_a_fault_of_its_exchange():
    [event] = a_line().closed(at(3), "gone").events
    [fault] = event.events
    assert (fault.exchange, fault.kind, fault.detail) == ("bullish", "lost", "gone")


def test_the_index_line_hands_on_values_and_names_what_it_cannot_read():
    lines = ReferenceLines()
    line = lines.plan(IndexPlan("kalshi-index", 6))
    inner = json.dumps({"id": "BRTI", "time": START_NS // NS_PER_MS, "value": "80000.01"})
    body = {"index_id": "BRTI", "data": inner}
    frame = json.dumps({"type": "cfbenchmarks_value", "msg": body}).encode()
    outcome = line.batch([frame, b"{"], at(0.07))
    assert outcome.events == [OfficialValue(Asset.BTC, START_NS, 8_000_001_000_000, at(0.07))]
    assert len(outcome.notes) == 1
    assert list(line.delays_ns) == [70 * NS_PER_MS]
    assert lines.spot() == []


@pytest.mark.parametrize("plan", [BULLISH, IndexPlan("i", 6)])
def test_a_recorded_plan_is_the_plan(plan):
    assert plan_of(json.loads(json.dumps(msgspec.to_builtins(plan)))) == plan


def test_a_recorded_window_is_the_window():
    window = a_window()
    instrument = an_instrument(window.yes)
    arguments = json.loads(json.dumps(window_arguments(window, [instrument])))
    assert window_events(arguments, 5) == [
        InstrumentsListed([instrument], 5),
        WindowListed(window, 5),
    ]
    told = {"window": window.id, "is_yes": True, "value_e8": None}
    assert resolved_event(told, 6) == WindowResolved(window.id, is_yes=True, value_e8=None, at_ns=6)


def test_an_end_that_we_made_is_no_fault_of_the_exchange():
    line = a_line()
    [event] = line.closed(at(3), "stopped").events
    assert [each.kind for each in event.events] == [SpotFaultKind.LOST]
    assert line.faults == {}
    line.closed(at(3), "gone")
    assert line.faults == {SpotFaultKind.LOST: 1}
