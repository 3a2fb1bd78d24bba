"""`underround replay` as its user meets it: what it shows, and what it refuses."""

import json

import pytest

from underround.cli.main import run


@pytest.mark.parametrize("text", [b"\x00\x01 no message\nnor this\n", b"# A page\n\ntext\n", b""])
def test_a_file_of_nothing_known_is_one_line(text, tmp_path, capsys):
    path = tmp_path / "notes.jsonl"
    path.write_bytes(text)
    assert run(["replay", str(path)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "notes.jsonl: no line of it is a recorded message" in error


def test_a_missing_file_is_one_line(tmp_path, capsys):
    assert run(["replay", str(tmp_path / "none")]) == 1
    assert "none: no such file" in capsys.readouterr().err


def test_a_venues_own_messages_are_counted(tmp_path, capsys):
    message = {
        "type": "orderbook_snapshot",
        "sid": 1,
        "seq": 1,
        "msg": {"market_ticker": "KXA", "yes_dollars_fp": [["0.4000", "10.00"]]},
    }
    path = tmp_path / "kalshi.jsonl"
    path.write_text(json.dumps(message) + "\n")
    tops = tmp_path / "tops.csv"
    assert run(["replay", str(path), "--tops", str(tops), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["frames"] == {"kalshi": 1}
    assert shown["rows"] == 1
    assert run(["replay", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (
        "frames           kalshi 1" in lines,
        "hashes           checked 0, matched 0" in lines,
    ) == (
        True,
        True,
    )
    assert tops.read_text().splitlines() == [
        "line,venue,instrument,yes_bid_e4,yes_bid_size_e6,yes_ask_e4,yes_ask_size_e6",
        "0,kalshi,KXA,4000,10000000,,",
    ]
