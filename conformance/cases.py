"""The neutral form of a conformance case, read strictly; `corpus/README.md` says what it means.

Holds the form and nothing that runs a case. Nothing here is imported from the product, so that
the form can be taken away with the corpus.
"""

from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

CORPUS: Final = Path(__file__).parent / "corpus"
VENUES: Final = ("polymarket", "kalshi")
COUNTERS: Final = (
    "duplicates",
    "gaps",
    "ignored",
    "late",
    "negative",
    "off_grid",
    "rejected",
    "snapshots",
    "trades",
    "unknown",
)

State = Literal["empty", "live", "suspect", "stale", "resync"]
Trigger = Literal[
    "snapshot",
    "gap",
    "disconnected",
    "grid_changed",
    "contradicted",
    "agreed",
    "silent",
    "proven",
]
Level = tuple[int, int]
"""(price_e4, size_e6), best first."""


class CaseInstrument(Struct, frozen=True, forbid_unknown_fields=True):
    """What the catalog says of one instrument: price ranges as (start_e4, end_e4, step_e4)."""

    id: str
    ranges_e4: list[tuple[int, int, int]]
    complement: str | None = None
    closes_at_ms: int | None = None


class RestAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """A REST answer that arrives: what it was asked for, when, and its body."""

    why: Literal["verify", "resync", "poll"]
    asked_at_ms: int
    instruments: list[str]
    body: str


class ExpectedBook(Struct, frozen=True, forbid_unknown_fields=True):
    """One book's state and, where told, its levels and whether it may be traded."""

    state: State
    bids: list[Level] | None = None
    asks: list[Level] | None = None
    tradable: bool | None = None
    settled: bool | None = None


class Expectation(Struct, frozen=True, forbid_unknown_fields=True):
    """What must hold now; what is left out is not checked."""

    books: dict[str, ExpectedBook] = {}
    counts: dict[str, int] | None = None
    became: list[tuple[str, State, Trigger]] | None = None
    wants: dict[Literal["rest", "stream"], list[str]] | None = None


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One input or one look; exactly one of its parts besides time and connection is given."""

    at_ms: int
    connection: str = "a"
    opened: list[str] | None = None
    frames: list[str] | None = None
    hex: str | None = None
    closed: str | None = None
    rest: RestAnswer | None = None
    time: bool = False
    expect: Expectation | None = None


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One case: what it shows, the instruments, and the steps in order of time."""

    name: str
    shows: str
    venue: Literal["polymarket", "kalshi"]
    instruments: list[CaseInstrument]
    steps: list[Step]


def load_case(path: Path) -> Case:
    """Read one case; ValueError when its form is not the documented one."""
    try:
        case = msgspec.json.decode(path.read_bytes(), type=Case)
    except msgspec.MsgspecError as fault:
        raise ValueError(f"{path}: {fault}") from None
    problems = _problems(case, path)
    if problems:
        raise ValueError(f"{path}: {'; '.join(problems)}")
    return case


def case_paths() -> list[Path]:
    """List every case's file, by venue and name."""
    return [path for venue in VENUES for path in sorted((CORPUS / venue).glob("*.json"))]


def _problems(case: Case, path: Path) -> list[str]:
    problems = []
    if case.name != path.stem or case.venue != path.parent.name:
        problems.append(f"it is named {case.venue}/{case.name}")
    times = [step.at_ms for step in case.steps]
    if times != sorted(times):
        problems.append("its steps are not in order of time")
    for number, step in enumerate(case.steps, 1):
        parts = (step.opened, step.frames, step.hex, step.closed, step.rest, step.expect)
        if sum(part is not None for part in parts) + step.time != 1:
            problems.append(f"step {number} is not exactly one thing")
        if step.expect is not None:
            strange = set(step.expect.counts or {}) - set(COUNTERS)
            problems += [f"step {number}: no counter is named {name}" for name in sorted(strange)]
    last = case.steps[-1].expect if case.steps else None
    if last is None or last.counts is None or not last.books:
        problems.append("it does not end by expecting books and counts")
    return problems
