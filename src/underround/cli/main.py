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

app.command("underround.cli.fees:fees", name="fees")
app.command("underround.cli.replay:replay", name="replay")


def run(tokens: Sequence[str]) -> int:
    """Run one command line without the program's name and return its exit code."""
    return exit_code_of(lambda: app(tokens))


def main() -> None:
    """Run the command line; exit codes are documented in the README."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
