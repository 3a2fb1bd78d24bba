"""Serves the page of a run in the same process: socket, server, stream, until the block ends.

Leaves signals alone: whoever owns the process decides when it ends. What goes wrong here is
logged and ends the page, never the run.
"""

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Generator
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from underround.app.clock import wall_ns
from underround.app.page.face import FaceOptions
from underround.app.page.pair_desk import PairDesk
from underround.app.page.past_sessions import PastSessions
from underround.app.page.run_sight import RunSight, sight_of
from underround.app.page.stages import Stage
from underround.app.page.topics import BookRows, topics_of
from underround.app.page.trading import trading_topic
from underround.app.page.view import PageView, TableTopic
from underround.app.wiring import Running
from underround.core.errors import ConfigError
from underround.core.units import NS_PER_SECOND
from underround.web.actions import Actions
from underround.web.answers import login_page
from underround.web.application import Page, application
from underround.web.guard import Guard, is_loopback
from underround.web.stream import Broadcast

_log = logging.getLogger("underround")

ASKS_WITHIN_S: Final = 10
MOST_CONNECTIONS: Final = 400


class _Impatient(H11Protocol):
    """A connection that is closed when it asks for nothing: it would hold a place for ever."""

    # What is served here is always a socket.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(
            ASKS_WITHIN_S, self.timeout_keep_alive_handler
        )


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Install no signal handler."""
        yield


@contextlib.asynccontextmanager
async def page(run: Running, options: FaceOptions) -> AsyncIterator[str]:
    """Serve the page of a run; gives the line that tells a person where.

    Raises ConfigError when the address cannot be listened on.
    """
    listener = listen(options.host, options.port)
    token = options.token or secrets.token_urlsafe(24)
    async with contextlib.AsyncExitStack() as stack:
        sight = options.sight
        if sight is None:
            sight = await stack.enter_async_context(sight_of(run, options.kind))
        books = TableTopic("books", BookRows(sight))
        view = PageView(
            run.clock_ns, [*topics_of(sight), trading_topic(run), *options.topics, books]
        )
        broadcast = Broadcast(_Timed(sight, view), view.whole, sight.face)
        recorder = run.recorder
        past = PastSessions(options.recordings, None if recorder is None else recorder.directory)
        actions = Actions(sight, PairDesk(options.catalog, wall_ns), past)
        routes = application(Page(sight, broadcast, actions, token, options.past))
        guarded = Guard(routes, login_page(), token, options.host, options.names)
        async with _served(guarded, broadcast, listener):
            yield where(listener, options.host, token)


class _Timed:
    """Makes updates of a view and keeps how long each took."""

    def __init__(self, sight: RunSight, view: PageView) -> None:
        self._durations = sight.probe.stages[Stage.PAGE]
        self._view = view

    def __call__(self) -> bytes | None:
        """Make one update."""
        loop = asyncio.get_running_loop()
        started_s = loop.time()
        update = self._view.update()
        self._durations.add(round((loop.time() - started_s) * NS_PER_SECOND))
        return update


def listen(host: str, port: int) -> socket.socket:
    """Bind a listening socket; ConfigError, one line, when it cannot be had."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(64)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(
            f"the page cannot be served at {host}:{port}: {reason};"
            " choose another with --web-host and --web-port"
        ) from None
    return listener


def where(listener: socket.socket, host: str, token: str) -> str:
    """Return where the page is found; what follows the # never leaves the browser."""
    port = listener.getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    if is_loopback(host):
        return f"http://{shown}:{port}/#token={token}"
    return f"http://{shown}:{port}/ (token: {token})"


@contextlib.asynccontextmanager
async def _served(
    app: ASGIApp, broadcast: Broadcast, listener: socket.socket
) -> AsyncIterator[None]:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        http=_Impatient,
        ws="none",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=16 << 10,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=ASKS_WITHIN_S,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener])),
        asyncio.create_task(broadcast.run()),
    ]
    for task in tasks:
        task.add_done_callback(_ended)
    try:
        while not server.started and not tasks[0].done():  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.005)
        yield
    finally:
        broadcast.end()
        server.should_exit = True
        await asyncio.gather(tasks[0], return_exceptions=True)
        tasks[1].cancel()
        await asyncio.gather(tasks[1], return_exceptions=True)
        listener.close()


def _ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        _log.error("the page has ended by a fault of its own: %r", fault)
