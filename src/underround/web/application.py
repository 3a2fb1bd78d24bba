"""The routes of the page: what may be looked at and what may be asked for.

Each answers at once from memory; nothing here waits for a venue or a disk on the run's behalf.
"""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from underround.app.leg_ladders import book_ladder
from underround.app.page.explanation import explanation
from underround.app.page.health import readiness
from underround.app.page.metrics import CONTENT_TYPE, Exposition
from underround.app.page.run_sight import RunSight
from underround.core.units import NS_PER_SECOND
from underround.web.actions import Actions
from underround.web.answers import answer_json, login_page, refusal, template
from underround.web.guard import COOKIE
from underround.web.stream import Broadcast

MEDIA_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
Answer = Callable[[Request], Awaitable[Response]]


class Page:
    """Everything that a browser may ask of one run."""

    def __init__(
        self,
        sight: RunSight,
        broadcast: Broadcast,
        actions: Actions,
        token: str,
        past: Callable[[str], Sequence[Any] | None] | None = None,
    ) -> None:
        self._past = past
        self._sight = sight
        self._broadcast = broadcast
        self._actions = actions
        self._token = token
        self._exposition = Exposition(sight)
        self._html = template("page.html")
        # Read once: no request ever names a file.
        folder = files("underround.web") / "static"
        self._static = {each.name: each.read_bytes() for each in folder.iterdir()}

    def routes(self) -> list[Route]:
        """Return every route."""
        gets: dict[str, Answer] = {
            "/": self._page,
            "/static/{name}": self._file,
            "/stream": self._stream,
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
            "/api/explanation": self._explanation,
            "/api/book": self._book,
            "/api/past": self._rows,
        }
        routes = [Route(path, answer, methods=["GET"]) for path, answer in gets.items()]
        routes.append(Route("/login", self._login, methods=["POST"]))
        return routes + self._actions.routes()

    async def _page(self, _: Request) -> Response:
        return HTMLResponse(self._html)

    async def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        content = self._static.get(name)
        media_type = MEDIA_TYPES.get(name.rpartition(".")[2])
        if content is None or media_type is None:
            return refusal(404, "no such file")
        return Response(content, media_type=media_type, headers={"cache-control": "no-cache"})

    async def _stream(self, _: Request) -> Response:
        if self._broadcast.is_full:
            return refusal(503, "too many are watching; close some")
        return StreamingResponse(self._broadcast.events(), media_type="text/event-stream")

    async def _healthz(self, _: Request) -> Response:
        up_ns = self._sight.run.clock_ns() - self._sight.started_ns
        return answer_json({"status": "ok", "up_s": up_ns / NS_PER_SECOND})

    async def _readyz(self, _: Request) -> Response:
        found = readiness(self._sight)
        return answer_json(found, 200 if found.ready else 503)

    async def _metrics(self, _: Request) -> Response:
        return Response(self._exposition.text(), headers={"content-type": CONTENT_TYPE})

    async def _explanation(self, request: Request) -> Response:
        standing = self._sight.opportunities.find(request.query_params.get("id", ""))
        if standing is None:
            return refusal(404, "no such opportunity, or it is forgotten")
        run = self._sight.run
        return answer_json(explanation(run.engine, standing, run.clock_ns()))

    async def _book(self, request: Request) -> Response:
        book = self._sight.run.engine.books.get(request.query_params.get("id", ""))
        return refusal(404, "no such book") if book is None else answer_json(book_ladder(book))

    async def _rows(self, request: Request) -> Response:
        if self._past is None:
            return refusal(404, "this run keeps no courses")
        # A window that has ended since it was listed has none any more: no fault of who asks.
        return answer_json(self._past(request.query_params.get("id", "")) or [])

    async def _login(self, request: Request) -> Response:
        try:
            text = (await request.body()).decode("utf-8", errors="replace")
            form = parse_qs(text, max_num_fields=4)
        except ValueError:  # more fields than a form of ours has
            return refusal(400, "give the token alone")
        given = form.get("token", [""])[0].strip()
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return login_page()
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, self._token, httponly=True, samesite="strict")
        return answer


def application(page: Page) -> Starlette:
    """Return the application of a page, without its guard."""
    return Starlette(routes=page.routes())
