"""`underround watch` without an address: it starts a run of its own, and ends it again."""

import asyncio
import os
from pathlib import Path

import httpx
import pytest

from underround.app.page.client import PageClient, page_address
from underround.cli.main import run
from underround.cli.watch import started
from underround.core.errors import ConfigError

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Runs record where they are started; the program is found from there too."""
    paths = [str(SOURCE), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.chdir(tmp_path)


async def test_it_starts_a_run_attaches_and_ends_it(tmp_path):
    async with started("demo") as where:
        client = PageClient(*page_address(where))
        heard = asyncio.Event()
        following = asyncio.create_task(client.follow(heard.set))
        async with asyncio.timeout(60):
            await heard.wait()
        assert client.topics["status"]["kind"] == "demo"
        await client.act("/api/pause", {"confirmed": True, "reason": "a drill"})
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    async with httpx.AsyncClient(trust_env=False) as asking:
        with pytest.raises(httpx.ConnectError):
            await asking.get(client.address)
    (recording,) = (tmp_path / "data" / "recordings").glob("demo-*Z")
    assert list(recording.glob("*.zst"))


async def test_a_run_that_does_not_start_is_told_in_its_own_words_and_kind():
    with pytest.raises(ConfigError, match="nonsense") as refused:
        async with started("nonsense"):
            pass
    assert "\n" not in str(refused.value)


def test_without_a_terminal_it_says_so_at_once(capsys) -> None:
    assert run(["watch", "127.0.0.1:1"]) == 1
    assert "this needs a terminal" in capsys.readouterr().err
