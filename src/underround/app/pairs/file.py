"""The operator's pairs: reads `pairs.toml` into entries, and names every entry it must leave out.

An entry names markets as people write them; whether the venues know them is found out later.
Knows no catalog and opens no connection.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import fields

from underround.app.config import Config, read_text
from underround.app.layering import nearest
from underround.app.pairs.terms import TERM_KEYS, terms_of
from underround.core.contract_terms import PairTerms
from underround.core.errors import ConfigError
from underround.core.pair import Polarity

Bet = tuple[str, str, Polarity]


class PairEntry(Struct, frozen=True, kw_only=True):
    """One `[[pair]]`: the same question on two venues, as the operator wrote it.

    `polymarket` is a condition id, Gamma id, slug or token id; `kalshi` a market ticker. `terms`
    is None where the entry says nothing of settlement.
    """

    id: str
    polymarket: str
    kalshi: str
    polarity: Polarity
    note: str = ""
    terms: PairTerms | None = None


class PairProblem(NamedTuple):
    """An entry that was left out: its position in the file, from 1, its id if any, the reason."""

    position: int
    id: str | None
    reason: str

    def __str__(self) -> str:
        name = f'pair {self.position} "{self.id}"' if self.id else f"pair {self.position}"
        return f"{name}: {self.reason}"


def decode_pairs(text: str, origin: str) -> tuple[list[PairEntry], list[PairProblem]]:
    """Return the usable entries of a pairs file in order, and the problems of the others.

    Raises ConfigError, one line, when the file as a whole is not a pairs file.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin}: not TOML: {error}") from None
    for key in tables:
        if key not in ("pair", "structure"):  # structures are read by a module of their own
            raise ConfigError(f'{origin}: unknown key "{key}"; entries are written under [[pair]]')
    listed = tables.get("pair", [])
    if not (isinstance(listed, list) and all(isinstance(each, dict) for each in listed)):
        raise ConfigError(f"{origin}: pair must be a list of tables, each under [[pair]]")
    entries: dict[int, PairEntry] = {}
    problems: list[PairProblem] = []
    positions: dict[str | Bet, int] = {}
    for position, table in enumerate(listed, 1):
        try:
            entry = _entry(table, positions)
        except ValueError as fault:
            named = table.get("id")
            problems.append(
                PairProblem(position, named if isinstance(named, str) else None, str(fault))
            )
            continue
        positions[entry.id] = positions[_bet(entry, entry.polarity)] = position
        entries[position] = entry
        against = positions.get(_bet(entry, entry.polarity.other))
        if against is not None:  # nobody can tell which of the two is right
            for place, other in ((against, position), (position, against)):
                reason = f"the same two markets as pair {other} with the other polarity"
                named = listed[place - 1]["id"]
                problems.append(PairProblem(place, named, f"{reason}; neither is used"))
                entries.pop(place, None)
    return list(entries.values()), sorted(problems)


def load_pairs(path: Path) -> tuple[list[PairEntry], list[PairProblem]]:
    """Read a pairs file; ConfigError, one line, when there is none or it is not one."""
    return decode_pairs(read_text(path, "pairs file"), str(path))


def configured_pairs(config: Config) -> tuple[list[PairEntry], list[str]]:
    """Read the pairs file that the configuration names; the second part says what is wrong.

    A file that was asked for must exist (ConfigError); without the default one there are no pairs.
    """
    path = Path(config.pairs)
    if config.pairs == Config().pairs and not path.exists():
        return [], [f"no {path}: watching markets only, without pairs nothing is compared"]
    entries, problems = load_pairs(path)
    return entries, [f"{path}: {problem}" for problem in problems]


def _entry(table: Mapping[str, Any], positions: Mapping[str | Bet, int]) -> PairEntry:
    """Make an entry; ValueError says why it cannot be used. `positions` finds earlier ones."""
    known = {field.name: field.required for field in fields(PairEntry) if field.name != "terms"}
    for key, value in table.items():
        if key in TERM_KEYS:
            continue
        if key not in known:
            meant = nearest(key, [*known, *TERM_KEYS])
            hint = f'did you mean "{meant}"?' if meant else f"known are {', '.join(known)}"
            raise ValueError(f'unknown key "{key}"; {hint}')
        if not isinstance(value, str):
            raise ValueError(f"{key} must be text in quotes, not {value!r}")
    for key, required in known.items():
        if required and not table.get(key, "").strip():
            raise ValueError(f'missing key "{key}"')
    if table["polarity"] not in list(Polarity):
        raise ValueError(f'polarity must be "same" or "inverse", not "{table["polarity"]}"')
    if taken := positions.get(table["id"]):
        raise ValueError(f"its id is taken by pair {taken}")
    stated = {key: table[key] for key in known if key in table}
    polarity = Polarity(table["polarity"])
    entry = PairEntry(**{**stated, "polarity": polarity, "terms": terms_of(table)})
    if taken := positions.get(_bet(entry, polarity)):
        raise ValueError(f"the same two markets as pair {taken}")
    return entry


def _bet(entry: PairEntry, polarity: Polarity) -> Bet:
    return entry.polymarket, entry.kalshi, polarity
