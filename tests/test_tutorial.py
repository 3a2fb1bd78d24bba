"""The tutorial (docs/tutorial.md) as a newcomer types it, in one shell; venues are simulated."""

import os
import subprocess
import sys

from tests.app.venue_thread import environment, venues_in_a_thread
from tests.document_blocks import blocks_of
from tests.house_style import ROOT

SCRIPT = "\n".join(block.text for block in blocks_of("docs/tutorial.md") if not block.why)


def as_a_clone(folder, variables):
    """Lay out what `make setup` leaves behind, so that nothing is built; return its environment."""
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    program = programs / "underround"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m underround "$@"\n')
    program.chmod(0o755)
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        (folder / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    (folder / ".venv" / ".installed").touch()
    kept = {key: each for key, each in os.environ.items() if not key.startswith("UNDERROUND")}
    more = {"PYTHONPATH": str(ROOT / "src"), "XDG_CONFIG_HOME": str(folder), "SEED": "7"}
    return kept | variables | more


def test_from_nothing_to_the_first_signal(tmp_path):
    with venues_in_a_thread(pairs=4) as venues:
        variables = environment(venues, "memory://", keyed=False)
        del variables["UNDERROUND__PAIRS"]  # the tutorial finds its own
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", SCRIPT],
            cwd=tmp_path,
            env=as_a_clone(tmp_path, variables),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "still there after:" in done.stdout
    assert len(list((tmp_path / "data/recordings").glob("demo-*.html"))) == 1
    assert (tmp_path / "pairs.toml").read_text(encoding="utf-8").count("[[pair]]") >= 1
    assert "── Leg 2: " in done.stdout
