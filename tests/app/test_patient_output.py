"""A reader that does not read holds up nobody; what it missed is counted where it is missing."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from underround.app.patient_output import PatientStream, patient_output

BIG = 1 << 20


@contextmanager
def piped() -> Iterator[tuple[int, TextIO]]:
    """Yield a pipe's reading end and a text stream over its writing end."""
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w", encoding="utf-8")
    try:
        yield reading, stream
    finally:
        for close in (lambda: os.close(reading), stream.close):
            with suppress(OSError):
                close()


def read_all(reading: int) -> str:
    parts = []
    while part := os.read(reading, BIG):
        parts.append(part)
    return b"".join(parts).decode()


def test_a_pipe_that_nobody_reads_blocks_no_writer_and_loses_what_it_says_it_lost():
    with piped() as (reading, stream):
        patient = PatientStream(stream, most_waiting=100)
        for number in range(50_000):  # far more than any pipe holds
            patient.write(f"line {number} {'x' * 90}\n")
        text: list[str] = []
        reader = threading.Thread(target=lambda: text.append(read_all(reading)))
        reader.start()
        patient.finish(30)
        stream.close()
        reader.join(30)
        lines = text[0].splitlines()
        numbers = [int(line.split()[1]) for line in lines if line.startswith("line")]
        told = [int(line.split()[1]) for line in lines if line.startswith("…")]
        assert numbers == sorted(numbers)
        assert len(numbers) + sum(told) == 50_000
        assert told != []


def test_what_is_printed_and_logged_arrives_in_order_and_the_streams_come_back(capfd):
    log = logging.getLogger()
    handler = logging.StreamHandler(sys.stderr)
    log.addHandler(handler)
    before = sys.stdout, sys.stderr
    try:
        with patient_output():
            print("one")
            log.warning("first")
            print("two", file=sys.stdout, flush=True)
        assert (sys.stdout, sys.stderr) == before
        log.warning("second")
    finally:
        log.removeHandler(handler)
    said = capfd.readouterr()
    assert said.out == "one\ntwo\n"
    assert [line for line in said.err.splitlines() if line in ("first", "second")] == [
        "first",
        "second",
    ]


def test_a_reader_that_left_ends_the_run_gracefully_and_raises_nowhere():
    asked = threading.Event()
    old = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    try:
        with piped() as (reading, stream):
            patient = PatientStream(stream)
            os.close(reading)
            patient.write("to nobody\n")
            # In turns: the signal may reach another thread, and a long wait is then not woken.
            assert any(asked.wait(0.1) for _ in range(300))
            patient.write("nor this\n")
            patient.finish()
    finally:
        signal.signal(signal.SIGTERM, old)


def test_an_end_waits_only_so_long_for_a_reader_that_does_not_read():
    with piped() as (reading, stream):
        patient = PatientStream(stream)
        patient.write("x" * BIG)
        patient.finish(0.05)  # or this test would hang here
        reader = threading.Thread(target=read_all, args=(reading,), daemon=True)
        reader.start()
        patient.finish(30)
        stream.close()
        reader.join(30)
        assert not reader.is_alive()


def test_a_run_whose_terminal_is_paused_goes_on_and_ends_in_time(tmp_path):
    """The output is a full pipe from the start; everything else must not notice."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writing, b"." * 4096)
    os.set_blocking(writing, True)
    words = [sys.executable, "-m", "underround", "demo", "--seconds", "3", "--seed", "7"]
    recording = tmp_path / "recording"
    said = tmp_path / "said.txt"
    with said.open("w") as errors:
        command = [*words, "--recording", str(recording)]
        process = subprocess.Popen(command, stdout=writing, stderr=errors, cwd=tmp_path)
    os.close(writing)
    try:
        for _ in range(600):
            if "kalshi-1 closed: stopped" in said.read_text():
                break
            time.sleep(0.1)
        assert "kalshi-1 closed: stopped" in said.read_text()  # the end, with nothing read yet
        text = read_all(reading)
        assert process.wait(60) == 0
    finally:
        process.kill()
        os.close(reading)
    assert "opportunities" in text
    assert (recording / "000001.jsonl.zst").stat().st_size > 0
