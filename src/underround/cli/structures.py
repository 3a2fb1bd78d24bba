"""`underround structures`: which sets, ladders and baskets a run would watch, and why."""

import asyncio
import os

from underround.app.config import load_config
from underround.app.output import write_hung, write_json, write_line
from underround.app.pairs.file import configured_pairs
from underround.app.structures.file import configured_structures
from underround.app.structures.proposals import written
from underround.app.structures.table import structure_rows
from underround.cli.run import ConfigPath, Json, KalshiEnvironment, environment_flags


def structures(
    *, config: ConfigPath = None, kalshi_env: KalshiEnvironment = None, json: Json = False
) -> None:
    """List the structures of many markets that a run would watch, with what proves them.

    Shows as well which ways of buying them are refused, and why, and what follows from the words
    of contracts in the catalog: nothing of that is watched before a person puts it into the pairs
    file. Needs no key.
    """
    settings = load_config(config, os.environ, environment_flags(kalshi_env))
    pairs, remarks = configured_pairs(settings)
    entries, problems = configured_structures(settings)
    rows, left_out, proposed = asyncio.run(structure_rows(settings, pairs, entries))
    problems = [*remarks, *problems, *left_out]
    if json:
        write_json({"structures": rows, "problems": problems, "proposed": proposed})
        return
    for row in rows:
        write_hung(f"{row['kind']:10} {row['id']}  {row['proof']}", 8)
        for question in row["questions"]:
            write_hung(f"    {question['name']}: {', '.join(question['yes'])}", 8)
        for way, reason in row["refused"].items():
            write_hung(f"    refused {way}: {reason}", 8)
    if proposed:
        write_line("by their words alone, and not watched; read every rule before you add one:")
    for each in proposed:
        for line in written(each):
            write_line(f"    {line}")
    for problem in problems:
        write_hung(f"note: {problem}", 8)
