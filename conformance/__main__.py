"""`python -m conformance`: other people's clients read our simulated venues, unchanged.

Prints a table of what each client exercised; exits with 1 when any found anything wrong.
"""

import argparse
import sys
import time
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from conformance.environments import environment, find_python, source_of
from conformance.roster import CLIENTS, SPECIFICATIONS, Client
from conformance.trial import Outcome, try_client
from underround.core.errors import UnderroundError

SHOWN_PROBLEMS = 8
TABLE_WIDTH = 100


def main() -> int:
    """Run the clients asked for; 0 when all agree, 1 when one does not."""
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    names = [client.name for client in CLIENTS]
    parser.add_argument("--only", choices=names, action="append", help="these clients alone")
    parser.add_argument(
        "--seconds",
        type=float,
        default=18.0,
        help="of flow for each client: markets close after 9 and 16",
    )
    parser.add_argument("--seed", type=int, default=7, help="the world and its history")
    parser.add_argument("--folder", type=Path, default=Path(".conformance"), help="environments")
    parser.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    options = parser.parse_args()
    print(f"seed {options.seed}", file=sys.stderr)
    outcomes = []
    for client in CLIENTS:
        if options.only is None or client.name in options.only:
            print(f"{client.name}: {client.shows}", file=sys.stderr)
            started = time.perf_counter()
            outcome = _tried(client, options)
            outcome.seconds = round(time.perf_counter() - started, 1)
            outcomes.append(outcome)
    is_good = not any(outcome.problems for outcome in outcomes)
    if options.json:
        print(msgspec.json.encode({"ok": is_good, "clients": outcomes}).decode())
    else:
        _show(outcomes)
    return 0 if is_good else 1


def _tried(client: Client, options: argparse.Namespace) -> Outcome:
    outcome = Outcome(client=client.name)
    python = find_python(client.at_least, client.below)
    if python is None:
        outcome.skipped = "no Python {}.{} or newer here".format(*client.at_least)
        return outcome
    folder = options.folder.resolve()
    try:
        own = environment(folder / client.script.removesuffix(".py"), python, client.requirements)
        log = folder / client.script.replace(".py", ".log")
        specifications = None
        if client.needs_specifications:
            specifications = source_of(SPECIFICATIONS, _modern(python), folder) / "specs"
        return try_client(client, own, options.seed, options.seconds, specifications, log)
    except UnderroundError as fault:
        outcome.problems = [str(fault)]
        return outcome


def _modern(python: Path) -> Path:
    """Return a Python that may build the distribution's description, where there is one."""
    return find_python((3, 12), (3, 14)) or python


def _show(outcomes: list[Outcome]) -> None:
    table = Table("client", "calls", "messages", "books", "equal", "seconds", "result")
    for outcome in outcomes:
        result = "ok" if not outcome.problems else f"{len(outcome.problems)} problems"
        table.add_row(
            outcome.client,
            f"{sum(outcome.calls.values())} of {len(outcome.calls)} kinds",
            f"{sum(outcome.messages.values())} of {len(outcome.messages)} kinds",
            str(outcome.books or "-"),
            str(outcome.books_equal if outcome.books else "-"),
            f"{outcome.seconds:.0f}",
            f"skipped: {outcome.skipped}" if outcome.skipped else result,
        )
    Console(width=TABLE_WIDTH).print(table)
    for outcome in outcomes:
        done = outcome.calls | outcome.messages
        print(f"{outcome.client}: {', '.join(f'{name} ×{count}' for name, count in done.items())}")
    for outcome in outcomes:
        for problem in outcome.problems[:SHOWN_PROBLEMS]:
            print(f"{outcome.client}: {problem}")
        if len(outcome.problems) > SHOWN_PROBLEMS:
            print(f"{outcome.client}: and {len(outcome.problems) - SHOWN_PROBLEMS} more")


if __name__ == "__main__":
    sys.exit(main())
