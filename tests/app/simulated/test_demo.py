"""The whole, as its user starts it: venues, run, score, replay."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def underround(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "underround.cli.main", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(process: subprocess.Popen[str]) -> tuple[str, str]:
    try:
        return process.communicate(timeout=60)
    finally:
        process.kill()


def test_every_true_underround_is_found_and_the_replay_signals_the_same(tmp_path):
    started = underround("demo", "--seconds", "8", "--seed", "7", "--json", cwd=tmp_path)
    out, err = finished(started)
    assert started.returncode == 0, err
    result = json.loads(out)
    assert set(result["frames"]) == {"polymarket", "kalshi"}
    assert min(result["frames"].values()) > 500
    assert result["books_live"] > 60
    assert set(result["tick_to_signal_us"]) == {"p50", "p99"}
    assert result["traps"] >= 80
    found = result["opportunities"]
    assert found["missed_intervals"] == []
    assert found["false_opportunities"] == []
    assert found["found"] == found["true"] >= 2
    assert found["by_kind"] == {
        "cross_venue": {name: found[name] for name in ("found", "true", "missed", "false")}
    }
    assert result["counts"]["rejected"] == result["counts"]["unknown"] == 0

    replayed = underround("replay", result["recording"], "--json", cwd=tmp_path)
    out, err = finished(replayed)
    assert replayed.returncode == 0, err
    again = json.loads(out)
    assert again["digest"] == result["digest"]
    assert again["signals"] == result["signals"] > 0
    assert again["frames"] == result["frames"]
    assert again["lost"] == 0
    assert again["damage"] == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads children from /proc")
def test_ctrl_c_ends_with_a_summary_and_leaves_nobody_behind(tmp_path):
    started = underround("demo", "--seed", "3", cwd=tmp_path)
    assert started.stdout is not None
    lines = []
    while not lines or "OPENED" not in lines[-1]:
        lines.append(started.stdout.readline())
        assert started.poll() is None, finished(started)
    children = descendants(started.pid)
    assert len(children) >= 2, "the venues and the price store are processes of their own"
    started.send_signal(signal.SIGINT)
    out, err = finished(started)
    assert started.returncode == 0, err
    assert "opportunities" in out
    assert "digest" in out
    assert "Traceback" not in err
    until = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in children):
        assert time.monotonic() < until, "a child outlived the demo"
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads children from /proc")
def test_venues_that_end_before_the_run_leave_nothing_to_compare_with(tmp_path):
    started = underround("demo", "--seconds", "3", "--seed", "3", "--json", cwd=tmp_path)
    assert started.stderr is not None
    said = ""
    while "Connected to Kalshi" not in said:
        said = started.stderr.readline()
        assert started.poll() is None, finished(started)
    (venues,) = [
        child
        for child in descendants(started.pid)
        if b"underround.simulation" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    os.kill(venues, signal.SIGKILL)
    out, err = finished(started)
    assert (started.returncode, out) == (1, "")
    assert err.splitlines()[-1].startswith("error: the simulated venues have ended, nothing is")
    assert "Traceback" not in err


def descendants(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    direct = [
        int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()
    ]
    return direct + [each for child in direct for each in descendants(child)]
