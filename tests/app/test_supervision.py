"""Side work is started again after a failure, and given up where that is no use."""

import logging

import pytest

from underround.app.supervision import kept_running
from underround.core.errors import ConfigError


class Work:
    """Fails so many times, then returns."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.starts = 0
        self._failures = failures
        self._error = error

    async def __call__(self) -> None:
        self.starts += 1
        if self.starts <= self._failures:
            raise self._error


async def test_it_is_started_again_until_it_is_done(caplog) -> None:
    work = Work(2, OSError("the network is away"))
    with caplog.at_level(logging.WARNING, "underround"):
        await kept_running("alerts", work, first_s=0.001, most_failures=5)
    assert work.starts == 3
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "OSError: the network is away" in caplog.text


async def test_it_is_given_up_and_said_so(caplog) -> None:
    work = Work(99, ValueError("wrong"))
    with caplog.at_level(logging.WARNING, "underround"):
        await kept_running("alerts", work, first_s=0.001, most_failures=3)
    assert work.starts == 3
    assert caplog.records[-1].levelname == "ERROR"
    assert "alerts failed 3 times within" in caplog.text


async def test_rare_failures_are_no_reason_to_give_up() -> None:
    work = Work(4, ValueError("wrong"))
    await kept_running("alerts", work, first_s=0.001, most_failures=2, within_s=0.0)
    assert work.starts == 5


async def test_what_trying_again_cannot_change_passes() -> None:
    with pytest.raises(ConfigError):
        await kept_running("alerts", Work(1, ConfigError("no such key")))
