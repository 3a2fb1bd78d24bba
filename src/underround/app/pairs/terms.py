"""The settlement terms of a pair file's entry, and why an entry must be left out for them.

Reads tables that TOML made; knows no file and no catalog.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from underround.app.layering import nearest
from underround.core.contract_terms import TERMS, ContractTerms, Grade, PairTerms, Void
from underround.core.instrument import Venue

TERM_KEYS: Final = ("terms", "grade", "residual", "approved_by")
"""What an entry may say beside its markets."""


def terms_of(table: Mapping[str, Any]) -> PairTerms | None:
    """Return the terms an entry states, None for none; ValueError, one line, says what is wrong."""
    if not any(key in table for key in TERM_KEYS):
        return None
    written = table.get("terms", {})
    if not isinstance(written, Mapping):
        raise ValueError("terms must be tables, [pair.terms.polymarket] and [pair.terms.kalshi]")
    for key in written:
        if key not in set(Venue):
            raise ValueError(_unknown(f"terms.{key}", key, Venue))
    words = {key: _text(table, key, key) for key in TERM_KEYS[1:]}
    if words["grade"] not in {"", *Grade}:
        known = ", ".join(f'"{grade}"' for grade in Grade)
        raise ValueError(f'grade must be one of {known}, not "{words["grade"]}"')
    terms = PairTerms(
        polymarket=_contract(written, Venue.POLYMARKET),
        kalshi=_contract(written, Venue.KALSHI),
        grade=Grade(words["grade"]) if words["grade"] else None,
        residual=words["residual"],
        approved_by=words["approved_by"],
    )
    if terms.refusal is not None:
        raise ValueError(terms.refusal)
    return terms


def _contract(written: Mapping[str, Any], venue: Venue) -> ContractTerms:
    table = written.get(venue, {})
    if not isinstance(table, Mapping):
        raise ValueError(f"terms.{venue} must be a table, [pair.terms.{venue}]")
    for key in table:
        if key not in TERMS:
            raise ValueError(_unknown(f"terms.{venue}.{key}", key, TERMS))
    stated = {key: _text(table, key, f"terms.{venue}.{key}") for key in table}
    void = stated.get("void", "")
    if void not in {"", *Void}:
        known = ", ".join(f'"{each}"' for each in Void)
        raise ValueError(f'terms.{venue}.void must be one of {known}, not "{void}"')
    return ContractTerms(**stated)


def _text(table: Mapping[str, Any], key: str, name: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text in quotes, not {value!r}")
    return value.strip()


def _unknown(name: str, key: str, known: Iterable[str]) -> str:
    names = [str(each) for each in known]
    meant = nearest(key, names)
    hint = f'did you mean "{meant}"?' if meant else f"known are {', '.join(names)}"
    return f'unknown key "{name}"; {hint}'
