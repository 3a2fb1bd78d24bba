"""What a person may change from the page; the guard has asked for the token before.

Each action is one POST with a small JSON object and answers with the state that follows.
"""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from underround.app.run_sight import RunSight
from underround.web.answers import answer_json, asked_for, refusal


class Confirmed(Struct, frozen=True, forbid_unknown_fields=True):
    """A change that a person confirmed, and why."""

    confirmed: bool
    reason: str = ""


class Actions:
    """The actions on one run."""

    def __init__(self, sight: RunSight) -> None:
        self._sight = sight

    def routes(self) -> list[Route]:
        """Return the routes of all actions."""
        return [
            Route("/api/pause", self._pause, methods=["POST"]),
            Route("/api/resume", self._resume, methods=["POST"]),
        ]

    async def _pause(self, request: Request) -> Response:
        return await self._command(request, "pause")

    async def _resume(self, request: Request) -> Response:
        return await self._command(request, "resume")

    async def _command(self, request: Request, name: str) -> Response:
        asked = await asked_for(request, Confirmed)
        if isinstance(asked, Response):
            return asked
        if not asked.confirmed:
            return refusal(400, "this needs a confirmation")
        pipeline = self._sight.run.pipeline
        pipeline.command(name, {"reason": asked.reason[:500], "from": "page"})
        return answer_json({"paused": self._sight.run.engine.detector.is_paused})
