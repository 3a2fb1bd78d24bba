"""Asks a venue's REST interface and gives back the raw body, or a typed one-line error.

Allow-listed hosts only, TLS verified, no redirects, no proxies from the environment, bounded time
and size, a token bucket per host. It decodes nothing and retries only what it is told to.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec

from underround.venues.backoff import Backoff
from underround.venues.errors import (
    RETRYABLE_STATUS,
    RefusedError,
    UnreachableError,
    UnreadableError,
    VenueFaultError,
    date_ms,
    retry_after_s,
)
from underround.venues.hosts import check_url
from underround.venues.rate_limit import Pace, TokenBucket

Query = Sequence[tuple[str, str]]
"""Query parameters in order; a name may repeat."""


@dataclass(frozen=True, slots=True)
class RestLimits:
    """Times in seconds, sizes in bytes; `attempts` counts the first one."""

    connect_s: float = 5.0
    idle_s: float = 10.0
    total_s: float = 30.0
    body_bytes: int = 64 << 20
    attempts: int = 3
    backoff_base_s: float = 0.5
    backoff_cap_s: float = 8.0


DEFAULT_LIMITS: Final = RestLimits()


class RestClient:
    """One venue's REST root, for instance https://clob.polymarket.com.

    `sign(method, path)` gives the headers of a request; the path is from the host's root and
    without the query. `monotonic_ns` and `randomness` (0 … 1) come from outside. `is_mended` is
    asked after a refusal that no retry would mend, once a request, whether something was changed
    so that it may (a clock set right). `transport` takes the network's place.
    """

    def __init__(
        self,
        venue: str,
        root: str,
        pace: Pace | TokenBucket,
        *,
        monotonic_ns: Callable[[], int],
        randomness: Callable[[], float],
        limits: RestLimits = DEFAULT_LIMITS,
        sign: Callable[[str, str], Mapping[str, str]] | None = None,
        is_mended: Callable[[RefusedError], bool] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        check_url(root, ("http", "https"))
        self.venue = venue
        self._root = root.rstrip("/")
        self._monotonic_ns = monotonic_ns
        self._randomness = randomness
        self._limits = limits
        self._sign = sign
        self._is_mended = is_mended
        self.pace = Pace(pace) if isinstance(pace, TokenBucket) else pace
        self._client = httpx.AsyncClient(
            transport=transport,
            follow_redirects=False,
            trust_env=False,
            timeout=httpx.Timeout(limits.idle_s, connect=limits.connect_s),
            headers={"Accept": "application/json", "User-Agent": "underround"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, path: str, query: Query = ()) -> bytes:
        """Return the body of a GET; tries again when that may help. Raises VenueFaultError."""
        return await self._persist("GET", path, query, None)

    async def look(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Return status and body of one request, whatever the status; never tries again.

        Raises UnreachableError or UnreadableError when there is no answer at all.
        """
        written = None if body is None else msgspec.json.encode(body)
        try:
            return 200, await self._ask(method, path, (), written)
        except RefusedError as refusal:
            return refusal.status or 0, refusal.body

    async def read_by_post(self, path: str, body: object) -> bytes:
        """Return the answer to a POST that only reads, retried like a GET. Raises VenueFaultError.

        `body` is written as JSON. Never use it for an order: a lost answer would repeat it.
        """
        return await self._persist("POST", path, (), msgspec.json.encode(body))

    async def _persist(self, method: str, path: str, query: Query, body: bytes | None) -> bytes:
        limits = self._limits
        backoff = Backoff(limits.backoff_base_s, limits.backoff_cap_s, self._randomness)
        may_mend = self._is_mended is not None
        for attempt in range(1, limits.attempts + 1):
            try:
                return await self._ask(method, path, query, body)
            except VenueFaultError as error:
                if attempt == limits.attempts:
                    raise
                if not error.retryable:
                    if not may_mend or not self._mended(error):
                        raise
                    may_mend = False
                    continue
                if error.retry_after_s is not None:
                    self.pace.pause(self._monotonic_ns(), error.retry_after_s)
                await asyncio.sleep(backoff.next_s())
        raise AssertionError("attempts must be at least 1")

    def _mended(self, error: VenueFaultError) -> bool:
        mended = self._is_mended
        return mended is not None and isinstance(error, RefusedError) and mended(error)

    async def _ask(self, method: str, path: str, query: Query, body: bytes | None) -> bytes:
        await asyncio.sleep(self.pace.reserve(self._monotonic_ns(), method, path))
        url = self._root + path + (f"?{urlencode(query)}" if query else "")
        signed_path = urlsplit(url).path
        headers = dict(self._sign(method, signed_path)) if self._sign is not None else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        what = f"{method} {signed_path}"
        try:
            async with (
                asyncio.timeout(self._limits.total_s),
                self._client.stream(method, url, content=body, headers=headers) as response,
            ):
                return await self._read(response, what)
        except TimeoutError as error:
            problem = f"{what} took longer than {self._limits.total_s:g} s"
            raise UnreachableError(self.venue, problem, retryable=True) from error
        except httpx.TimeoutException as error:
            problem = f"{what} timed out ({type(error).__name__})"
            raise UnreachableError(self.venue, problem, retryable=True) from error
        except httpx.DecodingError as error:
            problem = f"{what} answered a body that cannot be unpacked"
            raise UnreadableError(self.venue, problem, retryable=True) from error
        except (httpx.TransportError, AttributeError) as error:
            # anyio asks a socket that a dead peer has just taken away for its name.
            reason = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
            problem = f"{what} failed: {reason}"
            raise UnreachableError(self.venue, problem, retryable=True) from error

    async def _read(self, response: httpx.Response, what: str) -> bytes:
        chunks: list[bytes] = []
        size_bytes = 0
        async for chunk in response.aiter_bytes():
            size_bytes += len(chunk)
            if size_bytes > self._limits.body_bytes:
                problem = f"{what} answered more than {self._limits.body_bytes} bytes"
                raise UnreadableError(self.venue, problem, retryable=False)
            chunks.append(chunk)
        body = b"".join(chunks)
        if response.status_code == 200:
            return body
        status = response.status_code
        code = error_code(body)
        hint = " (redirect, not followed)" if 300 <= status < 400 else ""
        raise RefusedError(
            self.venue,
            f"{what} answered HTTP {status}{hint}" + (f": {code}" if code else ""),
            retryable=status in RETRYABLE_STATUS,
            status=status,
            code=code,
            retry_after_s=retry_after_s(response.headers.get("Retry-After")),
            venue_ms=date_ms(response.headers.get("Date")),
            body=body,
        )


def error_code(body: bytes) -> str:
    """Read the code or message out of an error body; "" when it has neither.

    Both venues' forms: {"error":{"code":…}}, {"code":…}, {"error":"…"}; anything else is ignored,
    an HTML page of a gateway for instance.
    """
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    for _ in range(2):
        if not isinstance(answer, dict):
            break
        answer = next((answer[key] for key in ("error", "code", "message") if key in answer), "")
    return answer if isinstance(answer, str) else ""
