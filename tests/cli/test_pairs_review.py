"""`underround pairs review` and `verify` as people meet them, over what they would type."""

import io
import json
import tomllib

import pytest

from tests.matching.contracts import SAME, kalshi, poly
from tests.matching.test_tables import pair_row, write
from underround.cli.main import run
from underround.matching.tables import KALSHI_COLUMNS, POLYMARKET_COLUMNS

OPEN = (
    poly("Will Acme release Rocket 9 by June 2026?", id="0x9", rules="Any release counts."),
    kalshi(
        "KXROCKET-26JUL01", "Will Acme release Rocket 9 before Jul 1, 2026?", rules="Any counts."
    ),
)


@pytest.fixture
def folder(tmp_path):
    rows = [pair_row(number, *pair) for number, pair in enumerate((OPEN, SAME["nominee"]))]
    write(tmp_path / "poly.csv", rows, list(POLYMARKET_COLUMNS))
    write(tmp_path / "kalshi.csv", rows, list(KALSHI_COLUMNS))
    assert find(tmp_path) == 0
    return tmp_path


def find(folder):
    names = {"poly": "poly.csv", "kalshi": "kalshi.csv", "out": "out.csv", "catalog": "c.sqlite"}
    words = [word for name, file in names.items() for word in (f"--{name}", str(folder / file))]
    return run(["match", *words])


def review(folder, typed, monkeypatch, *more):
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    where = ["--catalog", str(folder / "c.sqlite"), "--pairs", str(folder / "pairs.toml")]
    return run(["pairs", "review", "--who", "ann", *where, *more])


def approved(folder):
    return [
        each["id"] for each in tomllib.loads((folder / "pairs.toml").read_text()).get("pair", [])
    ]


def test_both_rules_stand_side_by_side_with_the_differences_marked(folder, capsys, monkeypatch):
    capsys.readouterr()
    assert review(folder, "s\n", monkeypatch) == 0
    shown = capsys.readouterr().out
    assert "kxrocket-26jul01 (proposed, same): Yes" in shown
    assert "*before*" in shown
    assert "period unknown" in shown
    assert "0 answered, 1 waiting" in shown


def test_an_answer_reaches_the_pairs_file(folder, capsys, monkeypatch):
    assert review(folder, "a\nboth mean the end of June\n", monkeypatch) == 0
    assert approved(folder) == ["kxrocket-26jul01", "kxgovohnomd-26-anow"]
    assert review(folder, "", monkeypatch) == 0
    assert "0 answered, 0 waiting" in capsys.readouterr().out


def test_an_answer_needs_a_reason_and_can_be_taken_back(folder, capsys, monkeypatch):
    assert review(folder, "r\n\nr\nvague\n", monkeypatch) == 0
    assert "an answer needs a name and a reason" in capsys.readouterr().out
    assert approved(folder) == ["kxgovohnomd-26-anow"]


def test_a_second_person_is_asked_for(folder, monkeypatch, capsys):
    assert review(folder, "a\nfine\n", monkeypatch, "--second-person") == 0
    assert approved(folder) == ["kxgovohnomd-26-anow"]
    assert review(folder, "a\nstill fine\nq\n", monkeypatch, "--second-person") == 0
    assert "another person must" in capsys.readouterr().out


def test_verify_suspends_what_changed(folder, capsys, monkeypatch):
    review(folder, "a\nfine\n", monkeypatch)
    rows = [pair_row(0, *OPEN)]
    rows[0]["kalshi_rules"] = "Only a release to everybody counts."
    write(folder / "poly.csv", rows, list(POLYMARKET_COLUMNS))
    write(folder / "kalshi.csv", rows, list(KALSHI_COLUMNS))
    capsys.readouterr()
    command = ["pairs", "verify", "--catalog", str(folder / "c.sqlite"), "--json"]
    command += ["--pairs", str(folder / "pairs.toml")]
    command += ["--poly", str(folder / "poly.csv"), "--kalshi", str(folder / "kalshi.csv")]
    assert run(command) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["holds"], told["rules changed"], told["market vanished"]) == (0, 1, 1)
    assert approved(folder) == []


def test_without_a_catalog_it_says_how_to_make_one(tmp_path, capsys):
    assert run(["pairs", "verify", "--catalog", str(tmp_path / "none.sqlite")]) == 1
    assert "`underround match --catalog" in capsys.readouterr().err


def test_an_answer_leaves_a_person_s_entries_where_they_are(folder, monkeypatch, capsys):
    mine = '[[pair]]\nid = "mine"\npolymarket = "0x77"\nkalshi = "KXMINE"\npolarity = "same"\n'
    (folder / "pairs.toml").write_text(mine)
    assert review(folder, "a\nfine\n", monkeypatch) == 0
    assert approved(folder) == ["mine", "kxrocket-26jul01", "kxgovohnomd-26-anow"]
    assert (folder / "pairs.toml").read_text().startswith(mine)


def test_verify_asks_the_venues_or_reads_files_but_not_both(folder, capsys, monkeypatch):
    names = ["--catalog", str(folder / "c.sqlite")]
    files = ["--poly", str(folder / "poly.csv"), "--kalshi", str(folder / "kalshi.csv")]
    assert run(["pairs", "verify", *names, *files, "--live"]) == 2
    monkeypatch.setenv("UNDERROUND__VENUES__POLYMARKET__GAMMA", "http://127.0.0.1:1")
    monkeypatch.setenv("UNDERROUND__VENUES__KALSHI__REST", "http://127.0.0.1:1")
    assert run(["pairs", "verify", *names, "--live"]) == 4
    assert capsys.readouterr().err.count("\n") == 2


def test_the_configured_catalog_is_taken(folder, capsys, monkeypatch):
    monkeypatch.setenv("UNDERROUND__STORAGE__CATALOG", str(folder / "c.sqlite"))
    capsys.readouterr()
    assert run(["pairs", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["holds"] == 1
