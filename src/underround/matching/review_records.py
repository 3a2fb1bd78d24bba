"""Pairs under review and the answers given on them, as plain values read from the catalog."""

import sqlite3
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from underround.matching.checks import Check
from underround.matching.pair_states import Answer, PairState
from underround.matching.verdict import Decision


class ReviewPair(Struct, frozen=True):
    """One pair as it stands, with the checks it was judged by."""

    id: str
    polymarket: str
    outcome: str
    kalshi: str
    polarity: str
    state: PairState
    verdict: Decision
    reason: str
    checks: tuple[Check, ...]
    note: str


class PastAnswer(Struct, frozen=True):
    """One answer that was given: by whom, when, why, and whether it was taken back."""

    number: int
    pair_id: str
    answer: Answer
    reason: str
    who: str
    at_ns: int
    undone: bool


def pair_of(row: sqlite3.Row) -> ReviewPair:
    """Return the pair that a row of the catalog's table `pair` holds."""
    checks: Sequence[Check] = msgspec.json.decode(row["checks"], type=list[Check])
    return ReviewPair(
        row["id"], row["polymarket"], row["outcome"], row["kalshi"], row["polarity"],
        PairState(row["state"]), Decision(row["verdict"]), row["reason"], tuple(checks),
        row["note"],
    )  # fmt: skip
