"""`underround run --paper` as its user starts it, told to a collector: one id from log to trace."""

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.app.telemetry.collector import collector, known
from tests.house_style import ROOT
from underround.simulation.pairs_file import write_pairs
from underround.simulation.venues import SimulatedVenues

SECONDS = "5"


def environment(venues: SimulatedVenues, folder: Path, endpoint: str) -> dict[str, str]:
    addresses = venues.addresses
    settings = {
        f"UNDERROUND__VENUES__{venue}__{key}".upper(): value
        for venue in ("polymarket", "kalshi")
        for key, value in addresses[venue].items()
    }
    return {
        **os.environ,
        **settings,
        "PYTHONPATH": str(ROOT / "src"),
        "XDG_CONFIG_HOME": str(folder),
        "UNDERROUND__PAIRS": str(write_pairs(folder / "pairs.toml", venues.machines.pairs)),
        "UNDERROUND__TELEMETRY__ENABLED": "true",
        "UNDERROUND__TELEMETRY__INTERVAL_S": "1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20canary",
    }


def holding(folder: Path, secret: bytes) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and secret in file.read_bytes()]


async def test_a_run_its_log_and_its_traces_agree(tmp_path: Path) -> None:
    with collector() as taken:
        async with SimulatedVenues(7, pairs=6) as venues:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "underround", "run", "--paper", "--json"),
                *("--seconds", SECONDS, "--log-format", "json", "--web"),
                cwd=tmp_path,
                env=environment(venues, tmp_path, taken.endpoint),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            async with asyncio.timeout(90):
                out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        summary = json.loads(out)
        metrics, spans = taken.metrics(), taken.spans()
        headers = taken.headers
    lines = [json.loads(line) for line in err.decode().splitlines() if line.startswith("{")]
    signals = metrics["underround_signals"].sum
    counted = {known(p.attributes)["kind"]: p.as_double for p in signals.data_points}
    assert sum(counted.values()) == summary["signals"] > 0
    traces = {span.trace_id.hex() for span in spans if span.name == "signal"}
    assert len(traces) == counted["opened"]
    logged = {line["trace_id"] for line in lines if line["event"] == "signal"}
    assert logged == traces
    told = {span.span_id.hex(): span for span in spans}
    trades = [span for span in spans if span.name == "trade"]
    assert trades
    for trade in trades:
        assert told[trade.parent_span_id.hex()].name == "signal"
        name = known(trade.attributes)["underround.trade"]
        about = [line for line in lines if line.get("trade") == name]
        assert {line["trace_id"] for line in about} == {trade.trace_id.hex()}
    assert {each["authorization"] for each in headers} == {"Bearer canary"}
    assert b"canary" not in out + err
    assert holding(tmp_path, b"canary") == []
