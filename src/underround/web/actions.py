"""What a person may change from the page, and the looks that need more than memory.

The guard has asked for the token before. Each action is one POST with a small JSON object and
answers with the state that follows. What waits for a disk has a thread, what takes long a process.
"""

import asyncio

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from underround.app.page.pair_desk import PairDesk
from underround.app.page.past_sessions import PastSessions
from underround.app.page.run_sight import RunSight
from underround.app.page.trading import go_on, stop
from underround.core.errors import UnderroundError
from underround.core.units import NS_PER_SECOND
from underround.matching.pair_states import Answer
from underround.web.answers import answer_json, asked_for, refusal

LONGEST_REASON = 500
LONGEST_ID = 300
ON_DISK_AFTER_S = 1.5


class Confirmed(Struct, frozen=True, forbid_unknown_fields=True):
    """A change that a person confirmed, and why."""

    confirmed: bool
    reason: str = ""


class Answered(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says of a pair."""

    pair: str
    answer: Answer
    reason: str
    who: str


class TakenBack(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose last answer is to be as if never given."""

    who: str


class Actions:
    """The actions on one run, its pairs and its past."""

    def __init__(self, sight: RunSight, pairs: PairDesk, past: PastSessions) -> None:
        self._sight = sight
        self._pairs = pairs
        self._past = past

    def routes(self) -> list[Route]:
        """Return the routes of all actions."""
        posts = {
            "/api/token": self._token,
            "/api/pause": self._pause,
            "/api/resume": self._resume,
            "/api/review/answer": self._answer,
            "/api/review/undo": self._undo,
        }
        gets = {
            "/api/review": self._review,
            "/api/sessions": self._sessions,
            "/api/timeline": self._timeline,
            "/api/explanation/recorded": self._recorded,
        }
        return [
            *(Route(path, answer, methods=["POST"]) for path, answer in posts.items()),
            *(Route(path, answer, methods=["GET"]) for path, answer in gets.items()),
        ]

    async def _token(self, _: Request) -> Response:
        """Say that the token is good: with another one nobody comes this far."""
        return answer_json({"good": True})

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
        run, reason = self._sight.run, asked.reason[:LONGEST_REASON]
        run.pipeline.command(name, {"reason": reason, "from": "page"})
        (stop if name == "pause" else go_on)(run, reason)
        return answer_json({"paused": self._sight.run.engine.detector.is_paused})

    async def _review(self, _: Request) -> Response:
        try:
            return answer_json(await asyncio.to_thread(self._pairs.waiting))
        except UnderroundError as error:
            return refusal(409, str(error))

    async def _answer(self, request: Request) -> Response:
        asked = await asked_for(request, Answered)
        if isinstance(asked, Response):
            return asked
        reason, who = asked.reason[:LONGEST_REASON], asked.who[:LONGEST_REASON]
        try:
            return answer_json(
                await asyncio.to_thread(self._pairs.answer, asked.pair, asked.answer, reason, who)
            )
        except UnderroundError as error:
            return refusal(409, str(error))

    async def _undo(self, request: Request) -> Response:
        asked = await asked_for(request, TakenBack)
        if isinstance(asked, Response):
            return asked
        try:
            return answer_json(await asyncio.to_thread(self._pairs.undo, asked.who))
        except UnderroundError as error:
            return refusal(409, str(error))

    async def _sessions(self, _: Request) -> Response:
        return answer_json({"sessions": await asyncio.to_thread(self._past.listing)})

    async def _timeline(self, request: Request) -> Response:
        try:
            found = await self._past.timeline(request.query_params.get("session", ""))
        except UnderroundError as error:
            return refusal(404, str(error))
        return Response(found, media_type="application/json")

    async def _recorded(self, request: Request) -> Response:
        """Answer what the recording says of an opportunity: of this run's, or of a session's."""
        signal = request.query_params.get("id", "")
        session = request.query_params.get("session")
        if not signal.isprintable() or len(signal) > LONGEST_ID:
            return refusal(400, "this is no id of an opportunity")
        is_over = session is not None
        if session is None:
            standing = self._sight.opportunities.find(signal)
            if standing is None:
                return refusal(404, "no such opportunity, or it is forgotten")
            if not self._past.is_recording:
                return answer_json({"missing": "This run records nothing: nothing to derive from."})
            run = self._sight.run
            is_over = standing.closed_ns is not None
            # What came just now is still on its way to the disk.
            young_ns = run.clock_ns() - max(standing.opened_ns, standing.closed_ns or 0)
            await asyncio.sleep(max(ON_DISK_AFTER_S - max(young_ns, 0) / NS_PER_SECOND, 0))
        try:
            found = await self._past.explanation(session, signal, is_over)
        except UnderroundError as error:
            return refusal(404, str(error))
        return Response(found, media_type="application/json")
