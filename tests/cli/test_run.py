"""How a run ends on the command line: what it writes, and with which code."""

import json

from underround.cli.errors import exit_code_of
from underround.cli.run import end


def test_a_run_that_was_stopped_before_it_began_says_nothing(capsys):
    assert end(None, json=True) == 130
    assert capsys.readouterr() == ("", "")


def test_a_summary_is_one_object_or_lines(capsys):
    assert end({"signals": 2, "problems": []}, json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"signals": 2, "problems": []}
    assert end({"books_live": 2, "problems": ["a", "b"], "trades": {"halt": None}}, json=False) == 0
    assert capsys.readouterr().out.splitlines() == [
        "",
        "books live           2",
        "problems             a",
        "                     b",
        "trades               halt none",
    ]


def test_a_run_that_ends_halted_is_a_risk_halt(capsys):
    summary = {"trades": {"total": 3, "halt": "daily loss"}}
    assert exit_code_of(lambda: end(summary, json=True)) == 5
    out, err = capsys.readouterr()
    assert json.loads(out) == summary
    assert err == "error: trading is halted: daily loss; `underround resume` lets it go on\n"
