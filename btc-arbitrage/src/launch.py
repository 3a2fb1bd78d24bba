"""Runs the project's own program from wherever these files are called, under a bare `python3`.

Standard library only: it finds `.venv` in the project's root and hands over to it.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def launch(*words: str) -> None:
    """Become `underround words`; without `.venv` say in one line what to run."""
    for name in ("bin/underround", "Scripts/underround.exe"):
        program = ROOT / ".venv" / name
        if program.is_file():
            break
    else:
        sys.exit(f"error: no .venv in {ROOT}; run: make -C {ROOT} setup")
    if os.name == "nt":  # there a process cannot become another one
        import subprocess

        sys.exit(subprocess.call([str(program), *words]))
    os.execv(program, [str(program), *words])
