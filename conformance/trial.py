"""One client against venues of its own: starts both, lets the flow run, compares the books.

Talks to the client's script by lines and to the venues by their control port; imports nothing
of the simulation.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final

import httpx
from msgspec import Struct

from conformance.roster import Client
from underround.core.errors import UnderroundError

_SCRIPTS: Final = Path(__file__).parent / "clients"
_PATIENCE_S: Final = 90.0
_SETTLE_S: Final = 1.5
Books = dict[str, dict[str, list[tuple[int, int]]]]


class TrialError(UnderroundError):
    """The venues or a client's script did not come up; the message is one line."""


class Outcome(Struct, kw_only=True):
    """What one client did, by name and how often, and everything that was wrong."""

    client: str
    calls: dict[str, int] = {}
    messages: dict[str, int] = {}
    books: int = 0
    books_equal: int = 0
    seconds: float = 0.0
    skipped: str = ""
    problems: list[str] = []


def try_client(
    client: Client,
    python: Path,
    seed: int,
    flow_s: float,
    specifications: Path | None,
    log: Path | None = None,
) -> Outcome:
    """Run one client's script against fresh venues for `flow_s` of flow; TrialError in one line.

    What the client itself logs goes to `log`.
    """
    with _venues(seed) as addresses, _script(client, python, log) as script:
        ledger = _ledger(addresses)
        tokens = sorted(ledger["books"]["polymarket"])
        extra = {"tokens": tokens, "specifications": str(specifications or "")}
        _say(script, json.dumps(addresses | extra))
        first = _hear(script, client)
        if "report" not in first:
            _post(addresses, "start")
            time.sleep(flow_s)
            _post(addresses, "quiesce")
            time.sleep(_SETTLE_S)
            _say(script, "stop")
            first = _hear(script, client)
        report = first["report"]
        truth = _ledger(addresses)["books"][client.venue]
    return _outcome(client, report, truth)


def _outcome(client: Client, report: dict[str, Any], truth: Any) -> Outcome:
    outcome = Outcome(
        client=client.name,
        calls=dict(report["calls"]),
        messages=dict(report["messages"]),
        problems=list(report["problems"]),
    )
    if client.has_books:
        told, expected = _in_integers(report["books"]), _as_tuples(truth)
        if client.needs_both_sides:
            expected = {name: book for name, book in expected.items() if all(book.values())}
        outcome.books = len(expected)
        wrong = [name for name in expected if told.get(name) != expected[name]]
        outcome.books_equal = len(expected) - len(wrong)
        outcome.problems += [_difference(name, told.get(name), expected[name]) for name in wrong]
    return outcome


def _in_integers(books: dict[str, dict[str, list[list[str]]]]) -> Books:
    """Return told books as integers, best level first."""
    return {
        name: {
            side: sorted(
                (
                    (int(Decimal(price) * 10_000), int(Decimal(size) * 1_000_000))
                    for price, size in levels
                ),
                reverse=side == "bids",
            )
            for side, levels in sides.items()
        }
        for name, sides in books.items()
    }


def _as_tuples(books: dict[str, dict[str, list[list[int]]]]) -> Books:
    return {
        name: {side: [(price, size) for price, size in levels] for side, levels in sides.items()}
        for name, sides in books.items()
    }


def _difference(name: str, told: Any, expected: Any) -> str:
    if told is None:
        return f"book of {name}: none told"
    parts = [
        f"{side} {told[side][:3]} not {expected[side][:3]}"
        for side in ("bids", "asks")
        if told[side] != expected[side]
    ]
    return f"book of {name}: {'; '.join(parts)}"


@contextlib.contextmanager
def _venues(seed: int) -> Iterator[dict[str, Any]]:
    """Run the simulated venues as a process of its own until the block ends."""
    command = [sys.executable, "-m", "underround.simulation", "--seed", str(seed)]
    with _process(command) as venues:
        assert venues.stdout is not None
        line = venues.stdout.readline()
        if not line:
            raise TrialError("the simulated venues ended before they said where they are")
        yield json.loads(line)


@contextlib.contextmanager
def _script(client: Client, python: Path, log: Path | None) -> Iterator["subprocess.Popen[str]"]:
    command = [str(python), "-I", "-c", _START, str(_SCRIPTS), client.script]
    with Path(log or os.devnull).open("w") as errors, _process(command, errors) as script:
        yield script


_START: Final = (
    "import runpy, sys; folder, name = sys.argv[1:]; sys.path.insert(0, folder); "
    "runpy.run_path(f'{folder}/{name}', run_name='__main__')"
)


@contextlib.contextmanager
def _process(
    command: list[str], errors: IO[str] | None = None
) -> Iterator["subprocess.Popen[str]"]:
    """Start a process with pipes and end it for sure, by its own handle."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        bufsize=1,
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _say(script: "subprocess.Popen[str]", line: str) -> None:
    assert script.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # that it has ended is told when it is to answer
        script.stdin.write(line + "\n")
        script.stdin.flush()


def _hear(script: "subprocess.Popen[str]", client: Client) -> dict[str, Any]:
    """Read the script's next message; lines that are none (a client's own) are passed over."""
    assert script.stdout is not None
    for line in script.stdout:
        with contextlib.suppress(ValueError):
            message = json.loads(line)
            if isinstance(message, dict) and ("ready" in message or "report" in message):
                return message
    raise TrialError(f"{client.name}: its script ended without a report")


def _post(addresses: dict[str, Any], what: str) -> None:
    httpx.post(f"{addresses['control']}/{what}", timeout=_PATIENCE_S).raise_for_status()


def _ledger(addresses: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.get(f"{addresses['control']}/ledger", timeout=_PATIENCE_S)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found
