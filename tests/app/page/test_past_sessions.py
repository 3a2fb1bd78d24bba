"""Explanations of recordings made beside a run: kept once they are over, and never too many."""

import asyncio

import msgspec
import pytest
import zstandard

from tests.app.explain.rain import written
from underround.app.page import past_sessions
from underround.app.page.past_sessions import PastSessions
from underround.app.page.process_beside import answer_of
from underround.core.errors import UnderroundError
from underround.stores.jsonl import read_lines

SIGNAL = "rain/yes_no/1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("recordings")
    written(found / "rain")
    return found


async def test_of_this_run_and_of_a_session_it_is_the_same(folder):
    past = PastSessions(folder, folder / "rain")
    now = await past.explanation(None, SIGNAL, is_over=False)
    assert now == await past.explanation("rain", SIGNAL, is_over=True)
    assert msgspec.json.decode(now)["id"] == SIGNAL


async def test_what_is_over_is_not_derived_twice(tmp_path):
    written(tmp_path / "rain")
    past = PastSessions(tmp_path, None)
    first = await past.explanation("rain", SIGNAL, is_over=True)
    for part in (tmp_path / "rain").glob("*.zst"):
        header = next(read_lines(part))
        part.write_bytes(zstandard.compress(header + b"\n"))  # nothing is left to derive from
    assert await past.explanation("rain", SIGNAL, is_over=True) == first


@pytest.mark.parametrize("name", ["", "..", "../rain", "/etc", "another"])
async def test_no_name_leads_out_of_the_folder(folder, name: str):
    with pytest.raises(UnderroundError, match="no such recording"):
        await PastSessions(folder, None).explanation(name, SIGNAL, is_over=True)


async def test_a_signal_that_was_never_raised_is_one_line(folder):
    with pytest.raises(UnderroundError, match="raises no signal") as refused:
        await PastSessions(folder, None).explanation("rain", "--help", is_over=True)
    assert "\n" not in str(refused.value)


async def test_no_more_than_a_few_wait_and_none_is_left_waiting(folder, monkeypatch):
    monkeypatch.setattr(past_sessions, "MOST_WAITING", 1)
    past = PastSessions(folder, None)
    asked = [past.explanation("rain", SIGNAL, is_over=False) for _ in range(3)]
    said = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in said] == [bytes, UnderroundError, UnderroundError]
    assert isinstance(await past.explanation("rain", SIGNAL, is_over=False), bytes)


async def test_a_module_that_fails_is_told_by_its_last_line():
    with pytest.raises(UnderroundError, match=r"No module named underround\.nowhere"):
        await answer_of("underround.nowhere", instead="do it by hand")
