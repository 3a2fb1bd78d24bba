"""`underround faults market-data`: one object, and exit 1 only when a target is missed."""

import json

import pytest

from underround.cli.main import run


def test_one_fault_as_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["faults", "market-data", "--json", "--only", "slow_consumer", "--seed", "5"])
    said = json.loads(capsys.readouterr().out)
    assert (code, said["missed"], said["seed"], said["limit_s"]) == (0, [], 5, 1.0)
    (row,) = said["faults"]
    wanted = {"fault", "books_equal", "stale_tradable_s", "false_signals", "detect_s", "recover_s"}
    assert wanted <= set(row)
    assert (row["fault"], row["books_equal"]) == ("slow_consumer", True)


def test_for_a_person_it_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["faults", "market-data", "--only", "oversize"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["fault", "equal", "stale", "false", "noticed", "right"]
    assert lines[1].split()[:5] == ["oversize", "yes", "0.00", "s", "0"]
    assert lines[-1].startswith("1 faults in ")
    assert lines[-1].endswith(", every target held")


def test_an_unknown_fault_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["faults", "market-data", "--only", "rain"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no fault 'rain' to try; there are " in line
