"""`underround config` as its user meets it."""

import json
import sys
from types import SimpleNamespace

from underround.cli.main import run


def test_settings_are_shown_with_their_origin(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("UNDERROUND__PAIRS", "mine.toml")
    assert run(["config", "show", "--origin"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if line.startswith("pairs")] == [
        ["pairs", "=", '"mine.toml"', "#", "UNDERROUND__PAIRS"]
    ]
    assert run(["config", "show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["pairs"] == {"value": "mine.toml", "origin": "UNDERROUND__PAIRS"}
    assert shown["detection.group_quiet_ms"] == {"value": 5, "origin": "default"}


def test_a_first_file_is_written_once(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert run(["config", "init", "--yes"]) == 0
    path = tmp_path / "underround" / "config.toml"
    assert f"written: {path}" in capsys.readouterr().out
    assert run(["config", "init", "--yes"]) == 1
    assert "left as it is" in capsys.readouterr().err
    assert run(["config", "show", "--origin"]) == 0
    assert str(path) in capsys.readouterr().out


def test_an_unknown_key_is_refused_with_the_nearest(capsys, tmp_path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[detection]\ntreshold_usd = '0.01'\n")
    assert run(["config", "show", "--config", str(file)]) == 3
    assert 'did you mean "detection.threshold_usd"' in capsys.readouterr().err


def test_a_terminal_that_hangs_up_writes_nothing(capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))

    def gone(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", gone)
    path = tmp_path / "c.toml"
    assert run(["config", "init", "--path", str(path)]) == 1
    assert capsys.readouterr().err == "error: no answer came; nothing was written\n"
    assert not path.exists()
