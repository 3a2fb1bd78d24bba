"""The guides' files: each hands over to the project's program under a bare python3."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house_style import ROOT

FOLDER = ROOT / "btc-arbitrage"
LAUNCHERS = {
    "realtime_pipeline.py": "pipeline",
    "kalshi_websocket.py": "pipeline",
    "brti_proxy_enhanced.py": "brti",
    "test_websocket.py": "check",
}


@pytest.fixture
def copy(tmp_path) -> Path:
    """Give the files in a project that has no .venv."""
    shutil.copytree(FOLDER, tmp_path / "btc-arbitrage")
    return tmp_path


def with_program(root: Path) -> None:
    """Put a program there that tells its words and one variable."""
    program = root / ".venv" / "bin" / "underround"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@" "[$UNDERROUND__VENUES__KALSHI__WS]"\n')
    program.chmod(0o755)


def launched(root: Path, name: str, *words: str) -> subprocess.CompletedProcess:
    """Run one as the guide does: in its folder, by the interpreter without any package."""
    command = [sys.executable, "-I", "-S", "-c", RUN, name, *words]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("UNDERROUND")}
    return subprocess.run(
        command,
        cwd=root / "btc-arbitrage" / "src",
        env=environment,
        capture_output=True,
        text=True,
    )


# -I leaves the folder of a script out of the path, where its sibling lies; a bare python3 does not.
RUN = (
    "import runpy, sys; sys.path.insert(0, ''); sys.argv = sys.argv[1:]; "
    "runpy.run_path(sys.argv[0], run_name='__main__')"
)


@pytest.mark.parametrize("name", LAUNCHERS)
def test_its_words_reach_the_program(copy, name):
    with_program(copy)
    result = launched(copy, name, "stream", "5", "10", "--simulated")
    assert result.stderr == ""
    assert result.stdout == f"{LAUNCHERS[name]} stream 5 10 --simulated []\n"


@pytest.mark.parametrize("name", LAUNCHERS)
def test_without_the_program_one_line_says_what_to_run(copy, name):
    result = launched(copy, name)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"error: no .venv in {copy}; run: make -C {copy} setup\n"


def test_the_guide_s_address_stands_where_the_guide_says_and_counts_where_it_is_changed(copy):
    file = copy / "btc-arbitrage" / "src" / "kalshi_websocket.py"
    lines = file.read_text().splitlines()
    assert lines[47] == 'WS_URL = "wss://api.elections.kalshi.com/trade-api/ws/v2"'
    lines[47] = 'WS_URL = "wss://external-api-ws.kalshi.com/trade-api/ws/v2"'
    file.write_text("\n".join(lines))
    with_program(copy)
    told = launched(copy, file.name, "KXBTC15M").stdout
    assert told == "pipeline KXBTC15M [wss://external-api-ws.kalshi.com/trade-api/ws/v2]\n"


def test_the_installer_is_sound_shell():
    script = FOLDER / "install_websocket.sh"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
