"""`underround pairs`: what the pairs file holds, and what is wrong with it."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from underround.app.config import load_config
from underround.app.output import write_hung, write_json
from underround.app.pairs.check import checked_pairs
from underround.app.pairs.file import load_pairs
from underround.app.stopping import run_until_done
from underround.cli.run import ConfigPath, Json

INDENT = 4
app = App(name="pairs", help="The pairs of markets that are compared.")
app.command(
    "underround.cli.pairs_review:review",
    name="review",
    help="Read the pairs that wait for a person, side by side, and answer.",
)
app.command(
    "underround.cli.pairs_review:verify",
    name="verify",
    help="Check the approved pairs again against today's rules.",
)


@app.command
def check(
    file: Annotated[Path | None, Parameter(help="the pairs file")] = None,
    /,
    *,
    config: ConfigPath = None,
    json: Json = False,
) -> int:
    """Ask both venues for the markets of a pairs file, and name everything that is wrong.

    Unknown and closed markets, the same two markets twice in other words, both polarities of one
    pair, terms that differ without approval. Exits with 1 when an entry has to be left out.
    """
    flags = {} if file is None else {"pairs": str(file)}
    found = run_until_done(checked_pairs(load_config(config, os.environ, flags)))
    if json:
        write_json(msgspec.to_builtins(found))
    else:
        for pair in found.pairs:
            grade = "terms not stated" if pair.terms is None else pair.terms.grade or "not graded"
            write_hung(f"{pair.id:28} {pair.polarity:8} {pair.kalshi:36} {grade}", INDENT)
        for problem in found.problems:
            write_hung(f"left out: {problem}", INDENT)
    return 1 if found.problems else 0


@app.default
def pairs(
    file: Annotated[Path | None, Parameter(help="the pairs file")] = None,
    /,
    *,
    config: ConfigPath = None,
    json: Json = False,
) -> int:
    """List the pairs of a pairs file, and name every entry that cannot be used.

    Exits with 1 when an entry has to be left out.
    """
    path = file if file is not None else Path(load_config(config, os.environ).pairs)
    entries, problems = load_pairs(path)
    if json:
        write_json(
            {
                "file": str(path),
                "pairs": [msgspec.to_builtins(entry) for entry in entries],
                "problems": [str(problem) for problem in problems],
            }
        )
    else:
        for entry in entries:
            write_hung(
                f"{entry.id:28} {entry.polarity:8} {entry.kalshi:36} {entry.polymarket}", INDENT
            )
        for problem in problems:
            write_hung(f"left out: {problem}", INDENT)
    return 1 if problems else 0
