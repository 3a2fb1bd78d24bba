"""`underround explain`: a signal from its recording, as text and as JSON."""

import json

from tests.app.explain.rain import written
from underround.cli.main import run


def test_a_signal_is_explained_for_a_person(tmp_path, capsys):
    recording = written(tmp_path / "rain")
    assert run(["explain", "rain/yes_no/1", "--recording", str(recording)]) == 0
    text = capsys.readouterr().out
    assert "Buy YES on polymarket at 0.45 + NO on kalshi at 0.50." in text
    assert "closed: edge gone" in text


def test_json_is_one_object(tmp_path, capsys):
    recording = written(tmp_path / "rain")
    assert run(["explain", "1", "--recording", str(recording), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["id"] == "rain/yes_no/1"
    assert len(shown["legs"]) == 2


def test_a_bad_id_is_one_line(tmp_path, capsys):
    recording = written(tmp_path / "rain")
    assert run(["explain", "nonsense", "--recording", str(recording)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
