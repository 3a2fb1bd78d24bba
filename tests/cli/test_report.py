"""`underround report`: the page of a recording, where it is written, and what is no session."""

import json

from tests.app.explain.rain import written
from underround.cli.main import run


def test_the_page_of_a_recording_stands_beside_it(tmp_path, capsys):
    recording = written(tmp_path / "rain")
    assert run(["report", str(recording)]) == 0
    page = recording.with_name("rain.html")
    assert capsys.readouterr().out == f"wrote {page}\n"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_two_recordings_of_one_second_have_a_page_each(tmp_path, capsys):
    for fraction in ("397105Z", "512003Z"):
        assert run(["report", str(written(tmp_path / f"demo-20261122T051550.{fraction}"))]) == 0
    capsys.readouterr()
    assert sorted(page.name for page in tmp_path.glob("*.html")) == [
        "demo-20261122T051550.397105Z.html",
        "demo-20261122T051550.512003Z.html",
    ]


def test_as_json_and_elsewhere(tmp_path, capsys):
    recording, out = written(tmp_path / "rain"), tmp_path / "page.html"
    assert run(["report", str(recording), "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"session": str(recording), "report": str(out), "bytes": out.stat().st_size}


def test_what_is_no_session_is_one_line(tmp_path, capsys):
    for path in (tmp_path, tmp_path / "none"):
        assert run(["report", str(path)]) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"error: {path}: ")
        assert error.count("\n") == 1
