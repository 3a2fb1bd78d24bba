"""Serving several applications, each on a port of its own."""

import socket
import time
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from underround.simulation.server import free_listener, listening, served


def app(answer: str) -> Starlette:
    async def say(_request: Any) -> PlainTextResponse:
        return PlainTextResponse(answer)

    return Starlette(routes=[Route("/", say)])


async def test_each_application_answers_on_its_own_port() -> None:
    async with (
        served(app("one"), app("two")) as (one, two),
        httpx.AsyncClient(trust_env=False) as web,
    ):
        assert one != two
        assert [(await web.get(url)).text for url in (one, two, one)] == ["one", "two", "one"]


def test_a_listener_names_its_protocol_so_that_small_answers_are_not_delayed() -> None:
    with free_listener() as listener:
        assert listener.proto == socket.IPPROTO_TCP
        with (
            socket.create_connection(listener.getsockname()),
            listener.accept()[0] as accepted,
        ):
            assert accepted.proto == socket.IPPROTO_TCP


async def test_a_socket_talks_with_whom_it_admits_and_refuses_the_others() -> None:
    async def echo(connection: Any) -> None:
        async for said in connection:
            await connection.send(said)

    def admit(connection: Any, request: Any) -> Any:
        return connection.respond(403, "not here") if request.path == "/closed" else None

    server = await listening(echo, admit)
    port = server.sockets[0].getsockname()[1]
    try:
        async with connect(f"ws://127.0.0.1:{port}/open", proxy=None) as socket_:
            await socket_.send("hello")
            assert await socket_.recv() == "hello"
        with pytest.raises(InvalidStatus, match="403"):
            await connect(f"ws://127.0.0.1:{port}/closed", proxy=None)
    finally:
        server.close()
        await server.wait_closed()


async def test_every_answer_says_the_time_at_which_it_was_made() -> None:
    async with served(app("one")) as [address], httpx.AsyncClient(trust_env=False) as web:
        for _ in range(2):
            before_s = int(time.time())
            told = parsedate_to_datetime((await web.get(address)).headers["date"])
            assert before_s <= told.timestamp() <= time.time()
            time.sleep(1.1)  # noqa: ASYNC251 - nothing that turns with the loop may renew it
