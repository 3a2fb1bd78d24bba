"""Answers and the reading of what was asked: JSON both ways, refusals in one line."""

from importlib.resources import files
from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

_encode: Final = msgspec.json.Encoder().encode
Asked = TypeVar("Asked")


def answer_json(value: Any, status: int = 200) -> Response:
    """Return a value as a JSON answer."""
    return Response(_encode(value), status, media_type="application/json")


def refusal(status: int, reason: str) -> Response:
    """Return the answer that says no, in one line."""
    return PlainTextResponse(f"{reason}\n", status)


def template(name: str) -> str:
    """Return the text of a page."""
    return (files("underround.web") / "templates" / name).read_text(encoding="utf-8")


def login_page() -> Response:
    """Return the page that asks for the token; it bears 401 and tells nothing else."""
    return HTMLResponse(template("login.html"), 401)


async def asked_for(request: Request, kind: type[Asked]) -> Asked | Response:
    """Return what a POST asks for, or the refusal of what cannot be read as such."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return refusal(415, "send application/json")
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        return refusal(400, f"not what is asked for here: {fault}")
