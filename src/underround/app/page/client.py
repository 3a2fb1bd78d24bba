"""The page's stream and actions from another process: what the terminal is made from.

Keeps the topics that the stream tells and says how the link stands; shows nothing.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from underround.app.clock import monotonic_ns
from underround.core.errors import UnderroundError, UnusableError
from underround.core.units import NS_PER_SECOND

RETRY_S: Final = 1.0
SILENCE_S: Final = 15.0
STALE_NS: Final = 3 * NS_PER_SECOND


def page_address(text: str) -> tuple[str, str | None]:
    """Return the address of a page and the token behind its #, as the program prints both.

    A port alone means this machine. UnusableError, one line, for anything else.
    """
    address, _, fragment = text.partition("#")
    token = fragment.partition("token=")[2] or None
    if address.isdecimal():
        address = f"http://127.0.0.1:{address}"
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UnusableError(
            f"{text!r} is no address of a page; give what `underround run --web` prints, or a port"
        )
    return f"{parts.scheme}://{parts.netloc}", token


class PageClient:
    """One page's topics, kept up to date by `follow`; `link` is loading, live or lost."""

    def __init__(self, address: str, token: str | None) -> None:
        self.address = address
        self.token = token
        self.topics: dict[str, Any] = {}
        self.at_ms = 0
        self.link = "loading"
        self._heard_ns = 0

    @property
    def silent_ns(self) -> int:
        """How long ago the page said anything new."""
        return monotonic_ns() - self._heard_ns

    @property
    def standing(self) -> str:
        """How what is held stands: loading, live, stale (nothing new for seconds) or lost."""
        is_stale = self.link == "live" and self.silent_ns > STALE_NS
        return "stale" if is_stale else self.link

    async def follow(self, changed: Callable[[], None]) -> None:
        """Read the stream until cancelled, again and again; `changed` is called for every word."""
        timeout = httpx.Timeout(SILENCE_S, read=SILENCE_S)
        while True:
            with contextlib.suppress(httpx.HTTPError, msgspec.DecodeError):
                async with (
                    httpx.AsyncClient(timeout=timeout, trust_env=False) as client,
                    client.stream("GET", f"{self.address}/stream", headers=self._headers()) as said,
                ):
                    said.raise_for_status()
                    await self._read(said, changed)
            self.link = "lost"
            changed()
            await asyncio.sleep(RETRY_S)

    async def act(self, path: str, body: dict[str, Any]) -> Any:
        """Ask for a change and return the answer; UnderroundError, one line, if it is refused."""
        answer = await self._post(path, body)
        if answer.is_error:
            raise UnderroundError(answer.text.strip() or f"answered {answer.status_code}")
        return answer.json()

    async def why_not(self) -> str | None:
        """Return why any change would be refused, before one is asked for; None if it would not."""
        try:
            answer = await self._post("/api/token", {})
        except UnderroundError as error:
            return str(error)
        return answer.text.strip() if answer.status_code == httpx.codes.FORBIDDEN else None

    async def _post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return await client.post(
                    f"{self.address}{path}", json=body, headers=self._headers()
                )
        except httpx.HTTPError as error:
            raise UnderroundError(f"{self.address} cannot be reached: {error}") from None

    async def _read(self, said: httpx.Response, changed: Callable[[], None]) -> None:
        name = ""
        async for line in said.aiter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                self.take(name, msgspec.json.decode(line.removeprefix("data: ")))
                changed()

    def take(self, name: str, told: dict[str, Any]) -> None:
        """Take in one event of the stream: the whole, or what changed."""
        self.link = "live"
        self._heard_ns = monotonic_ns()
        self.at_ms = told.pop("at_ms")
        del told["number"]
        if name == "whole":
            self.topics = told
            return
        books = told.pop("books", {})
        known = self.topics.setdefault("books", {})
        known.update(books)
        for name in [name for name, row in books.items() if row is None]:
            del known[name]
        self.topics.update(told)

    def _headers(self) -> dict[str, str]:
        return {} if self.token is None else {"x-underround-token": self.token}
