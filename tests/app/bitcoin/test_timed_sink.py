"""Ages of frames by the venues' own stamps, whichever way they are written."""

import pytest

from tests.core.windows.days import START_NS, an_instrument
from underround.app.bitcoin.timed_sink import TimedSink
from underround.app.codecs import CODECS
from underround.app.pipeline import Pipeline
from underround.app.recordings.plan import Plan
from underround.core.engine import Engine
from underround.core.instrument import Venue
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS

STAMP_MS = START_NS // NS_PER_MS


class Still:
    """Hands that do nothing."""

    def __getattr__(self, name):
        return lambda *words: None


@pytest.fixture
def sink():
    engine = Engine(Settings(), [an_instrument("K")], ())
    pipeline = Pipeline(engine, CODECS, Still(), None, lambda: START_NS)
    pipeline.plan(Plan("c", Venue.KALSHI, ("K",)))
    timed = TimedSink(pipeline, lambda: START_NS)
    timed.opened("c", START_NS)
    return timed


@pytest.mark.parametrize(
    ("frame", "age_ms"),
    [
        (b'{"type":"ok","sending_ts_ms":%d}' % (STAMP_MS - 3), 3),
        (b'{"type":"trade","msg":{"ts_ms": %d}}' % (STAMP_MS - 4), 4),
        (b'{"type":"ok","timestamp":"%d"}' % (STAMP_MS - 5), 5),
    ],
)
def test_a_frame_s_age_is_told_by_its_stamp(sink, frame, age_ms):
    sink.batch("c", [b"{}", frame], START_NS)
    assert list(sink.age["c"].values_ns) == [age_ms * NS_PER_MS]
    assert (sink.messages["c"], sink.check.count) == (2, 1)


@pytest.mark.parametrize("frame", [b"{}", b'{"timestamp":"soon"}', b'{"ts":1790000000}'])
def test_a_frame_without_one_has_none(sink, frame):
    sink.batch("c", [frame], START_NS)
    assert sink.age == {}
    assert sink.last_at_ns["c"] == START_NS


def test_a_connection_stands_still_when_only_answers_come(sink):
    delta = b'{"type":"orderbook_delta","sid":1,"seq":2,"msg":{}}'
    second_ns = 1_000 * NS_PER_MS
    assert sink.still_ns("c", START_NS) is None
    for second, frame in ((0, b"{}"), (1, delta), (4, delta), (5, delta), (9, b'{"type":"ok"}')):
        sink.batch("c", [b"{}", frame], START_NS + second * second_ns)
    assert sink.still_ns("c", START_NS + 6 * second_ns) == 3 * second_ns
    assert sink.still_ns("c", START_NS + 10 * second_ns) == 5 * second_ns
