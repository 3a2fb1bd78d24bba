"""What a guard answers: a named check with pass, fail or unknown and the words it rests on.

Values only.
"""

from enum import StrEnum

from msgspec import Struct


class Finding(StrEnum):
    """The answer of one check."""

    PASS = "pass"  # noqa: S105 - a finding, not a secret
    FAIL = "fail"
    UNKNOWN = "unknown"


class Check(Struct, frozen=True):
    """One named check of a pair; `polymarket` and `kalshi` are the words it compared.

    `leaves_rest` marks a pass under which something outside ordinary worlds is left over.
    """

    name: str
    finding: Finding
    polymarket: str = ""
    kalshi: str = ""
    note: str = ""
    leaves_rest: bool = False

    def __str__(self) -> str:
        words = f" ({self.polymarket} | {self.kalshi})" if self.polymarket or self.kalshi else ""
        return f"{self.name} {self.finding}{words}{': ' + self.note if self.note else ''}"


def passed(name: str, polymarket: object = "", kalshi: object = "", note: str = "") -> Check:
    """Return a check that passed."""
    return Check(name, Finding.PASS, str(polymarket), str(kalshi), note)


def passed_but(name: str, polymarket: object, kalshi: object, note: str) -> Check:
    """Return a check that passed and leaves over what `note` says."""
    return Check(name, Finding.PASS, str(polymarket), str(kalshi), note, leaves_rest=True)


def failed(name: str, polymarket: object = "", kalshi: object = "", note: str = "") -> Check:
    """Return a check that failed."""
    return Check(name, Finding.FAIL, str(polymarket), str(kalshi), note)


def unknown(name: str, polymarket: object = "", kalshi: object = "", note: str = "") -> Check:
    """Return a check that could not be decided."""
    return Check(name, Finding.UNKNOWN, str(polymarket), str(kalshi), note)


def equal(name: str, polymarket: object, kalshi: object) -> Check:
    """Return pass for equal values, unknown where either is empty, else fail."""
    if not polymarket or not kalshi:
        return unknown(name, polymarket or "not stated", kalshi or "not stated")
    return (passed if polymarket == kalshi else failed)(name, polymarket, kalshi)
