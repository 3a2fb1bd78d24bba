"""`underround check` on the simulated world: passes, and fails naming a frozen feed."""

import json

import pytest

from underround.app.bitcoin.check import BUDGET
from underround.cli.check import lines_of
from underround.cli.main import run


@pytest.fixture
def check(tmp_path, monkeypatch, capsysbinary):
    """Run a check in a folder of its own and give exit code and standard output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def run_check(*words):
        code = run(["check", *words])
        return code, capsysbinary.readouterr().out.decode()

    return run_check


def test_it_passes_on_sound_feeds(check):
    code, out = check("5", "--simulated", "--json")
    result = json.loads(out)
    assert result["problems"] == []
    assert (code, result["passed"], result["has_key"]) == (0, True, True)
    assert list(result["budget"]) == list(BUDGET)
    assert all(each["ok"] for each in result["budget"].values())
    assert result["rest_against_websocket"]["ratio"] > 1
    lines = lines_of(result)
    for line in (
        "TEST 1: WebSocket Connection",
        "✅ Connection successful",
        "✅ Subscription successful",
        "TEST 2: Latency Measurement",
        "Kalshi WebSocket:",
        "BRTI Proxy:",
        "✅ All tests passed",
    ):
        assert line in lines
    assert any(line.startswith("✅ Received first message after ") for line in lines)


@pytest.mark.parametrize("name", ["kraken", "kalshi"])
def test_a_frozen_feed_fails_it_by_name(check, name):
    code, out = check("5", "--simulated", "--fault", f"freeze:{name}")
    assert code == 1
    where = "kalshi-windows" if name == "kalshi" else name
    assert f"❌ {where}: frozen: connected, and no" in out
    assert "✅ All tests passed" not in out


@pytest.mark.parametrize("seconds", ["0", "soon", "-3"])
def test_wrong_seconds_are_wrong_usage(check, seconds):
    assert check(seconds, "--simulated")[0] == 2
