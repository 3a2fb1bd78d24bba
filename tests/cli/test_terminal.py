"""The terminal shows a page's topics as they are, by keys; what it looks like is kept as text."""

import asyncio
import html
import os
import re
from pathlib import Path

import pytest

from tests.app.market_day import Day
from tests.app.sighted_day import run_of
from tests.web.lively_page import LivelyDay, living
from underround.app.page.client import PageClient, page_address
from underround.app.page.face import FaceOptions
from underround.cli.terminal import Confirm, Terminal
from underround.core.errors import UnderroundError, UnusableError
from underround.web.serving import page

SNAPSHOT = Path(__file__).parent / "terminal_snapshot.txt"
TOPICS = {
    "number": 1,
    "at_ms": 1_795_000_010_000,
    "status": {
        "kind": "demo", "paused": False, "books_live": 3, "books": 4, "frames_per_s": 812,
        "open": 1, "opened_day": 7,
    },
    "opportunities": [
        {
            "title": "Will Spain qualify for the 2030 World Cup?",
            "legs": [
                {"outcome": "no", "venue": "polymarket", "price_e4": 2110},
                {"outcome": "no", "venue": "kalshi", "price_e4": 7400},
            ],
            "edge_e6": 20_000, "size_e6": 174_000_000, "edge_usd_e6": 3_480_000,
            "return_bps": 204, "opened_ms": 1_795_000_008_500, "closed_ms": None, "reason": "",
        }
    ],
    "closed": [],
    "markets": {},
    "books": {},
    "feeds": {"connections": [], "stages": {}},
}  # fmt: skip


def text_of(app: Terminal) -> str:
    """Read the rows of text off a screenshot."""
    rows: dict[float, list[tuple[float, str]]] = {}
    picture = app.export_screenshot(simplify=True)
    for x, y, text in re.findall(
        r'<text[^>]* x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', picture
    ):
        rows.setdefault(float(y), []).append((float(x), html.unescape(text).replace("\xa0", " ")))
    lines = ["".join(text for _, text in sorted(row)) for _, row in sorted(rows.items())]
    return "\n".join(line.rstrip() for line in lines) + "\n"


class Still(PageClient):
    """A client whose page said one thing, and as if just now."""

    standing = "live"

    async def follow(self, changed) -> None:
        self.take("whole", {**TOPICS})
        changed()


class Silent(Still):
    """A client whose page said one thing long ago."""

    standing = PageClient.standing
    silent_ns = 7_000_000_000


async def test_it_looks_as_it_did():
    app = Terminal(Still("http://127.0.0.1:1", None))
    async with app.run_test(size=(110, 16)) as pilot:
        await pilot.pause(0.6)
        shown = text_of(app)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(shown, encoding="utf-8")
    assert shown == SNAPSHOT.read_text(encoding="utf-8")
    assert "Will Spain qualify" in shown


@pytest.mark.parametrize("width", [48, 60, 80])
async def test_a_narrow_terminal_shows_what_matters_first(width: int):
    app = Terminal(Still("http://127.0.0.1:1", None))
    wide = SNAPSHOT.read_text(encoding="utf-8")
    async with app.run_test(size=(width, 16)) as pilot:
        async with asyncio.timeout(30):
            wanted = ("2.00¢", "$3.48", "1.5 s", "Will Spain", "Quit", "demo · 3/4")
            while not all(shown in text_of(app) for shown in wanted):
                await pilot.pause(0.1)
        # No word of warning may be scrolled away.
        assert app.screen.max_scroll_y == 0
        await pilot.resize_terminal(110, 16)
        for _ in range(100):
            if text_of(app) == wide:
                break
            await pilot.pause(0.1)
        assert text_of(app) == wide


async def test_keys_show_views_and_stop_a_running_page():
    day = LivelyDay()
    async with living(day) as where:
        client = PageClient(*page_address(where))
        app = Terminal(client)
        async with app.run_test(size=(120, 30)) as pilot:
            while not client.topics.get("opportunities"):
                await pilot.pause(0.05)
            await pilot.pause(0.3)
            for key, name, rows in (
                ("2", "markets", "market"),
                ("3", "bitcoin", "window"),
                ("4", "trades", "trade"),
                ("5", "pnl", "profit"),
                ("6", "risk", "limit"),
                ("7", "feeds", "feed"),
                ("1", "opportunities", "opportunity"),
            ):
                await pilot.press(key)
                assert app.query_one("TabbedContent").active == name
                assert app.query_one(f"#{rows}-rows").row_count > 0
            await pilot.press("s")
            await pilot.pause(0.1)
            assert isinstance(app.screen, Confirm)
            await pilot.press("escape")
            await pilot.pause(0.1)
            assert not day.pipeline.engine.detector.is_paused
            await pilot.press("s", *"drill", "enter")
            while not day.pipeline.engine.detector.is_paused:
                await pilot.pause(0.05)


@pytest.mark.parametrize("token", [None, "wrong"])
async def test_without_the_token_the_switch_says_so_before_it_asks(
    token: str | None, monkeypatch: pytest.MonkeyPatch
):
    async with living(LivelyDay()) as where:
        client = PageClient(page_address(where)[0], token)
        assert "needs the token that the program printed" in str(await client.why_not())
        app = Terminal(client)
        async with app.run_test(size=(120, 30)) as pilot:
            told: list[str] = []
            monkeypatch.setattr(app, "notify", lambda text, **_: told.append(text))
            await pilot.press("s")
            while not told:
                await pilot.pause(0.05)
            assert not isinstance(app.screen, Confirm)
            assert told == ["this needs the token that the program printed"]
        assert await PageClient(*page_address(where)).why_not() is None


async def test_a_lost_page_is_said_and_found_again():
    day = Day(1)
    async with page(run_of(day), FaceOptions()) as where:
        port = int(where.partition("/#")[0].rpartition(":")[2])
        client = PageClient(*page_address(where))
        app = Terminal(client)
        stack = app.run_test(size=(120, 20))
        pilot = await stack.__aenter__()
        while client.link != "live":
            await pilot.pause(0.05)
    while client.link != "lost":
        await pilot.pause(0.05)
    await pilot.pause(0.4)
    assert "LOST" in text_of(app)
    async with page(run_of(Day(2)), FaceOptions(port=port)):
        while client.link != "live":
            await pilot.pause(0.05)
    await stack.__aexit__(None, None, None)


async def test_a_page_that_says_nothing_is_said_to_be_stale():
    app = Terminal(Silent("http://127.0.0.1:1", None))
    async with app.run_test(size=(100, 16)) as pilot:
        async with asyncio.timeout(30):
            while "these numbers are old" not in text_of(app):
                await pilot.pause(0.1)
        assert "STALE: nothing new for" in text_of(app)
        assert app.screen.has_class("old")


async def test_each_view_says_what_a_run_does_not_do():
    app = Terminal(Still("http://127.0.0.1:1", None))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.5)
        for key, told in (("3", "no windows"), ("4", "does not trade"), ("6", "no limit")):
            await pilot.press(key)
            async with asyncio.timeout(30):
                while told not in text_of(app):
                    await pilot.pause(0.1)


async def test_without_the_token_nothing_is_changed():
    day = Day(1)
    async with page(run_of(day), FaceOptions()) as where:
        client = PageClient(page_address(where)[0], None)
        with pytest.raises(UnderroundError, match="needs the token"):
            await client.act("/api/pause", {"confirmed": True})
    with pytest.raises(UnderroundError, match="cannot be reached"):
        await client.act("/api/pause", {"confirmed": True})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("8080", ("http://127.0.0.1:8080", None)),
        ("http://127.0.0.1:8080/#token=abc", ("http://127.0.0.1:8080", "abc")),
        ("https://box.lan", ("https://box.lan", None)),
    ],
)
def test_an_address_is_what_the_program_prints(text, found):
    assert page_address(text) == found


@pytest.mark.parametrize("text", ["", "box", "ftp://box", "http://"])
def test_anything_else_is_one_line(text):
    with pytest.raises(UnusableError, match="is no address of a page"):
        page_address(text)
