"""A list read page by page: every page once and in order, and always an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from underround.venues import pages as module
from underround.venues.errors import UnreadableError
from underround.venues.pages import pages

CURSORS = st.text("abc", min_size=1, max_size=2)


class Venue:
    """Gives page after page by a map from a cursor to the next one; keeps what it was asked."""

    def __init__(self, following: dict[str, str]) -> None:
        self.following = following
        self.asked: list[str] = []

    async def ask(self, cursor: str) -> tuple[str, str]:
        self.asked.append(cursor)
        return f"page of {cursor!r}", self.following.get(cursor, "")


@given(cursors=st.lists(CURSORS, unique=True))
async def test_every_page_is_yielded_once_and_in_order(cursors: list[str]):
    venue = Venue(dict(zip(["", *cursors], [*cursors, ""], strict=True)))
    found = [page async for page in pages("kalshi", "list of things", venue.ask)]
    assert found == [f"page of {cursor!r}" for cursor in ["", *cursors]]


@given(following=st.dictionaries(CURSORS | st.just(""), CURSORS | st.just("")))
async def test_whatever_the_cursors_are_no_page_is_asked_for_twice(following: dict[str, str]):
    venue = Venue(following)
    found: list[str] = []
    try:
        async for page in pages("kalshi", "list of things", venue.ask):
            found.append(page)  # noqa: PERF401 (what was yielded before an error counts)
    except UnreadableError:
        assert following[venue.asked[-1]] in venue.asked
    else:
        assert following.get(venue.asked[-1], "") == ""
    assert found == [f"page of {cursor!r}" for cursor in venue.asked]
    assert len(set(venue.asked)) == len(venue.asked)


async def test_a_circle_is_the_venue_s_fault_and_names_the_list():
    venue = Venue({"": "a", "a": "b", "b": "a"})
    with pytest.raises(UnreadableError, match="list of things cannot be read") as raised:
        _ = [page async for page in pages("kalshi", "list of things", venue.ask)]
    assert raised.value.retryable
    assert venue.asked == ["", "a", "b"]


async def test_a_cursor_that_is_new_for_ever_comes_to_the_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PAGES_LIMIT", 7)
    asked: list[str] = []

    async def ask(cursor: str) -> tuple[None, str]:
        asked.append(cursor)
        return None, f"{cursor}x"

    with pytest.raises(UnreadableError, match="comes to no end"):
        _ = [page async for page in pages("kalshi", "list of things", ask)]
    assert len(asked) == 7
