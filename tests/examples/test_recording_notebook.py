"""The notebook over a recording: its cells in order, as a program of their own, without Jupyter."""

import json
import os
import subprocess
import sys

import pytest

from tests.app.explain.rain import written
from tests.house_style import ROOT

NOTEBOOK = json.loads((ROOT / "examples/recording.ipynb").read_text(encoding="utf-8"))
CODE = ["".join(each["source"]) for each in NOTEBOOK["cells"] if each["cell_type"] == "code"]
SHOWN = """
print(by_pair.to_dicts())
print(survival["share"].to_list())
print(sorted(latency["source"].to_list()))
print(at_opening.select("pair", "outcome").rows())
print((at_opening["at_ns"] >= at_opening["top_at_ns"]).all())
"""


def test_it_is_kept_without_outputs():
    code = [each for each in NOTEBOOK["cells"] if each["cell_type"] == "code"]
    assert [(each["outputs"], each["execution_count"]) for each in code] == [([], None)] * len(code)


def test_its_cells_read_a_recording(tmp_path):
    for library in ("polars", "duckdb", "pyarrow"):
        pytest.importorskip(library)
    recording = written(tmp_path / "rain")
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([*CODE, SHOWN])],
        cwd=tmp_path,
        env=os.environ | {"RECORDING": str(recording), "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    pairs, survival, sources, openings, is_before = done.stdout.splitlines()[-5:]
    assert "'pair': 'rain', 'lives': 1" in pairs
    assert survival.startswith("[1.0, ")
    assert "polymarket" in sources
    assert "('rain', 'yes')" in openings
    assert "('rain', 'no')" in openings
    assert is_before == "True"
