"""A gate on loopback before a real server: it can be shut, frozen, and lead elsewhere."""

import asyncio
from urllib.parse import urlsplit


class Gate:
    """Relay bytes to a server; use it as an asynchronous context manager."""

    def __init__(self, target_url: str) -> None:
        self.target_url = target_url
        self.shut = False
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._tasks: set[asyncio.Task] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> "Gate":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Reset every connection, and every one that is tried from now on."""
        self.shut = True
        for writer in self._writers:
            writer.transport.abort()

    def open(self, target_url: str | None = None) -> None:
        """Let connections through again, to another server if one is named."""
        self.shut = False
        self.target_url = target_url or self.target_url
        self._flowing.set()

    def freeze(self) -> None:
        """Accept everything and deliver nothing."""
        self._flowing.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        self._writers.add(writer)
        if self.shut:
            writer.transport.abort()
            return
        target = urlsplit(self.target_url)
        try:
            far_reader, far_writer = await asyncio.open_connection(target.hostname, target.port)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(far_writer)
        await asyncio.gather(
            self._relay(reader, far_writer), self._relay(far_reader, writer), return_exceptions=True
        )

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while content := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(content)
                await writer.drain()
        finally:
            writer.transport.abort()
