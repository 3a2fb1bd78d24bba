"""Every way a command can end gives its exit code and, on stderr, one line and no traceback."""

import asyncio
import errno
import os
import socket
import subprocess
import sys

import pytest
from cyclopts import App

from underround.cli.errors import exit_code_of
from underround.cli.main import run
from underround.core.errors import ConfigError, RiskHaltError, UnderroundError, VenueError

FAULT = "(a fault of this program; UNDERROUND_DEBUG=1 shows where)"
MISSING = FileNotFoundError(errno.ENOENT, "No such file or directory", "a.jsonl")
ENDS = [
    (ConfigError("pairs.toml: no such file"), 3, "error: pairs.toml: no such file\n"),
    (VenueError("kalshi", "401, wrong key", retryable=False), 4, "error: kalshi: 401, wrong key\n"),
    (
        VenueError("kalshi", "GET /x failed: no network", retryable=True),
        4,
        "error: kalshi: GET /x failed: no network; try again in a while, or look with "
        "`underround doctor` (`underround demo` needs no network)\n",
    ),
    (RiskHaltError("daily loss $50 reached"), 5, "error: daily loss $50 reached\n"),
    (UnderroundError("the recording is empty"), 1, "error: the recording is empty\n"),
    (KeyError("book"), 1, f"error: unexpected KeyError: 'book' {FAULT}\n"),
    (ValueError("two\nlines"), 1, f"error: unexpected ValueError: two lines {FAULT}\n"),
    (MISSING, 1, "error: a.jsonl: no such file or directory\n"),
    (OSError("the disk went away"), 1, "error: the disk went away\n"),
    (KeyboardInterrupt(), 130, ""),
    (ExceptionGroup("tasks", [OSError("late"), ConfigError("first")]), 3, "error: first\n"),
    (ExceptionGroup("tasks", [ExceptionGroup("", [OSError("only")])]), 1, "error: only\n"),
]


@pytest.fixture(autouse=True)
def _without_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UNDERROUND_DEBUG", raising=False)


def raiser(error: BaseException):
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(("error", "code", "line"), ENDS, ids=lambda case: repr(case)[:40])
def test_error_becomes_a_code_and_a_line(error, code, line, capsys) -> None:
    assert exit_code_of(raiser(error)) == code
    assert capsys.readouterr() == ("", line)


@pytest.mark.parametrize(("result", "code"), [(None, 0), ({"found": 5}, 0), (0, 0), (4, 4)])
def test_result_becomes_a_code(result, code, capsys) -> None:
    assert exit_code_of(lambda: result) == code
    assert capsys.readouterr() == ("", "")


def test_debug_shows_the_traceback(monkeypatch, capsys) -> None:
    monkeypatch.setenv("UNDERROUND_DEBUG", "1")
    assert exit_code_of(raiser(KeyError("book"))) == 1
    out, err = capsys.readouterr()
    assert (out, err.startswith("Traceback"), "raise error" in err) == ("", True, True)
    assert err.endswith(f"\nerror: unexpected KeyError: 'book' {FAULT}\n")


def test_port_in_use_says_what_to_do(capsys) -> None:
    async def serve_twice(port: int) -> None:
        await asyncio.start_server(lambda *_: None, "127.0.0.1", port)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert exit_code_of(lambda: asyncio.run(serve_twice(port))) == 1
    err = capsys.readouterr().err
    assert (err.count("\n"), f"127.0.0.1', {port}" in err) == (1, True)
    assert err.endswith("already in use; stop the other program or choose another port\n")


USAGE = [
    ("dmo", 'Unknown command "dmo". Did you mean "demo"?', "underround --help"),
    ("demo --secnds 3", "Unknown option: --secnds", "underround demo --help"),
    ("demo --seconds soon", 'unable to convert "soon" into int', "underround demo --help"),
]


@pytest.mark.parametrize(("line", "what", "where"), USAGE)
def test_wrong_usage_is_one_line_and_2(line, what, where, capsys) -> None:
    app = App(name="underround", exit_on_error=False, print_error=False)

    @app.command
    def demo(*, seconds: int = 0) -> None:
        raise AssertionError(seconds)

    assert exit_code_of(lambda: app(line)) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err.startswith("error: ")) == ("", 1, True)
    assert what in err
    assert f"(see `{where}`)" in err


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("brti stream -1", "-1 s is not between 0 and a day (see `underround brti stream --help`)"),
        (
            "calibration /none",
            'Invalid value "/none" for FILES. "/none" does not exist'
            " (see `underround calibration --help`)",
        ),
    ],
)
def test_a_command_s_own_refusal_names_its_help_and_plain_paths(line, error, capsys) -> None:
    assert run(line.split()) == 2
    assert capsys.readouterr() == ("", f"error: {error}\n")


def test_reader_that_leaves_is_no_crash() -> None:
    script = "from underround.cli.errors import exit_code_of as end"
    script += "; raise SystemExit(end(lambda: print('x' * 10**6)))"
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        command = [sys.executable, "-c", script]
        result = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True)
    assert (result.returncode, result.stderr) == (1, "")
