"""`underround export`: a recording as Parquet."""

import json

from tests.app.explain.rain import written
from underround.cli.main import run


def test_the_tables_are_written_and_counted(tmp_path, capsys):
    recording, out = written(tmp_path / "rain"), tmp_path / "out"
    assert run(["export", str(recording), "--out", str(out), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert (rows["signals"], rows["opportunities"]) == (3, 1)
    assert {path.name for path in out.iterdir()} == {f"{name}.parquet" for name in rows}


def test_what_is_no_recording_is_one_line(tmp_path, capsys):
    for path in (tmp_path, tmp_path / "none"):
        assert run(["export", str(path), "--out", str(tmp_path / "out")]) == 1
        assert capsys.readouterr().err == f"error: {path}: not a recording of this program\n"
