"""The `underround` command: registers one module a command; holds no logic of its own."""

import sys
from collections.abc import Sequence

from cyclopts import App

import underround
from underround.cli.errors import exit_code_of

app = App(
    name="underround",
    version=underround.__version__,
    help="Find underrounds across Polymarket and Kalshi the moment they open.",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)

app.command(
    "underround.cli.demo:demo",
    name="demo",
    help="Watch true underrounds open and close on two simulated venues.",
)
app.command(
    "underround.cli.run:run",
    name="run",
    help="Stream both venues live and find underrounds, on paper.",
)
app.command(
    "underround.cli.run:record", name="record", help="Record both venues' books as they arrive."
)
app.command(
    "underround.cli.replay:replay",
    name="replay",
    help="Run a recording again: same books, same signals, same digest.",
)
app.command(
    "underround.cli.markets:markets",
    name="markets",
    help="List the most traded markets of each venue.",
)
app.command("underround.cli.pairs:app", name="pairs")


def run(tokens: Sequence[str]) -> int:
    """Run one command line without the program's name and return its exit code."""
    return exit_code_of(lambda: app(tokens))


def main() -> None:
    """Run the command line; exit codes are documented in the README."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
