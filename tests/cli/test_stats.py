"""`underround stats`: the lives of a session's opportunities."""

import json

from tests.app.explain.rain import written
from underround.cli.main import run
from underround.stores.signal_journal import SignalJournal


def test_a_recording_is_added_up(tmp_path, capsys):
    recording = written(tmp_path / "rain")
    assert run(["stats", str(recording)]) == 0
    text = capsys.readouterr().out
    assert "trade 1" in text
    assert "   50 ms   100%  (1 of 1)" in text
    assert run(["stats", str(recording), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["all"]["ended"] == {"trade": 1}
    assert shown["lives"][0]["sizes"][0]["size_e6"] == 60_000_000


def test_an_empty_journal_has_no_lives(tmp_path, capsys):
    SignalJournal(tmp_path / "signals.db").close()
    assert run(["stats", str(tmp_path / "signals.db"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["all"]["count"] == 0


def test_what_is_no_session_is_one_line(tmp_path, capsys):
    odd = tmp_path / "odd.txt"
    odd.write_text("nothing")
    for path in (odd, tmp_path / "none"):
        assert run(["stats", str(path)]) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"error: {path}: ")
        assert error.count("\n") == 1
