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
from underround.core.errors import ConfigError
from underround.core.pair import Polarity


class PairEntry(Struct, frozen=True, kw_only=True):
    """One `[[pair]]`: the same question on two venues, as the operator wrote it.

    `polymarket` is a condition id, Gamma id, slug or token id; `kalshi` a market ticker.
    """

    id: str
    polymarket: str
    kalshi: str
    polarity: Polarity
    note: str = ""


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
    entries: list[PairEntry] = []
    problems: list[PairProblem] = []
    positions: dict[str | tuple[str, str], int] = {}
    for position, table in enumerate(listed, 1):
        reason = _problem(table, positions)
        if reason is None:
            entry = PairEntry(**{**table, "polarity": Polarity(table["polarity"])})
            positions[entry.id] = positions[entry.polymarket, entry.kalshi] = position
            entries.append(entry)
        else:
            named = table.get("id")
            problems.append(
                PairProblem(position, named if isinstance(named, str) else None, reason)
            )
    return entries, problems


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


def _problem(
    table: Mapping[str, Any], positions: Mapping[str | tuple[str, str], int]
) -> str | None:
    """Say why an entry cannot be used, or None. `positions` finds earlier ids and markets."""
    known = {field.name: field.required for field in fields(PairEntry)}
    for key, value in table.items():
        if key not in known:
            meant = nearest(key, known)
            hint = f'did you mean "{meant}"?' if meant else f"known are {', '.join(known)}"
            return f'unknown key "{key}"; {hint}'
        if not isinstance(value, str):
            return f"{key} must be text in quotes, not {value!r}"
    for key, required in known.items():
        if required and not table.get(key, "").strip():
            return f'missing key "{key}"'
    if table["polarity"] not in list(Polarity):
        return f'polarity must be "same" or "inverse", not "{table["polarity"]}"'
    if taken := positions.get(table["id"]):
        return f"its id is taken by pair {taken}"
    if taken := positions.get((table["polymarket"], table["kalshi"])):
        return f"the same two markets as pair {taken}"
    return None
