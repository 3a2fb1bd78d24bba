"""The command line as its user meets it: help, version, and a word it does not know."""

import pytest

import underround
from underround.cli.main import main, run


def test_version_is_the_package_s(capsys) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr() == (f"{underround.__version__}\n", "")


def test_help_names_the_purpose(capsys) -> None:
    assert run(["--help"]) == 0
    assert "Find underrounds across Polymarket and Kalshi" in capsys.readouterr().out


def test_unknown_command_is_wrong_usage(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["underround", "sing"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith("error: "), err.count("\n")) == ("", True, 1)
