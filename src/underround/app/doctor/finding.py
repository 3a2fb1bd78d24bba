"""One thing looked at: how it is, what was seen, and what to do about it. Values only."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from msgspec import Struct


class Verdict(StrEnum):
    """How bad it is; `FAIL` is what a run cannot do without."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True):
    """What was looked at, how it is, what was seen, and what to do ("" when nothing is)."""

    name: str
    verdict: Verdict
    seen: str
    do: str = ""


def worst(findings: Iterable[Finding]) -> Verdict:
    """Return the gravest verdict of all; OK of none."""
    order = list(Verdict)
    return max((each.verdict for each in findings), key=order.index, default=Verdict.OK)


def line_of(finding: Finding) -> str:
    """Write a finding for a person: one line, and a second one with what to do."""
    mark = {Verdict.OK: "✅ ok  ", Verdict.WARN: "⚠️  warn", Verdict.FAIL: "❌ fail"}
    line = f"{mark[finding.verdict]}  {finding.name:22} {finding.seen}"
    return line if not finding.do else f"{line}\n{'':32} → {finding.do}"


def as_result(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return all findings as the one object that `--json` writes."""
    found = list(findings)
    return {
        "verdict": worst(found).value,
        "findings": {
            each.name: {"verdict": each.verdict.value, "seen": each.seen, "do": each.do}
            for each in found
        },
    }
