"""What is said of connections: each new reason once, until the connection is back."""

import logging

import pytest

from underround.app.connection_log import ConnectionLog


@pytest.fixture
def said(caplog):
    """Return what was said so far, with the level of each line."""
    caplog.set_level(logging.DEBUG, "underround")
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records]


def test_a_reason_is_said_aloud_once_until_the_connection_is_back(said):
    log = ConnectionLog(stopped_level=logging.INFO)
    for why in ("refused", "refused", "1006", "refused"):
        log.closed("kalshi-1", why)
    log.opened("kalshi-1", "Connected to Kalshi")
    log.closed("kalshi-1", "refused")
    assert said() == [
        ("WARNING", "kalshi-1 closed: refused"),
        ("DEBUG", "kalshi-1 closed: refused"),
        ("WARNING", "kalshi-1 closed: 1006"),
        ("WARNING", "kalshi-1 closed: refused"),
        ("INFO", "✅ Connected to Kalshi"),
        ("WARNING", "kalshi-1 closed: refused"),
    ]


def test_one_connection_s_reason_is_no_other_s(said):
    log = ConnectionLog(stopped_level=logging.INFO)
    log.closed("kalshi-1", "1006")
    log.closed("kalshi-2", "1006")
    assert [level for level, _ in said()] == ["WARNING", "WARNING"]


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_our_own_closing_is_no_warning(said, level: str):
    ConnectionLog(stopped_level=getattr(logging, level)).closed("kalshi-1", "stopped")
    assert said() == [(level, "kalshi-1 closed: stopped")]
