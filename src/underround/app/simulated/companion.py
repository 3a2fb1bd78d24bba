"""A process of simulated venues beside a run: started, told apart by its addresses, ended with it.

The run differs from a live one in addresses only.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from underround.core.errors import UnderroundError

READY_WITHIN_S: Final = 30.0
ENDS_WITHIN_S: Final = 5.0


@asynccontextmanager
async def companion(module: str, words: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
    """Start `python -m module words`, give the addresses that it prints, and end it.

    UnderroundError when it does not start.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,  # Ctrl+C is ours to handle: its ledger is asked for first
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                line = await process.stdout.readline()
        except TimeoutError:
            raise UnderroundError("the simulated venues were not ready in time") from None
        if not line:
            raise UnderroundError("the simulated venues did not start; see the lines above")
        yield msgspec.json.decode(line)
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
