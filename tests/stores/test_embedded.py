"""The embedded server: it starts, is ours, and never outlives its owner."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from underround.stores.embedded import EmbeddedServer


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_it_serves_on_loopback_and_keeps_nothing():
    server = asyncio.run(EmbeddedServer().__aenter__())
    with Redis.from_url(server.url, decode_responses=True) as client:
        settings = client.config_get("*")
    found = (settings["bind"], settings["save"], settings["appendonly"])
    assert found == ("127.0.0.1", "", "no")
    directory, pid = Path(settings["dir"]), server.pid
    assert directory.is_dir()
    server.close()
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_several_run_side_by_side():
    async with EmbeddedServer() as first, EmbeddedServer() as second:
        assert first.url != second.url
        with Redis.from_url(first.url) as one, Redis.from_url(second.url) as two:
            one.set("a", 1)
            assert two.get("a") is None


def test_closing_twice_is_harmless():
    server = asyncio.run(EmbeddedServer().__aenter__())
    server.close()
    server.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a process to its parent")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_when_its_owner_is_killed(ending):
    owner = """if True:
        import asyncio
        from underround.stores.embedded import EmbeddedServer
        async def main():
            async with EmbeddedServer() as server:
                print(server.pid, flush=True)
                await asyncio.sleep(600)
        asyncio.run(main())
    """
    with subprocess.Popen([sys.executable, "-c", owner], stdout=subprocess.PIPE) as process:
        pid = int(process.stdout.readline())
        watched = os.pidfd_open(pid)
        process.send_signal(ending)
        process.wait()
        gone, _, _ = select.select([watched], [], [], 30)  # readable once the server has ended
        os.close(watched)
    assert gone
    assert not is_alive(pid)
