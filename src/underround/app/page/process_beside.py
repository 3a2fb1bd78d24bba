"""An answer made by a process beside this one, at the lowest priority: what is live never waits.

Starts a module of this program and nothing else; what it writes to stdout is the answer.
"""

import asyncio
import os
import sys
from typing import Final

from underround.core.errors import UnderroundError

PATIENCE_S: Final = 120.0
LOWEST_PRIORITY: Final = 19


async def answer_of(module: str, *arguments: str, instead: str) -> bytes:
    """Run a module with arguments and return what it wrote.

    UnderroundError with its last line when it failed, or when it took too long; `instead` says
    what a person may do then.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_step_back if sys.platform != "win32" else None,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, err = await process.communicate()
    except TimeoutError:
        raise UnderroundError(f"it took more than {PATIENCE_S:.0f} s; {instead}") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        lines = err.decode("utf-8", errors="replace").strip().splitlines()
        raise UnderroundError(lines[-1] if lines else "the recording could not be read")
    return out


def _step_back() -> None:
    os.nice(LOWEST_PRIORITY)
