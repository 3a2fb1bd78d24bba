"""Runs a case against a subject and tells every difference; knows no subject.

A subject is whatever implements `Subject`: the product, the reference, or yours.
"""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from conformance.cases import COUNTERS, Case, Expectation, ExpectedBook, Level, Step


class SeenBook(Struct, frozen=True):
    """One book as the subject shows it, best level first."""

    state: str
    bids: list[Level]
    asks: list[Level]
    tradable: bool
    settled: bool


class Subject(Protocol):
    """What a case needs of an implementation."""

    def take(self, step: Step) -> None:
        """Take one input."""
        ...

    def look(self, instrument: str, at_ms: int) -> SeenBook:
        """Say how a book stands now; asking may change its state."""
        ...

    def counts(self) -> dict[str, int]:
        """Return the counters since the start, by name."""
        ...

    def became(self) -> list[tuple[str, str, str]]:
        """Return and forget (instrument, state, trigger) since the last call."""
        ...

    def wants(self) -> dict[str, list[str]]:
        """Return and forget what it asked for since the last call: instruments by way."""
        ...


def differences(case: Case, subject: Subject) -> list[str]:
    """Run the case and return one line for each difference."""
    found: list[str] = []
    for number, step in enumerate(case.steps, 1):
        if step.expect is None:
            subject.take(step)
        else:
            lines = _compare(step.expect, step.at_ms, subject)
            found += [f"step {number} ({step.at_ms} ms): {line}" for line in lines]
    return found


def _compare(expected: Expectation, at_ms: int, subject: Subject) -> list[str]:
    lines = []
    for instrument, book in expected.books.items():
        lines += [
            f"{instrument[-16:]}: {line}"
            for line in _compare_book(book, subject.look(instrument, at_ms))
        ]
    if expected.counts is not None:
        wanted = dict.fromkeys(COUNTERS, 0) | expected.counts
        counts = subject.counts()
        lines += [
            f"{name} is {counts[name]}, not {wanted[name]}"
            for name in COUNTERS
            if counts[name] != wanted[name]
        ]
    became, wants = _by_instrument(subject.became()), subject.wants()
    if expected.became is not None and became != _by_instrument(expected.became):
        lines.append(f"became {became}, not {_by_instrument(expected.became)}")
    if expected.wants is not None:
        wanted_now = {way: sorted(names) for way, names in expected.wants.items()}
        if wants != wanted_now:
            lines.append(f"wants {wants}, not {wanted_now}")
    return lines


def _by_instrument(became: Iterable[tuple[str, str, str]]) -> dict[str, list[tuple[str, str]]]:
    """Group by instrument: the order is of importance within one only."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for instrument, state, trigger in became:
        grouped.setdefault(instrument, []).append((state, trigger))
    return grouped


def _compare_book(expected: ExpectedBook, seen: SeenBook) -> list[str]:
    lines = []
    if seen.state != expected.state:
        lines.append(f"state is {seen.state}, not {expected.state}")
    tradable = expected.state == "live" if expected.tradable is None else expected.tradable
    if seen.tradable is not tradable:
        lines.append(f"tradable is {seen.tradable}, not {tradable}")
    if expected.settled is not None and seen.settled is not expected.settled:
        lines.append(f"settled is {seen.settled}, not {expected.settled}")
    if expected.bids is not None and seen.bids != expected.bids:
        lines.append(f"bids are {seen.bids}, not {expected.bids}")
    if expected.asks is not None and seen.asks != expected.asks:
        lines.append(f"asks are {seen.asks}, not {expected.asks}")
    return lines
