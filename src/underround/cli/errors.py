"""The one place where errors become an exit code and one line on stderr.

Nothing here decides what an error means beyond its type; it never writes to stdout, and a
traceback is shown only when UNDERROUND_DEBUG is set.
"""

import errno
import os
import re
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum

from cyclopts import CycloptsError

from underround.core.errors import ConfigError, RiskHaltError, UnderroundError, VenueError


class ExitCode(IntEnum):
    """What a command's end means to whoever started it."""

    OK = 0
    FAILED = 1
    USAGE = 2
    CONFIG = 3
    VENUE = 4
    RISK_HALT = 5
    INTERRUPTED = 130


NO_NETWORK = " (`underround demo` needs no network)"
Words = tuple[str, ...]
_PATH = re.compile(r"[(\[]?PosixPath\('([^']*)'\)(?:,?[)\]])?")
"""A path as Python writes it, alone or the only one of a row."""

CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (CycloptsError, ExitCode.USAGE),
    (ConfigError, ExitCode.CONFIG),
    (VenueError, ExitCode.VENUE),
    (RiskHaltError, ExitCode.RISK_HALT),
    (KeyboardInterrupt, ExitCode.INTERRUPTED),
)


def exit_code_of(command: Callable[[], object], chain: Callable[[], Words] = tuple) -> int:
    """Run a command and return its exit code, writing `error: …` to stderr when it fails.

    A command that returns an int chooses the code itself; any other result is success. `chain` says
    by which words the command was called, for a usage error that does not know.
    """
    try:
        result = command()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output left (`| head`): nobody is there to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last catch there is
        if os.environ.get("UNDERROUND_DEBUG", "0") not in {"", "0"}:
            traceback.print_exc()
        culprit = _culprit(error)
        if isinstance(culprit, CycloptsError) and culprit.command_chain is None:
            culprit.command_chain = tuple(chain())
        if not isinstance(culprit, KeyboardInterrupt):
            print(f"error: {one_line(culprit)}", file=sys.stderr)
        return _code(culprit)
    return result if isinstance(result, int) else ExitCode.OK


def one_line(error: BaseException) -> str:
    """Say in one line what went wrong and, where it is known, what to do."""
    text = " ".join(str(error).split())
    match error:
        case VenueError(retryable=True):
            return f"{text}; try again in a while, or look with `underround doctor`{NO_NETWORK}"
        case UnderroundError():
            return text
        case CycloptsError(command_chain=chain):
            words = " ".join(["underround", *(chain or ()), "--help"])
            text = _PATH.sub(r"\1", text)
            return f"{text.rstrip('.')} (see `{words}`)"
        case OSError(errno=errno.EADDRINUSE):
            return f"{_without_number(text)}; stop the other program or choose another port"
        case OSError(strerror=str(reason), filename=str(name)):
            return f"{name}: {reason.lower()}"
        case OSError() if text:
            return _without_number(text)
        case _:
            return (
                f"unexpected {type(error).__name__}: {text}"
                " (a fault of this program; UNDERROUND_DEBUG=1 shows where)"
            )


def _code(error: BaseException) -> ExitCode:
    return next((code for kind, code in CODES if isinstance(error, kind)), ExitCode.FAILED)


def _culprit(error: BaseException) -> BaseException:
    """Return the error that explains the end: inside a group, the first that has a code."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    inside = [_culprit(each) for each in error.exceptions]
    return next((each for each in inside if _code(each) is not ExitCode.FAILED), inside[0])


def _without_number(text: str) -> str:
    return text.partition("] ")[2] if text.startswith("[Errno ") else text
