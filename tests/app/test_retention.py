"""Old recordings go, the one being written and everything else stays."""

import os
from pathlib import Path

import pytest
import zstandard

from underround.app.retention import DAY_S, GIB, Kept, make_room, recordings, superfluous
from underround.stores.recorded import FORMAT, VERSION, RecordedHeader, encode_header

NOW_S = 100.0 * DAY_S
FIRST = RecordedHeader(format=FORMAT, version=VERSION, created_at_ns=1)
HEADER = zstandard.compress(encode_header(FIRST) + b"\n")


def recording(root: Path, name: str, days_old: float, size: int = 10) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    segment = folder / "000001.jsonl.zst"
    segment.write_bytes(HEADER + b"x" * size)
    at_s = NOW_S - days_old * DAY_S
    os.utime(segment, (at_s, at_s))
    return folder


def test_only_recordings_count_and_the_oldest_comes_first(tmp_path) -> None:
    young, old = recording(tmp_path, "young", 1), recording(tmp_path, "old", 5, 20)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("keep")
    (tmp_path / "link").symlink_to(young)
    found = recordings(tmp_path)
    assert [(each.folder, each.size_bytes) for each in found] == [
        (old, len(HEADER) + 20),
        (young, len(HEADER) + 10),
    ]
    assert recordings(tmp_path / "none") == []


def test_what_only_looks_like_a_recording_is_never_deleted(tmp_path) -> None:
    for name, text in (
        ("000001.jsonl.zst", b"x"),
        ("2024.jsonl", b'{"mine": 1}\n'),
        ("1.zst", b""),
        ("000001.jsonl", encode_header(FIRST)),
    ):
        folder = tmp_path / f"of {text[:1]!r} {name}"
        folder.mkdir()
        (folder / name).write_bytes(text)
        os.utime(folder / name, (0, 0))
    gone = make_room(tmp_path, now_s=NOW_S, most_days=1, most_gib=0, writing=None)
    assert [folder.name for folder in gone] == ["of b'{' 000001.jsonl"]
    assert len(list(tmp_path.iterdir())) == 3


def test_old_ones_go_but_never_the_one_being_written(tmp_path) -> None:
    old, writing = recording(tmp_path, "old", 9), recording(tmp_path, "writing", 8)
    young = recording(tmp_path, "young", 1)
    gone = make_room(tmp_path, now_s=NOW_S, most_days=7, most_gib=0, writing=writing)
    assert gone == [old]
    assert (old.exists(), writing.exists(), young.exists()) == (False, True, True)


def test_without_a_limit_nothing_goes(tmp_path) -> None:
    old = recording(tmp_path, "old", 900)
    assert make_room(tmp_path, now_s=NOW_S, most_days=0, most_gib=0, writing=None) == []
    assert old.exists()


@pytest.mark.parametrize(("most_gib", "left"), [(0, 3), (1, 1), (2, 2), (3, 3)])
def test_the_oldest_make_room_for_the_newest(most_gib, left) -> None:
    kept = [Kept(Path(str(each)), GIB, NOW_S - 10 + each) for each in range(3)]
    gone = list(superfluous(kept, now_s=NOW_S, most_days=0, most_gib=most_gib))
    assert gone == kept[: 3 - left]
