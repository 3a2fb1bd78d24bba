"""Structures that a person approved: the `[[structure]]` entries of the pairs file.

An entry names markets as people write them; each is looked up at its venue later. What cannot be
used is named and left out, like a pair. Knows no catalog and opens no connection.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import fields

from underround.app.config import Config, read_text
from underround.app.layering import nearest
from underround.core.arbitrage.basket import Relation, Rule, outcome_space
from underround.core.errors import ConfigError
from underround.core.instrument import Venue
from underround.core.structure import Basket, Ladder, Partition, Question, Structure


class Named(Struct, frozen=True):
    """One market as the operator names it; `is_inverse`: its NO is meant."""

    venue: Venue
    reference: str
    is_inverse: bool = False


class StructureEntry(Struct, frozen=True, kw_only=True):
    """One `[[structure]]`: questions, each with the markets of every venue that ask it.

    `kind` is partition, ladder (the widest question first) or basket. A partition's questions
    exclude each other, and exhaust what can happen where `exhaustive` says so.
    """

    id: str
    kind: Literal["partition", "ladder", "basket"]
    questions: tuple[tuple[Named, ...], ...]
    note: str
    exhaustive: bool = False
    rules: tuple[Rule, ...] = ()

    def structure(self, questions: tuple[Question, ...]) -> Structure:
        """Return the structure of these questions; ValueError for rules that leave too much."""
        proof = f"approved: {self.note}"
        match self.kind:
            case "partition":
                return Partition(
                    id=self.id,
                    questions=questions,
                    is_exclusive=True,
                    is_exhaustive=self.exhaustive,
                    proof=proof,
                )
            case "ladder":
                return Ladder(id=self.id, rungs=questions, proof=proof)
            case "basket":
                worlds = tuple(outcome_space(len(questions), self.rules))
                return Basket(id=self.id, questions=questions, worlds=worlds, proof=proof)


def decode_structures(text: str, origin: str) -> tuple[list[StructureEntry], list[str]]:
    """Return the usable entries in order and a line for each of the others.

    Raises ConfigError, one line, when the file is not TOML or the entries are no tables.
    """
    try:
        tables = tomllib.loads(text)
        listed, pairs = tables.get("structure", []), tables.get("pair", [])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin}: not TOML: {error}") from None
    if not (isinstance(listed, list) and all(isinstance(each, dict) for each in listed)):
        raise ConfigError(f"{origin}: structure must be a list of tables, under [[structure]]")
    entries: list[StructureEntry] = []
    problems: list[str] = []
    of_pairs = {table.get("id") for table in pairs if isinstance(table, dict)}
    for position, table in enumerate(listed, 1):
        try:
            entry = _entry(table)
            if entry.id in of_pairs:
                raise ValueError("its id is taken by a pair")
            if any(entry.id == known.id for known in entries):
                raise ValueError("its id is taken by another structure")
            entries.append(entry)
        except ValueError as problem:
            problems.append(f"{origin}: structure {position} {table.get('id', '')!r}: {problem}")
    return entries, problems


def configured_structures(config: Config) -> tuple[list[StructureEntry], list[str]]:
    """Read the structures of the configured pairs file; none without the file."""
    path = Path(config.pairs)
    return (
        decode_structures(read_text(path, "pairs file"), str(path)) if path.exists() else ([], [])
    )


def _entry(table: Mapping[str, Any]) -> StructureEntry:
    known = {each.name: each.required for each in fields(StructureEntry)}
    for key in table:
        if key not in known:
            meant = nearest(key, known)
            hint = f'did you mean "{meant}"?' if meant else f"known are {', '.join(known)}"
            raise ValueError(f'unknown key "{key}"; {hint}')
    for key, required in known.items():
        if required and not table.get(key):
            raise ValueError(f'missing key "{key}"')
    if table["kind"] not in ("partition", "ladder", "basket"):
        raise ValueError(f'kind must be partition, ladder or basket, not "{table["kind"]}"')
    asked = table["questions"]
    if not isinstance(asked, list) or len(asked) < 2:
        raise ValueError("questions must be a list of two or more")
    if not isinstance(table.get("exhaustive", False), bool):
        raise ValueError("exhaustive must be true or false")
    if not all(isinstance(table[key], str) for key in ("id", "note")):
        raise ValueError("id and note must be text in quotes")
    questions = tuple(_named(each) for each in asked)
    rules = tuple(_rule(each, len(questions)) for each in table.get("rules", ()))
    if (table["kind"] == "basket") != bool(rules):
        raise ValueError("rules belong to a basket, and a basket needs them")
    if rules:
        outcome_space(len(questions), rules)
    return StructureEntry(**{**table, "questions": questions, "rules": rules})


def _named(asked: object) -> tuple[Named, ...]:
    """Read "venue:market" or a list of those that ask the same; "not " before it means its NO."""
    found = []
    for text in asked if isinstance(asked, list) else [asked]:
        if not isinstance(text, str):
            raise ValueError(f'a question is "venue:market" or a list of those, not {text!r}')
        plain = text.removeprefix("not ")
        venue, colon, reference = plain.partition(":")
        if venue not in set(Venue) or not colon or not reference.strip():
            raise ValueError(f'{text!r} is not "polymarket:MARKET" or "kalshi:TICKER"')
        found.append(Named(Venue(venue), reference.strip(), is_inverse=plain != text))
    if not found:
        raise ValueError("a question names no market")
    return tuple(found)


def _rule(text: object, count: int) -> Rule:
    """Read "implies 1 2": a relation and the positions of questions, from 1."""
    words = str(text).split()
    if not words or words[0] not in set(Relation):
        known = ", ".join(Relation)
        raise ValueError(f"rule {text!r} does not begin with one of {known}")
    numbers = [int(word) if word.isdigit() else 0 for word in words[1:]]
    if len(numbers) < 2 or not all(1 <= number <= count for number in numbers):
        raise ValueError(f"rule {text!r} must name two or more questions of 1…{count}")
    return Rule(Relation(words[0]), tuple(number - 1 for number in numbers))
