"""The audit log: whole where it was written, broken exactly where it was touched, mended aloud."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.core.errors import UnusableError
from underround.stores.audit_entry import FIRST, AuditEntry, entry_of, line_of, verify
from underround.stores.audit_log import AuditLog


def written(path, count: int, **options) -> None:
    log = AuditLog(path, began_ns=1, flush_s=0.001, **options)
    for number in range(count):
        log.append("signal opened", number, {"edge": number})
    log.close()


def kinds(path) -> list[str]:
    return [entry_of(line).kind for line in path.read_bytes().splitlines()]


def test_a_log_goes_on_where_it_ended(tmp_path):
    path = tmp_path / "audit.log"
    written(path, 3)
    written(path, 2)
    chain = verify(path)
    assert (chain.entries, chain.torn_bytes, chain.broken) == (5, 0, None)
    last = entry_of(path.read_bytes().splitlines()[-1])
    assert (last.number, last.hash) == (5, chain.head)


def test_an_empty_log_is_whole(tmp_path):
    written(tmp_path / "audit.log", 0)
    assert verify(tmp_path / "audit.log").head == FIRST


@given(
    count=st.integers(2, 6),
    at=st.integers(0, 5),
    what=st.sampled_from(["change", "remove", "double", "swap"]),
)
def test_the_first_broken_link_is_named(tmp_path_factory, count, at, what):
    path = tmp_path_factory.mktemp("audit") / "audit.log"
    lines, previous = [], FIRST
    for number in range(1, count + 1):
        line, previous = line_of(AuditEntry(number, number, "kind", {"x": number}, previous))
        lines.append(line)
    at %= count - 1
    if what == "change":
        lines[at] = lines[at].replace(b'"kind":"kind"', b'"kind":"lies"')
    elif what == "remove":
        del lines[at]
    elif what == "double":
        lines.insert(at, lines[at])
        at += 1
    else:
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    path.write_bytes(b"".join(lines))
    chain = verify(path)
    assert chain.broken is not None
    assert chain.broken.line == at + 1


def test_an_entry_made_to_fit_breaks_the_next(tmp_path):
    path = tmp_path / "audit.log"
    written(path, 3)
    lines = path.read_bytes().splitlines(keepends=True)
    forged = entry_of(lines[1][:-1])
    lines[1], _ = line_of(AuditEntry(2, 1, "signal opened", {"edge": 999}, forged.previous))
    path.write_bytes(b"".join(lines))
    assert (verify(path).broken.line, verify(path).broken.reason) == (
        3,
        "it does not follow the entry before it",
    )


@pytest.mark.parametrize("left", [1, 40, 90])
def test_a_torn_end_is_told_of_and_mended_at_the_next_start(tmp_path, left):
    path = tmp_path / "audit.log"
    written(path, 3)
    whole = path.read_bytes()
    torn = whole.splitlines(keepends=True)[-1][:left]
    path.write_bytes(whole + torn)
    assert (verify(path).entries, verify(path).torn_bytes) == (3, left)
    written(path, 1)
    assert verify(path).broken is None
    assert kinds(path) == ["signal opened"] * 3 + ["torn end cut off", "signal opened"]
    told = entry_of(path.read_bytes().splitlines()[3]).body
    assert (told["bytes"], told["text"]) == (left, torn.decode())


def test_what_is_no_log_is_not_gone_on_with(tmp_path):
    path = tmp_path / "audit.log"
    path.write_text("a shopping list\n")
    with pytest.raises(UnusableError, match="does not fit its hash"):
        AuditLog(path, began_ns=1)
    assert path.read_text() == "a shopping list\n"


def test_two_cannot_write_one_log(tmp_path):
    log = AuditLog(tmp_path / "audit.log", began_ns=1)
    with pytest.raises(BlockingIOError):
        AuditLog(tmp_path / "audit.log", began_ns=1)
    log.close()


def test_a_full_queue_says_what_it_lost(tmp_path):
    path = tmp_path / "audit.log"
    log = AuditLog(path, began_ns=1, queue_limit=2, flush_s=60)
    for number in range(5):
        log.append("signal opened", number, {})
    log.close()
    assert log.lost == 3
    assert kinds(path) == ["signal opened", "signal opened", "entries lost"]
    assert entry_of(path.read_bytes().splitlines()[-1]).body == {"count": 3}


def test_a_disk_that_refuses_loses_nothing_that_waits(tmp_path, monkeypatch):
    path = tmp_path / "audit.log"
    log = AuditLog(path, began_ns=1, flush_s=0.001)
    refused = threading.Event()
    synced = os.fsync

    def refuse(descriptor: int) -> None:
        if not refused.is_set():
            refused.set()
            raise OSError(28, "No space left on device")
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", refuse)
    log.append("signal opened", 1, {})
    assert refused.wait(10)
    log.append("signal closed", 2, {})
    log.close()
    assert kinds(path) == ["signal opened", "signal closed"]
    assert verify(path).broken is None


WRITER = """
import sys
from underround.stores.audit_log import AuditLog
log = AuditLog(sys.argv[1], began_ns=1, flush_s=0.0001)
number = 0
while True:
    number += 1
    log.append("signal opened", number, {"text": "x" * 500})
    if number == 200:
        print("ready", flush=True)
"""


def test_a_kill_leaves_at_most_a_torn_end(tmp_path):
    path = tmp_path / "audit.log"
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE
        )
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert verify(path).broken is None
    written(path, 1)
    chain = verify(path)
    assert (chain.broken, chain.torn_bytes) == (None, 0)
