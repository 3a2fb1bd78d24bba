"""A result for a person: a row for what is plain, a row of its own for every part with parts."""

import os
import subprocess
import sys

from tests.house_style import ROOT
from underround.app.output import write_fields


def test_parts_within_parts_have_rows_of_their_own(capsys) -> None:
    write_fields(
        {
            "seed": 7,
            "opportunities": {
                "found": 3,
                "missed": 0,
                "missed_intervals": [],
                "by_kind": {"cross_venue": {"found": 2}, "ladder": {"found": 1}},
            },
            "problems": ["one", "two"],
            "halt": None,
            "noted": {},
        },
        16,
    )
    assert capsys.readouterr().out.splitlines() == [
        "seed             7",
        "opportunities    found 3, missed 0",
        "                 by kind: cross venue: found 2",
        "                 by kind: ladder: found 1",
        "problems         one",
        "                 two",
        "halt             none",
        "noted            none",
    ]


def on_a_terminal(columns: int, code: str) -> list[str]:
    """Run some lines of Python with a terminal as stdout; return what it shows."""
    ours, theirs = os.openpty()
    env = os.environ | {"COLUMNS": str(columns), "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], stdout=theirs, env=env, check=False)
    os.close(theirs)
    assert done.returncode == 0
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    return shown.splitlines()


SAID = "from underround.app.output import write_hung; write_hung('one two three four five', 4)"


def test_a_terminal_s_width_is_kept_to_and_a_pipe_gets_one_line():
    assert on_a_terminal(14, SAID) == ["one two three", "    four five"]
    env = os.environ | {"COLUMNS": "14", "PYTHONPATH": str(ROOT / "src")}
    piped = subprocess.run(
        [sys.executable, "-c", SAID], capture_output=True, text=True, env=env, check=True
    )
    assert piped.stdout == "one two three four five\n"
