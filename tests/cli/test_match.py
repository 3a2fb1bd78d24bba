"""`underround match` as its user meets it: two CSVs in or proposed pairs, verdicts out."""

import csv
import json

import pytest

from tests.matching.contracts import SAME
from tests.matching.lookalikes import APART
from tests.matching.test_tables import pair_row, write
from underround.cli.main import run
from underround.matching.tables import KALSHI_COLUMNS, POLYMARKET_COLUMNS


@pytest.fixture
def folder(tmp_path):
    """Write a table of pairs and the two listings they come from."""
    pairs = [*SAME.values(), *(each[:2] for each in APART.values())]
    rows = [pair_row(number, *pair) for number, pair in enumerate(pairs)]
    write(tmp_path / "pairs.csv", rows)
    rows = rows[: len(SAME)]
    write(tmp_path / "poly.csv", rows, list(POLYMARKET_COLUMNS))
    write(tmp_path / "kalshi.csv", rows, list(KALSHI_COLUMNS))
    return tmp_path


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_proposed_pairs_are_judged(folder, capsys):
    out = folder / "out.csv"
    assert run(["match", "--pairs", str(folder / "pairs.csv"), "--out", str(out), "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    rows = read(out)
    assert list(rows[0]) == ["pair_id", "accept", "reason"]
    assert [row["accept"] for row in rows] == ["1"] * len(SAME) + ["0"] * len(APART)
    assert (summary["pairs"], summary["accepted"]) == (len(rows), len(SAME))
    assert summary["skipped"] == 0


def test_pairs_are_found_in_listings(folder, capsys):
    paths = {name: str(folder / f"{name}.csv") for name in ("poly", "kalshi", "out", "report")}
    command = ["match", *(word for name, path in paths.items() for word in (f"--{name}", path))]
    command += ["--write-pairs", str(folder / "pairs.toml"), "--catalog", str(folder / "c.sqlite")]
    assert run(command) == 0
    text, err = capsys.readouterr()
    rows = read(folder / "out.csv")
    assert list(rows[0]) == ["poly_question", "poly_outcome", "kalshi_ticker", "reason"]
    found = {(row["poly_question"], row["poly_outcome"], row["kalshi_ticker"]) for row in rows}
    true = {(one.title, one.outcome, two.id) for one, two in SAME.values()}
    assert found <= true
    assert len(found) >= 0.9 * len(true)
    assert "accepted" in text
    assert err == ""
    assert {row["decision"] for row in read(folder / "report.csv")} >= {"accept", "refuse"}
    assert run(["pairs", str(folder / "pairs.toml")]) == 0
    assert run(["pairs", "verify", "--catalog", str(folder / "c.sqlite"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))["holds"] > 0


def test_bad_rows_are_named_and_counted(folder, capsys):
    rows = read(folder / "pairs.csv")
    rows[0]["kalshi_close"] = "never"
    columns = [name for name in rows[0] if name != "poly_description"]
    write(folder / "bad.csv", rows, columns)
    out = str(folder / "out.csv")
    assert run(["match", "--pairs", str(folder / "bad.csv"), "--out", out]) == 0
    text = capsys.readouterr().out.splitlines()
    assert "no column 'poly_description': judged without it" in text
    assert "left out: line 2: p0: kalshi_close 'never' is not a date" in text
    first = read(folder / "out.csv")[0]
    assert (first["accept"], first["reason"]) == (
        "0",
        "left out: kalshi_close 'never' is not a date",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ("--simulated --pairs p.csv --out o.csv", 2, "leave the files out"),
        ("--embeddings m", 2, "--embeddings needs files"),
        ("--config nowhere.toml", 3, "nowhere.toml"),
        ("--llm-endpoint http://x", 2, "belong together"),
        ("--pairs p.csv --poly q.csv --out o.csv", 2, "give either"),
        ("--poly p.csv --out o.csv", 2, "give either"),
        ("--pairs nowhere.csv --out o.csv", 3, "there is no such file"),
        ("--pairs nowhere.csv", 2, "--out"),
        ("--pairs p.csv --out o.csv --llm-endpoint http://x", 2, "belong together"),
    ],
)
def test_mistakes_are_one_line(arguments, code, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["match", *arguments.split()]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("\n") == 1


def test_a_file_without_a_needed_column_is_refused(tmp_path, capsys):
    (tmp_path / "p.csv").write_text("pair_id,poly_question\n1,Will it rain?\n")
    code = run(["match", "--pairs", str(tmp_path / "p.csv"), "--out", str(tmp_path / "o.csv")])
    assert code == 3
    assert "no column 'kalshi_ticker'" in capsys.readouterr().err


def test_a_venue_that_cannot_be_reached_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nowhere = "http://127.0.0.1:1"
    monkeypatch.setenv("UNDERROUND__VENUES__POLYMARKET__GAMMA", nowhere)
    monkeypatch.setenv("UNDERROUND__VENUES__KALSHI__REST", nowhere)
    assert run(["match"]) == 4
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert not (tmp_path / "pairs.toml").exists()
