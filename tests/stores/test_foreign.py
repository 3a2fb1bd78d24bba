"""Recordings of other programs: one answer a line, the frame to the byte."""

import gzip
import json
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from underround.core.instrument import Venue
from underround.stores.foreign import ForeignLine, parse_line, read_foreign, venue_of

DELTA = b'{"type":"orderbook_delta","sid":2,"seq":3,"msg":{"price_dollars":"0.9090","n":1.10}}'
NS = 1_778_814_590_730_437_888
RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"recv_ns":%d,"frame":%s}' % (NS, DELTA), (NS, DELTA, None)),
        (b'{"recv_ms":1786085188416,"frame": %s }' % DELTA, (1786085188416000000, DELTA, None)),
        (b'{"recv_ms":1786085188416.5,"frame":[1]}', (1786085188416500000, b"[1]", None)),
        (
            b'{"recv_ts_ns": %d, "raw": "{\\"type\\":\\"\\u00e9\\"}\\n"}' % NS,
            (NS, '{"type":"é"}\n'.encode(), None),
        ),
        (
            b'{"recv_ns":%d,"note":"market","detail":{"strike":81280.74}}' % NS,
            (NS, None, 'market: {"strike":81280.74}'),
        ),
        (b'{"recv_ns":%d,"note":"ws_connected"}' % NS, (NS, None, "ws_connected")),
        (b'{"t_ms":5,"dir":"recv","text":"PONG"}', (5_000_000, b"PONG", None)),
        (b'{"t_ms":5,"dir":"sent","text":"{\\"a\\":1}"}', (5_000_000, None, 'sent: {"a":1}')),
        (
            b'{"t_ms":5,"dir":"close","code":1000,"reason":"resolved"}',
            (5_000_000, None, "close: 1000 resolved"),
        ),
        (DELTA, (None, DELTA, None)),
        (b'{"channel":"book","recv_ts_ns":7}', (7, b'{"channel":"book","recv_ts_ns":7}', None)),
        (
            b'{"type":"orderbook_delta","msg":{},"recv_ns":7,"note":"late"}',
            (7, b'{"type":"orderbook_delta","msg":{},"recv_ns":7,"note":"late"}', None),
        ),
        (
            b'{"event_type":"book","t_ms":7,"dir":"recv"}',
            (7_000_000, b'{"event_type":"book","t_ms":7,"dir":"recv"}', None),
        ),
        (b'{"conn":"a","frame":[1]}', (None, b"[1]", None)),
        (b'[{"event_type":"book"}]', (None, b'[{"event_type":"book"}]', None)),
        (b'"{\\"type\\":1}"', (None, b'{"type":1}', None)),
        (b"PONG", (None, b"PONG", None)),
        (b"", (None, None, "blank")),
        (b" \t", (None, None, "blank")),
        (b"<html>", (None, b"<html>", "not JSON")),
        (b'{"recv_ns":1,"frame":{"a"', (None, b'{"recv_ns":1,"frame":{"a"', "not JSON")),
        (b'{"recv_ns":"soon","frame":{}}', (None, b"{}", None)),
        (b'{"recv_ns":1e999999999,"frame":{}}', (None, b"{}", None)),
        (b'{"recv_ns":-1,"raw":"a"}', (None, b"a", None)),
        (b"{" * 9999, (None, b"{" * 9999, "not JSON")),
        (b"\xff\xfe", (None, b"\xff\xfe", "not JSON")),
    ],
)
def test_every_wrapping_gives_the_frame_of_the_wire(line, expected):
    assert parse_line(4, line) == ForeignLine(4, *expected)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"[2]"])
def test_every_line_counts(tmp_path, pack, line_end, last):
    lines = [b"[1]", b"", b"?", DELTA, last]
    (tmp_path / "file").write_bytes(pack(line_end.join(lines)))
    found = list(read_foreign(tmp_path / "file"))
    assert [(line.line, line.frame or b"") for line in found] == list(
        enumerate(lines if last else lines[:-1])
    )


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_torn_end_is_noted(tmp_path, pack):
    content = b"".join(b'{"seq":%d}\n' % number for number in range(100_000))
    packed = pack(content)
    (tmp_path / "file").write_bytes(packed[: len(packed) // 2])
    *found, end = read_foreign(tmp_path / "file")
    assert len(found) > 1_000
    assert [line.frame for line in found] == content.splitlines()[: len(found)]
    assert end == ForeignLine(len(found), None, None, "torn: the last block is not whole")


@given(st.binary())
def test_no_line_raises_and_no_frame_makes_the_sniffing_raise(line):
    parsed = parse_line(0, line)
    assert (parsed.frame is None) == (parsed.note == "blank")
    venue_of(line)


@given(st.dictionaries(st.text(), st.integers() | st.text() | FLOATS))
def test_any_wrapped_object_comes_back_to_the_byte(frame):
    wire = json.dumps(frame, ensure_ascii=False).encode(errors="replace")
    assert parse_line(0, b'{"recv_ns":1,"frame":%s}' % wire).frame == wire
    text = wire.decode()
    assert parse_line(0, json.dumps({"recv_ts_ns": 1, "raw": text}).encode()).frame == wire


@pytest.mark.parametrize(
    ("frame", "venue"),
    [
        (DELTA, Venue.KALSHI),
        (b'{"id":1,"msg":{"channel":"ticker","sid":1},"type":"subscribed"}', Venue.KALSHI),
        (b'{"sid":2,"seq":7,"type":"unsubscribed"}', Venue.KALSHI),
        (b'[{"event_type":"book","asset_id":"1","market":"0x"}]', Venue.POLYMARKET),
        (b'{"market":"0x","price_changes":[],"event_type":"price_change"}', Venue.POLYMARKET),
        (b'{"market":"0x","asset_id":"1","bids":[],"asks":[]}', Venue.POLYMARKET),
        (b"PONG", Venue.POLYMARKET),
        (b'{"channel":"book","type":"update","data":[]}', None),
        (b'{"type":"l2update","product_id":"BTC-USD","changes":[]}', None),
        (b'{"type":"error","message":"no"}', None),
        (b"[]", None),
        (b"[[1]]", None),
        (b"<html>", None),
        (b"1", None),
        (b"", None),
    ],
)
def test_the_venue_is_told_by_the_content(frame, venue):
    assert venue_of(frame) == venue


@pytest.mark.shared
@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the reference recordings are not here")
def test_the_reference_recordings_are_read_whole():
    for path in sorted(RECORDINGS.rglob("*.jsonl*")):
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found = list(read_foreign(path))
        assert [line.line for line in found] == list(range(len(content.splitlines()))), path
        assert all(line.note != "not JSON" for line in found), path
        venues = {venue_of(line.frame) for line in found if line.frame is not None}
        expected = {"kalshi": {Venue.KALSHI}, "polymarket": {Venue.POLYMARKET}}
        assert venues == expected.get(path.parent.name, venues - {Venue.POLYMARKET}), path
