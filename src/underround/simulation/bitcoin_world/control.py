"""The control port of the Bitcoin world: the ledger of truth, and faults switched by name.

For tests alone; nothing that trades may look here.
"""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def world_control(
    report: Callable[[], dict[str, Any]], set_fault: Callable[[str, str], None]
) -> Starlette:
    """Return the application: GET /ledger and /healthz, POST /fault?name=kraken&kind=frozen."""

    async def ledger(_request: Request) -> Response:
        return JSONResponse(report())

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def fault(request: Request) -> Response:
        query = request.query_params
        try:
            set_fault(query.get("name", ""), query.get("kind", ""))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse({"ok": True})

    return Starlette(
        routes=[
            Route("/ledger", ledger),
            Route("/healthz", healthz),
            Route("/fault", fault, methods=["POST"]),
        ]
    )
