"""The `underround` command: registers one module a command; holds no logic of its own."""

import sys
from collections.abc import Sequence
from typing import Final

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

COMMANDS: Final = {
    "demo": ("demo:demo", "Watch true underrounds open and close on two simulated venues."),
    "run": ("run:run", "Stream both venues live and find underrounds, on paper."),
    "watch": ("watch:watch", "Watch a run from the terminal, one that goes on or a new one."),
    "executor": ("executor:app", "Trade what is signalled, in a process of its own."),
    "backtest": ("backtest:backtest", "Trade recordings on paper, latency by latency."),
    "trades": ("trades:trades", "Show trades; export, back up, restore, decide."),
    "positions": ("trades:positions", "Show what is held at each venue."),
    "pnl": ("trades:pnl", "Show realised against quoted edge."),
    "reconcile": ("reconcile:reconcile", "Compare both accounts with the journal."),
    "kill": ("switch:kill", "Stop everything that increases risk."),
    "resume": ("switch:resume", "Let trading go on."),
    "record": ("run:record", "Record both venues' books as they arrive."),
    "replay": ("replay:replay", "Run a recording again: same books, same signals, same digest."),
    "faults": ("faults:app", "Try the program out against faults of the venues."),
    "venues": ("venues:app", "Run both simulated venues alone, to develop against."),
    "markets": ("markets:markets", "List the most traded markets of each venue."),
    "pairs": ("pairs:app", "List the pairs of a pairs file and what is wrong with it."),
    "structures": ("structures:structures", "List the sets and ladders that a run would watch."),
    "match": ("match:match", "Find the markets that are the same bet, live or in files."),
    "signals": ("signals:signals", "Show what was signalled, follow it, or consume it."),
    "explain": ("explain:explain", "Show what a signal rested on, and what happened after."),
    "stats": ("stats:stats", "Show how long opportunities lasted and what ended them."),
    "audit": ("audit:app", "Check the log of all decisions, chained by hash."),
    "export": ("export:export", "Write a recording as Parquet."),
    "fees": ("fees:fees", "Work out a fee step by step, or audit fees that were charged."),
    "pipeline": ("pipeline:pipeline", "Price Bitcoin windows live, from one to the next."),
    "report": ("report:report", "Write a session as one page that prints well."),
    "calibration": ("calibration:calibration", "Score the probabilities of resolved windows."),
    "check": ("check:check", "Test connections, latency and data quality against their limits."),
    "brti": ("brti:app", "Calculate the real-time index: live, streamed, or of given books."),
    "doctor": ("doctor:doctor", "Look at everything a run rests on, and say what to do."),
    "alerts": ("alerts:app", "Try out the channels that alerts go through."),
    "config": ("config:app", "Show the configuration in force, or write a first one."),
    "fair-value": ("fair_value:price", "Price a market on the mean of the last index prints."),
}
for order, (name, (where, summary)) in enumerate(COMMANDS.items()):
    app.command(f"underround.cli.{where}", name=name, help=summary, sort_key=order)
app.register_install_completion_command(
    add_to_startup=True, help="Complete commands and flags in this shell: bash, zsh or fish."
)


def run(tokens: Sequence[str]) -> int:
    """Run one command line without the program's name and return its exit code."""
    return exit_code_of(lambda: app(tokens), lambda: app.parse_commands(tokens)[0])


def main() -> None:
    """Run the command line; exit codes are documented in the README."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
