"""New York's clocks at the moments when they change."""

from datetime import UTC, datetime

import pytest

from underround.simulation.eastern import eastern


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2026-01-15T12:00:00", "2026-01-15T07:00:00"),
        ("2026-07-15T12:00:00", "2026-07-15T08:00:00"),
        ("2026-03-08T06:59:59", "2026-03-08T01:59:59"),
        ("2026-03-08T07:00:00", "2026-03-08T03:00:00"),
        ("2026-11-01T05:59:59", "2026-11-01T01:59:59"),
        ("2026-11-01T06:00:00", "2026-11-01T01:00:00"),
        ("2027-03-14T07:00:00", "2027-03-14T03:00:00"),
    ],
)
def test_summer_begins_and_ends_by_the_rule(utc: str, shown: str) -> None:
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert eastern(int(moment.timestamp())).isoformat() == shown
