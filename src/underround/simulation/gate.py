"""Who may open a WebSocket now: paths, how many at once, and refusals that a fault asks for.

Knows no keys and no protocol; a venue's own checks come after it.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from underround.simulation.wire import Wired


class Refusal(NamedTuple):
    """An HTTP answer in place of an upgrade or of a REST answer."""

    status: int
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}


class Gate:
    """The door of one venue's socket. `refusal` turns everybody away while it is set."""

    def __init__(self, path: str, most_connections: int) -> None:
        self.path = path
        self.most_connections = most_connections
        self.refusal: Refusal | None = None
        self.refused = 0

    def check(self, request: Request, connections: int) -> Response | None:
        """Return the refusal of a handshake, None when it may go on."""
        if request.path.split("?")[0] != self.path:
            return self.refuse(Refusal(404, "not found\n", "text/plain"))
        if self.refusal is not None:
            return self.refuse(self.refusal)
        if connections >= self.most_connections:
            return self.refuse(Refusal(429, "too many connections\n", "text/plain"))
        return None

    def refuse(self, refusal: Refusal) -> Response:
        """Return the HTTP answer of a refusal."""
        self.refused += 1
        body = refusal.body.encode()
        headers = Headers({"Content-Type": refusal.content_type, **refusal.headers})
        headers["Content-Length"] = str(len(body))
        headers["Connection"] = "close"
        return Response(refusal.status, HTTPStatus(refusal.status).phrase, headers, body)


def upgrade_headers(connection: Wired) -> dict[str, str]:
    """Return a handshake's headers with upper-case names."""
    assert connection.request is not None
    return {name.upper(): value for name, value in connection.request.headers.raw_items()}
