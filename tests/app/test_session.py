"""`underround run` as its user starts it, against venues that answer, refuse or hang."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from underround.simulation.venues import SimulatedVenues

ROOT = Path(__file__).parents[2]


def addressed(polymarket: dict[str, str], kalshi: dict[str, str]) -> dict[str, str]:
    names = {"POLYMARKET": polymarket, "KALSHI": kalshi}
    return {
        f"UNDERROUND__VENUES__{venue}__{key.upper()}": value
        for venue, table in names.items()
        for key, value in table.items()
    }


async def run(
    cwd: Path, environment: dict[str, str], *arguments: str
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "underround.cli.main",
        "run",
        "--json",
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def finished(process: asyncio.subprocess.Process) -> tuple[str, str]:
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return out.decode(), err.decode()


@pytest.mark.parametrize(
    "numbers", [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGHUP, signal.SIGHUP, signal.SIGTERM)]
)
async def test_a_run_that_waits_for_a_silent_venue_can_be_stopped(tmp_path, numbers) -> None:
    """And a hangup, which only asks for the configuration to be read again, does not end it."""
    asked = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(never_answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        web, socket = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}"
        places = {"gamma": web, "clob": web, "ws": socket}, {"rest": web, "ws": socket}
        process = await run(tmp_path, addressed(*places))
        async with asyncio.timeout(60):
            await asked.wait()
        for number in numbers:
            process.send_signal(number)
        out, err = await finished(process)
    assert (process.returncode, out, err) == (130, "", "")


def stranger(folder: Path) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = folder / "stranger.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
    return str(path)


async def test_a_key_that_the_venue_refuses_ends_the_run(tmp_path: Path) -> None:
    async with SimulatedVenues(7, pairs=2) as venues:
        addresses: dict[str, Any] = venues.addresses
        kalshi = addresses["kalshi"] | {"private_key_path": stranger(tmp_path)}
        process = await run(tmp_path, addressed(addresses["polymarket"], kalshi))
        out, err = await finished(process)
    assert (process.returncode, out) == (4, "")
    last = err.splitlines()[-1]
    assert last.startswith("error: kalshi: GET /trade-api/v2/events answered HTTP 401")
    assert "Traceback" not in err
