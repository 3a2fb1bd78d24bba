"""Shell completion: installed into a home, and bash itself asked what it would offer."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.house_style import ROOT

ASK = """
source "$HOME/.local/share/bash-completion/completions/underround"
offered() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  _underround; echo "${COMPREPLY[*]}"
}
offered underround exp
offered underround run --log
offered underround run --log-format ""
offered underround pairs ve
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_commands_flags_and_choices(tmp_path):
    home = os.environ | {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src")}
    installed = subprocess.run(
        [sys.executable, "-m", "underround", "--install-completion", "--shell", "bash"],
        env=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert installed.returncode == 0, installed.stderr
    assert "underround" in (tmp_path / ".bashrc").read_text(encoding="utf-8")
    asked = subprocess.run(
        ["bash", "--norc", "-c", ASK], env=home, capture_output=True, text=True, check=False
    )
    assert asked.stderr == ""
    commands, flags, choices, subcommands = asked.stdout.splitlines()
    assert commands.split() == ["explain", "export"]
    assert flags.split() == ["--log-format"]
    assert sorted(choices.split()) == ["friendly", "json"]
    assert subcommands.split() == ["verify"]
