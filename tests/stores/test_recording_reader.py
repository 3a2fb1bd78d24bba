"""Reading a recording back: whatever a crash left is read, and what is missing is said."""

import gzip
from pathlib import Path

import pytest
import zstandard

from underround.stores.recorded import (
    RecordedBatch,
    RecordedDamage,
    RecordedHeader,
    RecordedTimer,
    encode_input,
)
from underround.stores.recording_reader import is_recording, read_inputs

HEADER = b'{"k":"header","format":"underround-recording","version":1,"created_at_ns":1}'


def inputs_of(path: Path) -> list:
    return [item for item in read_inputs(path) if not isinstance(item, RecordedHeader)]


def test_a_torn_tail_loses_only_the_block_it_tore(tmp_path, open_writer, append_flushed):
    writer = open_writer(tmp_path / "whole", flush_interval_s=0.001)
    sizes = [append_flushed(writer, at_ns) for at_ns in range(4)]
    writer.close()
    content = (tmp_path / "whole/000001.jsonl.zst").read_bytes()
    assert len(content) == sizes[3]
    torn = tmp_path / "torn/000001.jsonl.zst"
    torn.parent.mkdir()
    for cut in range(sizes[2], sizes[3]):
        torn.write_bytes(content[:cut])
        found = inputs_of(torn.parent)
        batches = [item for item in found if isinstance(item, RecordedBatch)]
        assert [item.received_at_ns for item in batches[:3]] == [0, 1, 2]
        whole = cut == sizes[2]
        assert [type(item) for item in found[len(batches) :]] == [RecordedDamage] * (not whole)


def test_a_segment_torn_in_its_header_is_reported(tmp_path):
    for content in (b"", zstandard.compress(b'{"k":"header"')[:-3]):
        segment = tmp_path / "000001.jsonl.zst"
        segment.write_bytes(content)
        assert list(read_inputs(tmp_path)) == [
            RecordedDamage(str(segment), 0, "the segment ends before its header")
        ]


def test_a_flipped_bit_costs_the_rest_of_its_segment_and_is_reported(
    tmp_path, open_writer, append_flushed
):
    writer = open_writer(tmp_path, flush_interval_s=0.001)
    sizes = [append_flushed(writer, at_ns) for at_ns in range(3)]
    writer.close()
    segment = tmp_path / "000001.jsonl.zst"
    content = bytearray(segment.read_bytes())
    content[sizes[1] - 1] ^= 1  # the checksum of the second block
    segment.write_bytes(content)
    first, damage = inputs_of(tmp_path)
    assert first.received_at_ns == 0
    assert damage.reason.startswith("damaged block")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
def test_a_line_that_is_none_is_reported_and_the_rest_is_read(tmp_path, pack):
    path = tmp_path / "segment"
    garbage = [b"?", b'{"k":"moon"}', b"", b'{"k":"timer","t":"x"}', b"\xff", b"[" * 9999]
    whole = [encode_input(RecordedTimer(at_ns, "a")) for at_ns in (1, 2)]
    path.write_bytes(pack(b"\n".join([HEADER, whole[0], *garbage, whole[1], b""])))
    first, *damages, last = inputs_of(path)
    assert (first, last) == (RecordedTimer(1, "a"), RecordedTimer(2, "a"))
    assert [damage.line for damage in damages] == [2, 3, 4, 5, 6, 7]


def test_a_newer_format_is_refused_in_one_line(tmp_path):
    path = tmp_path / "new.jsonl"
    path.write_text('{"k":"header","format":"underround-recording","version":2,"new":{}}\n')
    with pytest.raises(ValueError, match=r"^\S+new.jsonl has recording format version 2, .*$"):
        list(read_inputs(path))
    assert is_recording(path)


def test_what_is_no_recording_is_refused_in_one_line(tmp_path):
    path = tmp_path / "other.jsonl"
    for content in ("", '{"k":"header"}\n', "garbage\n", "[1]\n"):
        path.write_text(content)
        assert not is_recording(path)
    with pytest.raises(ValueError, match=r"is not a recording of this program"):
        list(read_inputs(path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no recording"):
        list(read_inputs(tmp_path / "empty"))
