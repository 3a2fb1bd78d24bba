"""Who may ask for what: host and origin, token, size; and the headers every answer bears.

Nothing here knows what is asked for. On loopback looking needs no token; anywhere else everything
does, and whatever changes something needs it everywhere, in a header that no other site can send.
"""

import hmac
import ipaddress
import socket
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from underround.web.answers import refusal

TOKEN_HEADER: Final = "x-underround-token"  # noqa: S105 - its name
COOKIE: Final = "underround_token"
BODY_LIMIT_BYTES: Final = 16 << 10
TOO_LARGE: Final = f"a body may be {BODY_LIMIT_BYTES} bytes"
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
OPEN_PATHS: Final = frozenset({"/login"})
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Lets through what may pass, and has the rest refused with a 4xx and one line."""

    def __init__(
        self, app: ASGIApp, login: Response, token: str, host: str, names: Iterable[str]
    ) -> None:
        self._app = app
        self._login = login
        self._token = token.encode()
        self._is_loopback = is_loopback(host)
        own = () if self._is_loopback else _own_names(host)
        self._names = {"localhost", *own, *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        answer = self._refusal(scope, headers)
        guarded = _bearing_headers(send)
        if answer is not None:
            await answer(scope, receive, guarded)
            return
        await self._app(scope, _limited(receive), guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return refusal(421, "this host is not served here")
        for origin in headers.getlist("origin"):
            if origin.partition("://")[2] != hosts[0]:
                return refusal(403, "another site may not ask")
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return refusal(403, "another site may not ask")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > BODY_LIMIT_BYTES:
            return refusal(413, TOO_LARGE)
        if scope["path"] in OPEN_PATHS:
            return None
        if scope["method"] not in SAFE_METHODS:
            # A cookie is sent along whoever asks; these headers are not.
            if not self._is_token(_header(headers)):
                return refusal(403, "this needs the token that the program printed")
        elif not self._is_loopback and not (
            self._is_token(_header(headers)) or self._is_token(_cookie(headers))
        ):
            if scope["path"] == "/":
                return self._login
            return refusal(401, "the token that the program printed is needed")
        return None

    def _is_token(self, given: str | None) -> bool:
        return given is not None and hmac.compare_digest(given.encode(), self._token)

    def _is_ours(self, host: str) -> bool:
        """Tell whether a Host header names this machine: a name that is known, or an address.

        A page elsewhere can point a name of its own at this machine, but not an address.
        """
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        name = name.strip("[]").lower()
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback if self._is_loopback else True


def is_loopback(host: str) -> bool:
    """Tell whether an address to listen on can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _own_names(host: str) -> set[str]:
    """Return how others may call this machine: its name, also without domain, or as told."""
    name = socket.gethostname().lower()
    return {name, name.partition(".")[0], host.lower()} - {""}


def _header(headers: Headers) -> str | None:
    """Return the token of our own header, or of the one that programs such as Prometheus send."""
    kind, _, bearer = headers.get("authorization", "").partition(" ")
    return headers.get(TOKEN_HEADER) or (bearer.strip() if kind.lower() == "bearer" else None)


def _cookie(headers: Headers) -> str | None:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def _limited(receive: Receive) -> Receive:
    size = 0

    async def limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > BODY_LIMIT_BYTES:
            raise HTTPException(413, TOO_LARGE)
        return message

    return limited


def _bearing_headers(send: Send) -> Send:
    async def bearing(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return bearing
