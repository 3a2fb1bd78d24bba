"""The reserve: room that is really there, given back at once, and a word where there is none."""

from pathlib import Path

from tests.small_disk import fill, small_disk
from underround.stores.reserve import Reserve


def test_it_takes_room_once_and_gives_it_back(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "t.db.reserve", 5_000)
    assert reserve.fill() is None
    noise = reserve.path.read_bytes()
    assert len(noise) == 5_000
    assert len(set(noise)) > 200  # zeros might take no room
    assert reserve.fill() is None
    assert reserve.path.read_bytes() == noise
    assert reserve.release()
    assert not reserve.path.exists()
    assert not reserve.release()


def test_one_that_a_crash_left_half_made_is_made_anew(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "r", 5_000)
    reserve.path.write_bytes(b"half")
    assert reserve.fill() is None
    assert reserve.path.stat().st_size == 5_000


def test_a_folder_that_is_not_there_is_a_reason_and_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "none" / "r"
    assert Reserve(path).fill() == f"{path}: no such file or directory"


def test_a_full_disk_is_a_reason_and_nothing_half_made_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 400_000) as disk:
        reserve = Reserve(disk / "r", 200_000)
        assert reserve.fill() is None
        fill(disk)
        assert reserve.release()
        (disk / "other").write_bytes(bytes(200_000 - 4_096))
        assert reserve.fill() == f"{reserve.path}: no space left on device"
        assert not reserve.path.exists()
