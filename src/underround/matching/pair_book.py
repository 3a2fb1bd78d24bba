"""The pairs file that the engine reads, written from what was approved.

Writes whole files through a temporary one, so that a reader never sees half; judges nothing.
"""

import json
import os
import re
from collections.abc import Container, Iterable
from itertools import count
from pathlib import Path
from typing import Final

from msgspec import Struct

from underround.matching.listing import Listing
from underround.matching.verdict import LEFT_OVER, Decision, Verdict
from underround.matching.wording import folded

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_LONGEST_ID = 60
_MAY_BE_LEFT_OUT: Final = frozenset({"grade", "residual", "approved_by"})


class BookEntry(Struct, frozen=True, kw_only=True):
    """One `[[pair]]` of the file; "" is not written."""

    id: str
    polymarket: str
    kalshi: str
    polarity: str
    note: str = ""
    grade: str = ""
    residual: str = ""
    approved_by: str = ""


def graded(decision: Decision, reason: str) -> tuple[str, str]:
    """Return (grade, residual) of an approved pair, by what the guards said of it.

    What they could not pass, and a person accepted all the same, is left over too.
    """
    left_over = reason.partition(LEFT_OVER)[2] if decision is Decision.ACCEPT else reason
    if left_over:
        return "equivalent", left_over
    return ("identical", "") if decision is Decision.ACCEPT else ("", "")


def entry_id(kalshi: str, polarity: str) -> str:
    """Return the id of an approved pair: the ticker in lower case, marked where it is inverse."""
    name = _NOT_PLAIN.sub("-", kalshi.lower()).strip("-")[:_LONGEST_ID]
    return name if polarity == "same" else f"{name}-inverse"


def free_id(name: str, taken: Container[str]) -> str:
    """Return `name`, numbered from 2 on where it is taken."""
    tried = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(each for each in tried if each not in taken)


def polarity_of(side: Listing) -> str:
    """Return "inverse" where the Polymarket side bought is the market's second outcome.

    Where the order of the outcomes is not known, Yes, Over and Up are first, and of two named
    sides the one the title names first.
    """
    if side.outcome in side.outcomes:
        return "inverse" if side.outcomes.index(side.outcome) else "same"
    outcome = folded(side.outcome)
    if outcome in ("no", "under", "down"):
        return "inverse"
    if outcome in ("yes", "over", "up"):
        return "same"
    title = folded(side.title)
    at = title.find(outcome)
    between = re.search(r"\s(?:vs\.?|v\.?|at|@)\s", title)
    return "inverse" if between and at > between.start() else "same"


def entries_of(verdicts: Iterable[Verdict]) -> list[BookEntry]:
    """Return the entries of accepted verdicts, one a pair of markets, in their order.

    Two verdicts on the two sides of one Polymarket market are two Kalshi markets, so two entries.
    """
    entries: dict[tuple[str, str], BookEntry] = {}
    taken: set[str] = set()
    for verdict in verdicts:
        if verdict.decision is not Decision.ACCEPT:
            continue
        side, market = verdict.polymarket, verdict.kalshi
        polarity = polarity_of(side)
        if (side.id, market.id) in entries:
            continue
        name = free_id(entry_id(market.id, polarity), taken)
        taken.add(name)
        grade, left_over = graded(verdict.decision, verdict.reason)
        entries[side.id, market.id] = BookEntry(
            id=name,
            polymarket=side.id,
            kalshi=market.id,
            polarity=polarity,
            note="; ".join((f"{side.title} [{side.outcome}]", *map(str, verdict.residual))),
            grade=grade,
            residual=left_over,
            approved_by="guards",
        )
    return list(entries.values())


def render(entries: Iterable[BookEntry]) -> str:
    """Return the text of a pairs file."""
    blocks = ["# Written by `underround`; every pair here was approved.\n"]
    for entry in entries:
        lines = ["[[pair]]"]
        for name in BookEntry.__struct_fields__:
            if name in _MAY_BE_LEFT_OUT and not getattr(entry, name):
                continue
            # A JSON string is a TOML basic string once DEL is escaped.
            quoted = json.dumps(getattr(entry, name), ensure_ascii=False)
            quoted = quoted.replace("\x7f", "\\u007f")
            lines.append(f"{name} = {quoted}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def replace_file(path: Path, text: str) -> None:
    """Put `text` in the place of the file at once, synced; readers see the old or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
