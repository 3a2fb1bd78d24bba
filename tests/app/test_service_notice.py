"""The service manager hears of readiness and of life over a real datagram socket."""

import asyncio
import os
import socket

import pytest

from underround.app.service_notice import ServiceNotice

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")


@pytest.fixture
def manager(tmp_path):
    """Give a manager's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
        way.bind(str(tmp_path / "notify"))
        way.settimeout(20)
        yield way


def test_a_state_arrives(manager) -> None:
    notice = ServiceNotice({"NOTIFY_SOCKET": manager.getsockname()})
    assert notice.tell("READY=1")
    assert manager.recv(100) == b"READY=1"
    assert notice.watchdog_s is None


def test_a_manager_that_does_not_read_is_not_waited_for(manager) -> None:
    notice = ServiceNotice({"NOTIFY_SOCKET": manager.getsockname()})
    for _ in range(100_000):
        if not notice.tell("WATCHDOG=1"):
            break
    else:
        raise AssertionError("its queue never filled")
    assert manager.recv(100) == b"WATCHDOG=1"
    assert notice.tell("WATCHDOG=1")


def test_nobody_there_is_no_fault(tmp_path) -> None:
    assert ServiceNotice({}).tell("READY=1") is False
    assert ServiceNotice({"NOTIFY_SOCKET": str(tmp_path / "none")}).tell("READY=1") is False


async def test_life_is_told_only_while_all_is_well(manager) -> None:
    environ = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "2000"}
    looks = []

    def is_well() -> bool:
        looks.append(None)
        return len(looks) == 3

    task = asyncio.create_task(ServiceNotice(environ).keep_alive(is_well))
    assert await asyncio.to_thread(manager.recv, 100) == b"WATCHDOG=1"
    assert len(looks) >= 3
    task.cancel()


async def test_a_watchdog_for_another_process_is_none_of_ours() -> None:
    environ = {"WATCHDOG_USEC": "2000", "WATCHDOG_PID": str(os.getpid() + 1)}
    notice = ServiceNotice(environ)
    assert notice.watchdog_s is None
    await notice.keep_alive(lambda: True)  # returns at once
