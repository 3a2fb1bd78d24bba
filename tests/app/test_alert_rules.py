"""Which notices become messages, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.app.alert_rules import (
    HOUR_NS,
    KEPT,
    AlertRules,
    Message,
    Notice,
    Severity,
    quiet_minutes,
)
from underround.app.sections.alerts import AlertsConfig
from underround.core.units import NS_PER_SECOND

NOON = 12 * 60
START_NS = 1_000_000 * NS_PER_SECOND


def notice(text: str, kind: str = "signal", severity: Severity = Severity.INFO) -> Notice:
    return Notice(kind, severity, text, START_NS)


def test_what_happens_close_together_is_one_message() -> None:
    rules = AlertRules(AlertsConfig(group_s=30))
    rules.add(notice("one"))
    assert rules.due(START_NS, NOON) == [Message("underround: 1 × signal", "one", Severity.INFO)]
    rules.add(notice("two"))
    rules.add(notice("gone", "connection", Severity.WARNING))
    assert rules.due(START_NS + 29 * NS_PER_SECOND, NOON) == []
    assert rules.due(START_NS + 30 * NS_PER_SECOND, NOON) == [
        Message("underround: 1 × connection, 1 × signal", "two\ngone", Severity.WARNING)
    ]
    assert rules.due(START_NS + 90 * NS_PER_SECOND, NOON) == []


def test_what_no_rule_asks_for_is_forgotten() -> None:
    rules = AlertRules(AlertsConfig(kinds=("error",)))
    rules.add(notice("one"))
    assert rules.due(START_NS, NOON) == []


def test_the_hour_has_its_limit_and_what_is_over_it_comes_later() -> None:
    rules = AlertRules(AlertsConfig(group_s=0, most_per_hour=2))
    for number in range(3):
        rules.add(notice(str(number)))
        assert len(rules.due(START_NS + number, NOON)) == (number < 2)
    assert rules.due(START_NS + HOUR_NS, NOON)[0].text == "2"


def test_an_error_waits_for_nothing() -> None:
    rules = AlertRules(AlertsConfig(group_s=30, most_per_hour=0, quiet_hours="00:00-23:59"))
    rules.add(notice("quiet"))
    rules.add(notice("naked leg", "error", Severity.ERROR))
    assert rules.due(START_NS, NOON) == [
        Message("underround: 1 × error", "naked leg", Severity.ERROR)
    ]


def test_errors_after_the_first_go_together() -> None:
    rules = AlertRules(AlertsConfig(group_s=30, most_per_hour=0, quiet_hours="00:00-23:59"))
    sent = []
    for second in range(61):
        rules.add(notice(str(second), "error", Severity.ERROR))
        sent += rules.due(START_NS + second * NS_PER_SECOND, NOON)
    assert [each.title for each in sent] == [
        "underround: 1 × error",
        "underround: 30 × error",
        "underround: 30 × error",
    ]


def test_errors_that_wait_leave_the_rest_alone() -> None:
    rules = AlertRules(AlertsConfig(group_s=30))
    rules.add(notice("bad", "error", Severity.ERROR))
    assert len(rules.due(START_NS, NOON)) == 1
    rules.add(notice("worse", "error", Severity.ERROR))
    rules.add(notice("one"))
    assert [each.text for each in rules.due(START_NS + 1, NOON)] == ["one"]
    assert [each.text for each in rules.due(START_NS + HOUR_NS, NOON)] == ["worse"]


@pytest.mark.parametrize(
    ("hours", "minute", "is_quiet"),
    [
        ("22:00-07:00", 21 * 60 + 59, False),
        ("22:00-07:00", 22 * 60, True),
        ("22:00-07:00", 0, True),
        ("22:00-07:00", 7 * 60, False),
        ("09:00-10:00", 9 * 60 + 30, True),
        ("09:00-10:00", 10 * 60, False),
        ("", 0, False),
    ],
)
def test_quiet_hours_hold_back_and_let_go(hours, minute, is_quiet) -> None:
    rules = AlertRules(AlertsConfig(quiet_hours=hours))
    rules.add(notice("one"))
    assert (rules.due(START_NS, minute) == []) is is_quiet
    assert (rules.due(START_NS + HOUR_NS, 12 * 60) != []) is is_quiet
    assert quiet_minutes("22:00-07:00") == (22 * 60, 7 * 60)


@given(st.integers(0, 2 * KEPT))
def test_every_notice_is_shown_or_counted(number: int) -> None:
    rules = AlertRules(AlertsConfig())
    for each in range(number):
        rules.add(notice(str(each)))
    messages = rules.due(START_NS, NOON)
    assert [message.title for message in messages] == (
        [f"underround: {number} × signal"] if number else []
    )
    if number > 10:
        assert messages[0].text.endswith(f"{number - 1}\nand {number - 10} more")
