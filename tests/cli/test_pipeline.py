"""`underround pipeline` on the simulated world: the guide's lines, the session file, the report."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from underround.cli.main import run
from underround.cli.pipeline import parse_words


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """Give a folder to run in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("words", "series", "every_s"),
    [
        ((), (), 2.0),
        (("KXBTC15M",), ("KXBTC15M",), 2.0),
        (("KXBTC15M", "3"), ("KXBTC15M",), 3.0),
        (("kxbtc15m", "KXBTCD", "0.5"), ("KXBTC15M", "KXBTCD"), 0.5),
        (("5",), (), 5.0),
    ],
)
def test_series_come_first_then_seconds(words, series, every_s):
    assert parse_words(words) == (series, every_s)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["2", "KXBTC15M"], "'2' is no series"),
        (["KXBTC15M", "0"], "0 s is not between 0 and a day"),
        (["KXBTC15M", "2s"], "'2s' is no number of seconds"),
        (["KXBTC15M", "--fault", "freeze:kraken"], "--fault needs --simulated"),
    ],
)
def test_wrong_words_are_wrong_usage(here, capsys, words, reason):
    assert run(["pipeline", *words]) == 2
    assert reason in capsys.readouterr().err


def test_an_unknown_series_is_one_line(here, capsys):
    assert run(["pipeline", "KXFED", "2"]) == 3
    assert "settles on no index known here" in capsys.readouterr().err


def test_a_session_is_one_json_object_a_file_and_a_page(here, capsysbinary):
    words = ["pipeline", "KXBTC15M", "1", "--simulated", "--seconds", "4", "--json"]
    assert run(words) == 0
    out = capsysbinary.readouterr().out
    result = json.loads(out)
    assert result["windows"]["wrong"] == 0
    assert result["brti"]["prints"] >= 2
    session = here / result["session"]
    assert session.parent == here / "data"
    assert json.loads(session.read_bytes())["summary"]["digest"] == result["digest"]
    assert run(["replay", result["recording"], "--json"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["digest"] == result["digest"]
    assert run(["report", str(session), "--out", "page.html"]) == 0
    assert (here / "page.html").read_text().startswith("<!doctype html>")


def test_ctrl_c_saves_everything_and_the_guide_s_lines_are_there(here):
    command = [sys.executable, "-m", "underround.cli.main", "pipeline", "KXBTC15M", "1"]
    process = subprocess.Popen(
        [*command, "--simulated"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if line.startswith("💰 BRTI: $"):
            process.send_signal(signal.SIGINT)
            break
    lines += process.communicate(timeout=60)[0].splitlines()
    assert process.returncode == 0
    assert lines[:4] == [
        "Starting Real-Time Pipeline",
        "Series: KXBTC15M",
        "BRTI Interval: 1.0s",
        "=" * 37,
    ]
    assert any(line.startswith("📊 KXBTC15M-") and ": YES " in line for line in lines)
    [session] = (here / "data").glob("realtime_session_*.json")
    assert any(line.startswith(f"saved to data/{session.name}") for line in lines)
    assert json.loads(session.read_bytes())["format"] == "underround-session"
