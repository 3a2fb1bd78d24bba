"""The trial of a client: a script of ours in place of one, against real simulated venues."""

import shutil
import sys
from pathlib import Path

import pytest

from conformance import trial
from conformance.environments import InstallError, environment, find_python
from conformance.roster import CLIENTS, Client
from conformance.trial import TrialError, try_client

TALK = Path(trial.__file__).parent / "clients" / "talk.py"
HONEST = """
import json, urllib.request
from talk import ready, run, told_to_stop

async def exercise(addresses, report):
    ready()
    await told_to_stop()
    with urllib.request.urlopen(addresses["control"] + "/ledger") as answer:
        books = json.load(answer)["books"]["kalshi"]
    for name, sides in books.items():
        bids, asks = (
            {f"{price / 10_000:.4f}": f"{size / 1_000_000:.6f}" for price, size in sides[side]}
            for side in ("bids", "asks")
        )
        report.messages["book"] += 1
        report.book(name, bids, asks)
"""
WRONG = HONEST.replace("report.messages", "asks = {**asks, '0.9999': '1'}; report.messages")
BROKEN = "raise SystemExit(3)"
CLIENT = Client(name="ours", shows="", requirements=(), script="ours.py", venue="kalshi")


@pytest.fixture
def tried(tmp_path, monkeypatch):
    """Give a function that tries a script's text."""
    shutil.copy(TALK, tmp_path)
    monkeypatch.setattr(trial, "_SCRIPTS", tmp_path)

    def run(text):
        end = "" if text is BROKEN else "\nrun(exercise)\n"
        (tmp_path / "ours.py").write_text(text + end)
        return try_client(CLIENT, Path(sys.executable), 7, 0.3, None)

    return run


def test_books_that_are_the_ledger_s_pass(tried):
    outcome = tried(HONEST)
    assert outcome.problems == []
    assert outcome.books == outcome.books_equal == outcome.messages["book"] == 24


def test_a_book_that_differs_is_named(tried):
    outcome = tried(WRONG)
    assert (outcome.books, outcome.books_equal) == (24, 0)
    assert len(outcome.problems) == 24
    assert all("asks" in problem and "bids" not in problem for problem in outcome.problems)


def test_a_client_that_tells_nothing_fails(tried):
    outcome = tried(HONEST.replace("report.book(name, bids, asks)", "pass"))
    assert {problem.rpartition(": ")[2] for problem in outcome.problems} == {"none told"}


def test_a_client_that_raises_is_told(tried):
    outcome = tried(HONEST.replace("ready()", "raise ValueError('no such field')"))
    assert outcome.problems[0] == "ended by ValueError: no such field"


def test_a_script_that_dies_is_an_error_of_one_line(tried):
    with pytest.raises(TrialError, match="ours: its script ended without a report"):
        tried(BROKEN)


def test_every_client_has_its_script_and_a_python():
    for client in CLIENTS:
        assert (TALK.parent / client.script).exists()
        assert client.at_least < client.below
    assert find_python((3, 11), (3, 99)) == Path(sys.executable)
    assert find_python((2, 0), (2, 1)) is None


def test_what_cannot_be_installed_is_told_in_one_line(tmp_path):
    nothing = str(tmp_path / "no-such-package.whl")
    with pytest.raises(InstallError, match="cannot install") as told:
        environment(tmp_path / "own", Path(sys.executable), (nothing,))
    assert "\n" not in str(told.value)
    assert not (tmp_path / "own" / "installed.txt").exists()
