"""The control port: start and stop the flow, order faults, and read the ledger of truth.

For tests and the demo's own bookkeeping; nothing that trades may look here.
"""

from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from underround.simulation.faults.board import FaultBoard
from underround.simulation.faults.kinds import KINDS


class Controlled(Protocol):
    """What the port controls: the venues."""

    @property
    def faults(self) -> FaultBoard:
        """The board of faults."""
        ...

    def start(self) -> None:
        """Start the flow, once."""
        ...

    def quiesce(self) -> None:
        """Stop the flow for good."""
        ...

    def report(self) -> dict[str, Any]:
        """Return the ledger."""
        ...


def control_app(venues: Controlled) -> Starlette:
    """Return the application: /start, /quiesce, /ledger, /healthz, /faults and /faults/kinds.

    POST /faults orders a fault and answers with it; DELETE /faults/{id} ends one, /faults all.
    """

    async def start(_request: Request) -> Response:
        venues.start()
        return JSONResponse({"started": True})

    async def quiesce(_request: Request) -> Response:
        venues.quiesce()
        return JSONResponse({"quiet": True})

    async def ledger(_request: Request) -> Response:
        return JSONResponse(venues.report())

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    return Starlette(
        routes=[
            Route("/start", start, methods=["POST"]),
            Route("/quiesce", quiesce, methods=["POST"]),
            Route("/ledger", ledger),
            Route("/healthz", healthz),
            *_fault_routes(venues),
        ]
    )


def _fault_routes(venues: Controlled) -> list[Route]:
    async def order(request: Request) -> Response:
        try:
            fields = await request.json()
            if not isinstance(fields, dict):
                raise ValueError("the body is not an object")
            fault = venues.faults.read(fields)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse(fault.as_dict(), status_code=201)

    async def shown(_request: Request) -> Response:
        return JSONResponse({"faults": venues.faults.shown()})

    async def end(request: Request) -> Response:
        try:
            fault = venues.faults.end(int(request.path_params["id"]))
        except KeyError:
            return JSONResponse({"error": "no fault has this number"}, status_code=404)
        return JSONResponse(fault.as_dict())

    async def end_all(_request: Request) -> Response:
        venues.faults.end_all()
        return JSONResponse({"faults": venues.faults.shown()})

    async def kinds(_request: Request) -> Response:
        listed = {
            name: {"does": kind.summary, "for_s": kind.for_s, "hits": kind.lines or "any"}
            for name, kind in KINDS.items()
        }
        return JSONResponse({"kinds": listed})

    return [
        Route("/faults", order, methods=["POST"]),
        Route("/faults", shown),
        Route("/faults", end_all, methods=["DELETE"]),
        Route("/faults/kinds", kinds),
        Route("/faults/{id:int}", end, methods=["DELETE"]),
    ]
