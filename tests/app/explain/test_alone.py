"""An explanation made by a process of its own: the same value as the command's."""

import subprocess
import sys

import msgspec
import pytest

from tests.app.explain.rain import written
from underround.app.explain.alone import LONGEST_TEXT
from underround.app.explain.explanation import Explanation, explained
from underround.app.explain.retrace import Wanted


@pytest.fixture(scope="module")
def rain(tmp_path_factory):
    return written(tmp_path_factory.mktemp("rain") / "rain")


def asked(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "underround.app.explain.alone", *arguments]
    return subprocess.run(command, capture_output=True, timeout=60, check=False)


def test_it_is_what_the_command_shows(rain):
    done = asked(str(rain), "rain/yes_no/1")
    assert (done.returncode, done.stderr) == (0, b"")
    found = msgspec.json.decode(done.stdout, type=Explanation)
    expected = explained(rain, Wanted(id="rain/yes_no/1"))
    assert (found.walk, found.life, found.legs) == (expected.walk, expected.life, expected.legs)
    assert len(found.evidence) == len(expected.evidence)
    assert all(len(each.text) <= LONGEST_TEXT + 2 for each in found.evidence)


@pytest.mark.parametrize("where", ["rain", "nowhere"])
def test_what_is_not_there_is_one_line(rain, where: str):
    done = asked(str(rain.parent / where), "rain/yes_no/99")
    assert (done.returncode, done.stdout) == (1, b"")
    assert len(done.stderr.splitlines()) == 1
