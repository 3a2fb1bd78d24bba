"""What stands before a REST service: it passes requests on, or answers in the service's place.

An ASGI application around another. It knows no fault by name.
"""

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from underround.simulation.gate import Refusal


class Shield:
    """`refusal` answers everything while it is set, but for paths that end in `spared`."""

    def __init__(self, app: ASGIApp, spared: tuple[str, ...] = ()) -> None:
        self._app = app
        self._spared = spared
        self.refusal: Refusal | None = None
        self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        refusal = self.refusal
        if refusal is None or scope["type"] != "http" or scope["path"].endswith(self._spared):
            await self._app(scope, receive, send)
            return
        self.refused += 1
        response = Response(
            refusal.body,
            status_code=refusal.status,
            headers=dict(refusal.headers),
            media_type=refusal.content_type,
        )
        await response(scope, receive, send)
