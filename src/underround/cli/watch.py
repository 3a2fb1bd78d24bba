"""`underround watch`: the page in a terminal, of a run that goes on or of one started with it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

from cyclopts import Parameter

from underround.app.page.client import PageClient, page_address
from underround.cli.errors import ExitCode
from underround.core.errors import ConfigError, UnderroundError, UnusableError, VenueError

READY_WITHIN_S: Final = 60.0
ENDS_WITHIN_S: Final = 10.0


def watch(
    address: Annotated[
        str | None, Parameter(help="what `run --web` printed, or its port; else a run is started")
    ] = None,
    /,
    *,
    demo: Annotated[bool, Parameter(negative=(), help="start the demo instead of a run")] = False,
) -> None:
    """Watch a run from the terminal: opportunities, markets, feeds, and the way to stop.

    Attaches to a page that is served already; without an address a run (or the demo) is started
    and ends with the terminal. Keys are at the foot.
    """
    try:
        import textual  # noqa: F401 - an extra
    except ImportError:
        raise UnusableError("this needs textual: pip install 'underround[terminal]'") from None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UnderroundError(
            "this needs a terminal; else there is the page of `underround run --web`"
        )
    asyncio.run(_watch(address, "demo" if demo else "run"))


async def _watch(address: str | None, kind: str) -> None:
    from underround.cli.terminal import Terminal

    if address is not None:
        await Terminal(PageClient(*page_address(address))).run_async()
        return
    async with started(kind) as where:
        await Terminal(PageClient(*page_address(where))).run_async()


@asynccontextmanager
async def started(kind: str) -> AsyncIterator[str]:
    """Start a run with a page of its own, give where the page is, and end both.

    UnderroundError with the run's own last line, and of its kind, when it does not start.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "underround.cli.main",
        kind,
        "--web",
        "--json",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    last = ""
    drain: asyncio.Task[bytes] | None = None
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            while line := (await process.stderr.readline()).decode("utf-8", errors="replace"):
                last = line.strip()
                if last.startswith("page: "):
                    break
            else:
                raise _ended(await process.wait(), last.removeprefix("error: "))
        drain = asyncio.create_task(process.stderr.read())
        yield last.removeprefix("page: ")
    except TimeoutError:
        raise UnderroundError("the run was not ready in time") from None
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
        if drain is not None:
            await asyncio.gather(drain, return_exceptions=True)


def _ended(code: int, said: str) -> UnderroundError:
    """Return the error that a run which ended at once ended with, so that the code is its own."""
    text = said or "the run did not start"
    match code:
        case ExitCode.VENUE:
            venue, _, what = text.partition(": ")
            return VenueError(venue, what, retryable=False)
        case ExitCode.CONFIG | ExitCode.USAGE:
            return ConfigError(text)
    return UnderroundError(text)
