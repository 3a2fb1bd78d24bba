"""The launcher of the stream trial: under any Python, against simulated venues and a real Redis."""

import json
import os
import shutil
import socket
import subprocess
import sys

import pytest

from tests.app.venue_thread import environment, venues_in_a_thread
from tests.house_style import ROOT

SCRIPT = "scripts/test_websocket_stream.py"
BARE = [sys.executable, "-I", "-S"]  # sees nothing but the standard library


@pytest.fixture
def checkout(tmp_path):
    """Give a checkout that has the script and nothing else."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / SCRIPT, tmp_path / SCRIPT)
    return tmp_path


@pytest.fixture
def made(checkout):
    """Give a checkout whose `.venv` has this very environment."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return checkout


def launch(command, checkout, *arguments, **variables) -> subprocess.CompletedProcess[str]:
    own = {name: text for name, text in os.environ.items() if not name.startswith("UNDERROUND")}
    own |= {"PYTHONPATH": str(ROOT / "src"), "XDG_CONFIG_HOME": str(checkout), **variables}
    return subprocess.run(
        [*command, SCRIPT, *arguments], cwd=checkout, env=own, capture_output=True, text=True
    )


def test_without_the_project_s_environment_it_says_what_to_run(checkout):
    ended = launch(BARE, checkout)
    line = f"error: underround is not set up; run `make setup` in {checkout}, then this again\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", line)


def test_an_environment_without_the_program_is_not_tried_for_ever(made):
    (made / ".venv/bin/python").write_text(f'#!/bin/sh\nexec {" ".join(BARE)} "$@"\n')
    ended = launch(BARE, made)
    assert (ended.returncode, ended.stderr.count("make setup")) == (1, 1)


def test_under_a_bare_python_it_streams_as_the_guide_promises(made, redis_url):
    with venues_in_a_thread(pairs=4) as venues:
        variables = environment(venues, redis_url, keyed=False)
        ended = launch(BARE, made, "--seconds", "1", "--markets", "2", **variables)
    assert ended.stderr.splitlines() == [
        "✅ Redis price cache connected",
        "✅ Connected to Polymarket WebSocket",
        "📡 Subscribed to 4 new markets",
        "⚠️ no Kalshi API key: its order books are polled every 2 s",
        "✅ Polling Kalshi over REST (slow)",
        "📡 Subscribed to 4 new markets",
        "polymarket-1 closed: stopped",
    ]
    told = [line.partition(":")[0] for line in ended.stdout.splitlines()]
    assert told[:6] == [
        "Messages",
        "Messages",
        "Cached",
        "From message to cache",
        "Cache update and arbitrage check",
        "Arbitrage signals",
    ]
    assert ended.returncode == (told[6:] != ["✅ The streams work"])


def test_as_json_it_is_one_object(made):
    with venues_in_a_thread(pairs=4) as venues:
        variables = environment(venues, "memory://")
        ended = launch([sys.executable], made, "--seconds", "0.5", "--json", **variables)
    figures = json.loads(ended.stdout)
    assert figures["polymarket"]["connected"] is True
    assert ended.returncode == bool(figures["problems"])


def test_a_refused_redis_is_the_guide_s_line(made):
    with socket.socket() as taken:  # bound and not listening
        taken.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{taken.getsockname()[1]}"
        ended = launch(BARE, made, "--redis-url", url)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"❌ Redis connection failed: Connection refused ({url})")
    assert len(ended.stderr.splitlines()) == 1


def test_a_venue_that_is_not_there_is_one_line_and_code_four(made):
    with venues_in_a_thread(pairs=1) as venues, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        ws = f"ws://127.0.0.1:{taken.getsockname()[1]}/ws/market"
        variables = environment(venues, "memory://") | {
            "UNDERROUND__VENUES__POLYMARKET__WS": ws,
            "UNDERROUND__PAIRS": "pairs.toml",
        }
        ended = launch([sys.executable], made, **variables)
    line = f"❌ Polymarket WebSocket connection failed: Connection refused ({ws})"
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (4, line)
