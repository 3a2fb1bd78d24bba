"""The control port: start and stop the flow, and read the ledger of truth.

For tests and the demo's own bookkeeping; nothing that trades may look here.
"""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def control_app(
    start: Callable[[], None], quiesce: Callable[[], None], report: Callable[[], dict[str, Any]]
) -> Starlette:
    """Return the application: POST /start, POST /quiesce, GET /ledger, GET /healthz."""

    async def do_start(_request: Request) -> Response:
        start()
        return JSONResponse({"started": True})

    async def do_quiesce(_request: Request) -> Response:
        quiesce()
        return JSONResponse({"quiet": True})

    async def ledger(_request: Request) -> Response:
        return JSONResponse(report())

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    return Starlette(
        routes=[
            Route("/start", do_start, methods=["POST"]),
            Route("/quiesce", do_quiesce, methods=["POST"]),
            Route("/ledger", ledger),
            Route("/healthz", healthz),
        ]
    )
