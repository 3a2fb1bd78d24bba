"""The page in a real Chromium: it loads, moves, explains, stops, reviews, and comes back."""

from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace
from playwright.async_api import async_playwright, expect

from tests.matching.test_review import OPEN, OPEN_ID, keep
from tests.web.lively_page import (
    CHROMIUM,
    FLAGS,
    LivelyDay,
    Watched,
    living,
    needs_chromium,
    serious,
)
from underround.matching.catalog import Catalog
from underround.matching.pair_states import PairState
from underround.matching.review import ReviewDesk
from underround.matching.verdict import judge

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]
VIEWS = {
    "opportunities": "Opportunities",
    "markets": "Markets",
    "bitcoin": "Bitcoin",
    "trades": "Trades and positions",
    "pnl": "P&L",
    "risk": "Risk",
    "feeds": "Feeds",
    "review": "Pair review",
    "sessions": "Sessions",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        await opened.close()


@asynccontextmanager
async def looking(browser, where: str, **how):
    context = await browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **how})
    watched = Watched(await context.new_page(), where)
    try:
        await watched.tab.goto(where)
        await expect(watched.tab.locator("#link")).to_have_attribute("data-state", "live")
        yield watched
    finally:
        await context.close()


async def test_it_loads_moves_and_asks_nobody_else(browser):
    async with living(LivelyDay()) as where, looking(browser, where) as watched:
        tab = watched.tab
        await expect(tab).to_have_title("Opportunities · underround")
        assert "token" not in tab.url
        books = tab.locator(".vitals dd").first
        await expect(books).to_have_text("9 / 9")
        await tab.evaluate("location.hash = 'markets'")
        before = await tab.locator("tbody").inner_text()
        await tab.wait_for_function(
            "before => document.querySelector('tbody').innerText !== before", arg=before
        )
        for name, title in VIEWS.items():
            await tab.evaluate(f"location.hash = '{name}'")
            await expect(tab.locator("h1")).to_have_text(title)
        assert (watched.faults, watched.outside) == ([], [])


async def test_every_view_is_a_key_away(browser):
    async with living(LivelyDay()) as where, looking(browser, where) as watched:
        for number, title in enumerate(VIEWS.values(), 1):
            await watched.tab.keyboard.press(str(number))
            await expect(watched.tab.locator("h1")).to_have_text(title)
        await watched.tab.keyboard.press("2")
        await expect(watched.tab.locator("h1")).to_have_text("Markets")
        await watched.tab.keyboard.press("/")
        await expect(watched.tab.locator("input[type=search]")).to_be_focused()
        assert watched.faults == []


async def test_an_opportunity_is_explained_by_both_ladders_with_the_walk(browser):
    async with living(LivelyDay()) as where, looking(browser, where) as watched:
        tab = watched.tab
        await tab.keyboard.press("j")
        await expect(tab.locator(".row-button").first).to_be_focused()
        await tab.keyboard.press("Enter")
        sheet = tab.locator("#sheet")
        await expect(sheet.locator(".ladder")).to_have_count(2)
        await expect(sheet.locator(".curve .cost")).to_have_count(1)
        await expect(sheet.locator(".sum .value")).to_have_count(4)
        taken = sheet.locator("tr[data-taken=true]")
        await expect(taken.first).to_contain_text("▸")
        await tab.keyboard.press("Escape")
        await expect(sheet).not_to_be_visible()
        assert watched.faults == []


async def test_the_switch_asks_twice_and_then_stops_everything_new(browser):
    day = LivelyDay()
    async with living(day) as where, looking(browser, where) as watched:
        tab, detector = watched.tab, day.pipeline.engine.detector
        await tab.keyboard.press("6")
        await tab.click("#kill")
        await expect(tab.locator("#confirm")).to_contain_text("Stop everything new?")
        await tab.get_by_role("button", name="Cancel").click()
        assert not detector.is_paused
        await tab.click("#kill")
        await tab.locator("#confirm button[type=submit]").click()  # a reason is missing
        await expect(tab.locator("#confirm")).to_be_visible()
        assert not detector.is_paused
        await tab.fill("#confirm-reason", "a drill")
        await tab.locator("#confirm button[type=submit]").click()
        await expect(tab.locator(".kill-state")).to_contain_text("Stopped")
        await expect(tab.locator("#link")).to_contain_text("stopped")
        assert detector.is_paused
        await tab.click("#kill")
        await tab.fill("#confirm-reason", "the drill is over")
        await tab.locator("#confirm button[type=submit]").click()
        await expect(tab.locator(".kill-state")).to_contain_text("Running")
        assert not detector.is_paused
        assert watched.faults == []


async def test_without_the_token_nothing_is_changed_and_it_is_asked_for(browser):
    day = LivelyDay()
    async with living(day) as where, looking(browser, where.partition("#")[0]) as watched:
        tab = watched.tab
        await tab.keyboard.press("6")
        await expect(tab.locator("#kill-needs")).to_be_visible()
        await tab.click("#kill")
        await tab.fill("#confirm-reason", "a drill")
        await tab.fill("#confirm-token", "wrong")
        await tab.locator("#confirm button[type=submit]").click()
        await expect(tab.locator("#confirm [role=alert]")).to_contain_text("not the token")
        assert not day.pipeline.engine.detector.is_paused
        # What was typed is still there.
        await expect(tab.locator("#confirm-reason")).to_have_value("a drill")
        await tab.fill("#confirm-token", where.partition("#token=")[2])
        await tab.locator("#confirm button[type=submit]").click()
        await expect(tab.locator(".kill-state")).to_contain_text("Stopped")


async def test_a_token_of_another_run_is_told_before_anybody_types_a_reason(browser):
    async with living(LivelyDay()) as where:
        async with looking(browser, where) as watched:
            await watched.tab.keyboard.press("6")
            await expect(watched.tab.locator(".kill-state")).to_contain_text("Running")
            await expect(watched.tab.locator("#kill-needs")).to_be_hidden()
        async with looking(browser, f"{where.partition('#')[0]}#token=of-another-run") as watched:
            await watched.tab.keyboard.press("6")
            needs = watched.tab.locator("#kill-needs")
            await expect(needs).to_have_text("It needs the token that the program printed.")
            await watched.tab.click("#kill")
            await expect(watched.tab.locator("#confirm-token")).to_be_visible()


async def test_pairs_are_accepted_refused_and_answers_taken_back(browser, tmp_path: Path):
    path = tmp_path / "catalog.sqlite"
    with Catalog(path) as catalog:
        keep(catalog, *OPEN)
        ReviewDesk(catalog).propose([judge(*OPEN)], 10)

    def state() -> PairState:
        with Catalog(path) as catalog:
            return ReviewDesk(catalog).pair(OPEN_ID).state

    async with living(LivelyDay(), catalog=path) as where, looking(browser, where) as watched:
        tab = watched.tab
        await tab.keyboard.press("8")
        await expect(tab.locator(".pair")).to_contain_text(OPEN_ID)
        assert await tab.locator(".rules mark").count() > 0
        await tab.fill("#who", "ann")
        for answer, said, after in (
            ("accept", "approved", PairState.APPROVED),
            ("refuse", "refused", PairState.REFUSED),
        ):
            await tab.click(f"[data-answer={answer}]")
            await tab.fill("#confirm-reason", "read both")
            await tab.locator("#confirm button[type=submit]").click()
            await expect(tab.locator(".notice")).to_contain_text(f"{OPEN_ID} is {said} now")
            await expect(tab.locator(".empty")).to_contain_text("Nothing waits")
            assert state() is after
            await tab.click("#undo")
            await expect(tab.locator(".notice")).to_contain_text("Taken back")
            await expect(tab.locator(".pair")).to_contain_text(OPEN_ID)
            assert state() is PairState.PROPOSED
        assert watched.faults == []


async def test_it_comes_back_after_the_program_was_started_again(browser):
    async with living(LivelyDay()) as where:
        port = int(where.partition("#")[0].rstrip("/").rpartition(":")[2])
        stack = looking(browser, where)
        watched = await stack.__aenter__()
    try:
        link = watched.tab.locator("#link")
        await expect(link).to_have_attribute("data-state", "lost")
        await expect(watched.tab.locator("html")).to_have_attribute("data-link", "lost")
        async with living(LivelyDay(2), port=port):
            await expect(link).to_have_attribute("data-state", "live", timeout=15_000)
    finally:
        await stack.__aexit__(None, None, None)


async def test_numbers_of_a_silent_program_look_stale(browser):
    day = LivelyDay()
    async with living(day) as where, looking(browser, where) as watched:
        day.is_awake = False
        await expect(watched.tab.locator("#link")).to_have_attribute("data-state", "stale")
        await expect(watched.tab.locator("#old")).to_contain_text("says nothing")


MARKUP = '<script>alert(1)</script><img src=x onerror=alert(1)><b>bold</b> & "quoted" \''


async def test_titles_with_markup_stay_text(browser):
    day = LivelyDay()
    for book in day.pipeline.engine.books.values():
        book.instrument = replace(book.instrument, title=MARKUP)
    async with living(day) as where, looking(browser, where) as watched:
        tab = watched.tab
        await expect(tab.locator(".title").first).to_have_text(MARKUP)
        await tab.locator(".row-button").first.click()
        await expect(tab.locator("#sheet-title")).to_have_text(MARKUP)
        await tab.keyboard.press("Escape")
        await tab.keyboard.press("2")
        await expect(tab.locator(".row-button").first).to_have_text(MARKUP)
        assert await tab.locator("main :is(img, b, script)").count() == 0
        assert (watched.faults, watched.outside) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
async def test_axe_finds_no_serious_fault(browser, scheme: str, width: int):
    import axe_playwright_python

    axe = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
    how = {"color_scheme": scheme, "viewport": {"width": width, "height": 844}, "bypass_csp": True}
    async with living(LivelyDay()) as where, looking(browser, where, **how) as watched:
        tab = watched.tab
        await tab.evaluate(axe)
        found = {}
        for name in VIEWS:
            await tab.evaluate(f"location.hash = '{name}'")
            await expect(tab.locator("h1")).to_have_text(VIEWS[name])
            found[name] = await serious(tab)
        await tab.evaluate("location.hash = 'opportunities'")
        await tab.locator(".row-button").first.click()
        await expect(tab.locator(".ladder")).to_have_count(2)
        found["explanation"] = await serious(tab)
    assert {name: faults for name, faults in found.items() if faults} == {}
