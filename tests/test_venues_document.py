"""The document on simulated venues names every fault there is, and its Python runs as written."""

import re
import subprocess
import sys

from tests.house_style import ROOT
from underround.simulation.faults.kinds import KINDS

TEXT = (ROOT / "docs/how-to/simulated-venues.md").read_text(encoding="utf-8")


def test_the_table_of_faults_is_that_of_the_program() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\w ]+) \| ([\d.]+) s \| (.+) \|$", TEXT, re.MULTILINE)
    assert rows == [
        (name, " and ".join(kind.lines) if kind.lines else "any", f"{kind.for_s:g}", kind.summary)
        for name, kind in KINDS.items()
    ]


def test_the_python_runs_as_written() -> None:
    trading, block = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", block], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        r"ws://127\.0\.0\.1:\d+/trade-api/ws/v2\n\d+ underrounds so far\n", done.stdout
    )
    done = subprocess.run(
        [sys.executable, "-c", trading], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"http://\S+ ws://\S+/ws/user \S+wallet\.key\n", done.stdout)
