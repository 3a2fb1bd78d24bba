"""The venues as a process: one line of addresses, and three ways to end it."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

COMMAND = (sys.executable, "-m", "underround.simulation", "--seed", "3", "--pairs", "3")


def exists(path: Path) -> bool:
    return path.exists()


async def begin(*more: str) -> tuple[asyncio.subprocess.Process, dict[str, dict[str, str]]]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *more, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    return process, json.loads(await process.stdout.readline())


@pytest.mark.parametrize("how", ["stdin", "SIGTERM", "SIGINT"])
async def test_it_ends_when_told_and_leaves_nothing(how: str) -> None:
    process, addresses = await begin("--print-json")
    named = {"polymarket", "kalshi", "kalshi_ed25519", "prices", "control", "pairs_toml"}
    assert set(addresses) == named
    for_all, for_traders = {"gamma", "clob", "ws"}, {"user_ws", "site", "address"}
    assert set(addresses["polymarket"]) == for_all | for_traders | {"private_key_path"}
    assert set(addresses["kalshi"]) == {"rest", "ws", "key_id", "private_key_path"}
    assert set(addresses["kalshi_ed25519"]) == {"key_id", "private_key_path"}
    key = Path(addresses["kalshi"]["private_key_path"])
    assert exists(key)
    if how == "stdin":
        assert process.stdin is not None
        process.stdin.close()
    else:
        process.send_signal(signal.Signals[how])
    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert not exists(key.parent)


@pytest.mark.parametrize("wrong", [("--speed", "0"), ("--pairs", "0"), ("--seed", "x")])
async def test_nonsense_is_a_usage_error(wrong: tuple[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(*COMMAND, *wrong, stderr=asyncio.subprocess.PIPE)
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert wrong[0].encode() in errors
