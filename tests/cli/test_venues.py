"""`underround venues up`: addresses first, and an end when told."""

import asyncio
import json
import signal
import sys

import httpx

from underround.cli.main import run


async def begin(*more: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "underround.cli.main", "venues", "up", "--pairs", "3", "--markets", "6", *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_prints_addresses_as_one_object_serves_and_ends_on_ctrl_c() -> None:
    process = await begin("--json")
    assert process.stdout is not None
    text = ""
    while not text.endswith("}\n") or text.count("{") != text.count("}"):
        text += (await process.stdout.readline()).decode()
    addresses = json.loads(text)
    async with httpx.AsyncClient() as web:
        gamma = addresses["polymarket"]["gamma"]
        listed = (await web.get(gamma + "/markets?version=v1&version=v2")).json()
        ledger = (await web.get(addresses["control"] + "/ledger")).json()
        made = await web.post(addresses["control"] + "/faults", json={"name": "gap"})
    assert len(listed) == 8  # and a window open, and one to come
    assert ledger["started_ns"] is not None
    assert made.status_code == 201
    process.send_signal(signal.SIGINT)
    rest, errors = await process.communicate()
    assert (process.returncode, rest, errors) == (0, b"", b"")


async def test_for_a_person_it_names_what_is_where() -> None:
    process = await begin()
    assert process.stdout is not None
    lines = []
    while not lines or not lines[-1].startswith("faults:"):
        lines.append((await process.stdout.readline()).decode())
    process.terminate()
    await process.communicate()
    named = {tuple(line.split()[:2]) for line in lines if "://" in line}
    assert {("polymarket", "ws"), ("kalshi", "rest"), ("prices", "rtds")} <= named
    assert process.returncode == 0


def test_a_world_that_cannot_be_is_one_line(capsys) -> None:
    assert run(["venues", "up", "--markets", "3"]) == 1
    assert capsys.readouterr().err == (
        "error: 3 markets cannot hold 24 pairs; ask for more markets or fewer pairs\n"
    )
    assert run(["venues", "up", "--speed", "0"]) == 2
    capsys.readouterr()
    for command in (["venues", "up"], ["demo"]):
        assert run([*command, "--kinds", "box"]) == 2
        said = capsys.readouterr().err
        assert "'box' is no kind; known are cross_venue, partition, ladder, basket, all" in said
