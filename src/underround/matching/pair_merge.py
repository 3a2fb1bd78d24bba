"""The operator's pairs file brought up to date without touching what a person wrote.

Works on the file's text: every entry that is kept stays as it stands, comments and all. Entries
that the catalog approves are added; of those that it suspended or a person refused, its own are
taken out and a person's are made comments.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from underround.core.errors import ConfigError
from underround.core.instrument import Venue
from underround.matching.pair_book import BookEntry, entries_of, free_id, render, replace_file
from underround.matching.pair_states import PairState
from underround.matching.review import GUARDS, ReviewDesk, ReviewPair
from underround.matching.verdict import Verdict

_ENTRY: Final = re.compile(r"^\[\[\s*pair\s*\]\]", re.MULTILINE)


class Merged(Struct, frozen=True):
    """What became of the file: ids that were added and taken out, and how many entries stayed."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: int


class Place(Enum):
    """Whether a pair belongs into the file; UNDECIDED adds nothing and takes nothing away."""

    IN = "in"
    OUT = "out"
    UNDECIDED = "undecided"


class Known(Struct, frozen=True):
    """A pair of the catalog's as an entry, and its place.

    `names` are all by which people may write its Polymarket market: condition id, slug.
    """

    entry: BookEntry
    names: frozenset[str]
    place: Place


def wanted(verdicts: Sequence[Verdict]) -> list[Known]:
    """Return accepted verdicts as pairs that belong into the file, whatever a catalog says."""
    slugs = {verdict.polymarket.id: verdict.polymarket.slug for verdict in verdicts}
    return [
        Known(entry, frozenset({entry.polymarket, slugs[entry.polymarket]} - {""}), Place.IN)
        for entry in entries_of(verdicts)
    ]


def places(desk: ReviewDesk) -> list[Known]:
    """Return the place of every pair of the catalog, as its state and its markets' listing say.

    Approved and listed on both venues: in. Suspended, refused by a person, or at an end: out.
    """
    found = []
    for pair in desk.pairs():
        market = desk.catalog.market(Venue.POLYMARKET, pair.polymarket)
        names = {pair.polymarket, "" if market is None else market.slug} - {""}
        found.append(Known(desk.entry(pair), frozenset(names), _place(desk, pair)))
    return found


def _place(desk: ReviewDesk, pair: ReviewPair) -> Place:
    is_listed = desk.catalog.is_listed(Venue.POLYMARKET, pair.polymarket) and (
        desk.catalog.is_listed(Venue.KALSHI, pair.kalshi)
    )
    match pair.state:
        case PairState.APPROVED:
            return Place.IN if is_listed else Place.OUT
        case PairState.SUSPENDED:
            return Place.OUT
        case PairState.REFUSED:
            answers = [each for each in desk.history(pair.id) if not each.undone]
            is_guards = bool(answers) and answers[-1].who == GUARDS
            return Place.UNDECIDED if is_guards else Place.OUT
        case _:
            return Place.UNDECIDED


def merge_pair_file(path: Path, known: Iterable[Known]) -> Merged:
    """Write what is wanted into the file; ConfigError, one line, when it is not a pairs file.

    An entry is the catalog's when it names the same ticker and the same market; every other one is
    a person's and is left alone, and where it names the same ticker nothing is added beside it.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    head, blocks = _blocks(text, str(path))
    by_ticker: dict[str, list[Known]] = {}
    for each in known:
        by_ticker.setdefault(each.entry.kalshi, []).append(each)
    kept: list[str] = []
    removed: list[str] = []
    taken: set[str] = set()
    held: set[str] = set()
    for table, block in blocks:
        ticker, reference = table.get("kalshi"), table.get("polymarket")
        mine = [each for each in by_ticker.get(str(ticker), ()) if reference in each.names]
        if mine and all(each.place is Place.OUT for each in mine):
            removed.append(str(table.get("id", ticker)))
            if not any(_is_ours(table, each.entry) for each in mine):
                kept.append(_as_comment(block))
            continue
        kept.append(block)
        taken.add(str(table.get("id")))
        held.add(str(ticker))
    fresh: list[BookEntry] = []
    for each in (each for listed in by_ticker.values() for each in listed):
        if each.place is Place.IN and each.entry.kalshi not in held:
            entry = replace(each.entry, id=free_id(each.entry.id, taken))
            taken.add(entry.id)
            fresh.append(entry)
    if fresh or removed or not path.exists():
        replace_file(path, _written(head, kept, fresh))
    return Merged(tuple(entry.id for entry in fresh), tuple(removed), len(held))


def _blocks(text: str, origin: str) -> tuple[str, list[tuple[Mapping[str, Any], str]]]:
    """Return what stands before the first entry, and every entry read and as written."""
    try:
        tables = tomllib.loads(text).get("pair", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin}: not TOML, left as it is: {error}") from None
    starts = [match.start() for match in _ENTRY.finditer(text)]
    if not isinstance(tables, list) or len(starts) != len(tables):
        raise ConfigError(f"{origin}: entries are not all written under [[pair]]; left as it is")
    if not starts:
        return text, []
    ends = [*starts[1:], len(text)]
    blocks = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    return text[: starts[0]], list(zip(tables, blocks, strict=True))


def _is_ours(table: Mapping[str, Any], entry: BookEntry) -> bool:
    """Tell an entry that was written from the catalog from one that a person wrote or changed."""
    return all(table.get(name) == getattr(entry, name) for name in ("polymarket", "note"))


def _as_comment(block: str) -> str:
    lines = [
        line if not line or line.startswith("#") else f"# {line}" for line in block.split("\n")
    ]
    return "# Out: the catalog holds this pair refused or suspended.\n" + "\n".join(lines)


def _written(head: str, kept: Sequence[str], fresh: Sequence[BookEntry]) -> str:
    if not kept and not head.strip():
        return render(fresh)
    first, *entries = render(fresh).split("\n[[pair]]")
    del first  # the line that says who wrote the file
    parts = [head.rstrip("\n"), *(block.rstrip("\n") for block in kept)]
    parts += [f"[[pair]]{entry}".rstrip("\n") for entry in entries]
    return "\n\n".join(part for part in parts if part) + "\n"
