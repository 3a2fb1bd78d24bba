"""The page when something is wrong or in the way: nothing old looks live, nothing runs away."""

import re
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from tests.web.lively_page import CHROMIUM, FLAGS, LivelyDay, living, needs_chromium
from tests.web.test_browser import VIEWS, looking
from underround.core.instrument import Venue

pytestmark = [needs_chromium, pytest.mark.asyncio(loop_scope="module")]
LOST_MS = 15_000
AT_ONCE = """() => {
    const sheet = document.getElementById("sheet");
    const again = () => document.querySelector(".row-button").click();
    sheet.addEventListener("close", again, { once: true });
    sheet.close();
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        await opened.close()


@asynccontextmanager
async def left_alone(browser, view: str, **options):
    """Give a page whose program has gone, and the port that it had."""
    async with living(LivelyDay(), **options) as where:
        port = int(where.partition("#")[0].rstrip("/").rpartition(":")[2])
        stack = looking(browser, where)
        watched = await stack.__aenter__()
        await expect(watched.tab.locator(".row-button").first).to_be_visible()
        await watched.tab.evaluate(f"location.hash = '{view}'")
        await expect(watched.tab.locator("h1")).to_have_text(VIEWS[view])
    try:
        await expect(watched.tab.locator("#link")).to_have_attribute("data-state", "lost")
        yield watched.tab, port
    finally:
        await stack.__aexit__(None, None, None)


async def test_what_is_old_says_of_when_it_is_and_in_the_title_too(browser):
    async with left_alone(browser, "opportunities") as (tab, port):
        await expect(tab.locator("#old")).to_contain_text("Connection lost. What you see is of")
        await expect(tab.locator("#old")).to_contain_text("UTC")
        await expect(tab).to_have_title("(lost) Opportunities · underround")
        await expect(tab.locator("#said")).to_have_text("The connection is lost")
        line = "getComputedStyle(document.querySelector('td.profit')).textDecorationLine"
        assert await tab.evaluate(line) == "line-through"
        async with living(LivelyDay(2), port=port):
            await expect(tab.locator("#old")).to_be_hidden(timeout=LOST_MS)
            await expect(tab).to_have_title("Opportunities · underround")
            await expect(tab.locator("#said")).to_have_text("Connected")
            assert await tab.evaluate(line) == "none"


async def test_the_switch_of_a_program_that_is_gone_claims_nothing(browser):
    async with left_alone(browser, "risk") as (tab, _):
        await expect(tab.locator(".kill-state")).to_have_text(
            "Not known: the program says nothing."
        )
        await expect(tab.locator("#kill")).to_be_disabled()
        await expect(tab.locator(".empty-title")).to_have_text("This run does not trade")
        await expect(tab.locator(".kill")).to_contain_text("underround kill")


@pytest.mark.parametrize("view", ["review", "sessions"])
async def test_a_view_that_could_not_be_read_is_read_when_the_program_is_back(
    browser, view: str, tmp_path: Path
):
    places = {"catalog": tmp_path / "catalog.sqlite", "recordings": tmp_path / "none"}
    async with left_alone(browser, "opportunities") as (tab, port):
        await tab.evaluate(f"location.hash = '{view}'")
        await expect(tab.locator(".notice").last).to_contain_text("The program does not answer")
        async with living(LivelyDay(), port=port, **places):
            await expect(tab.locator(".empty-title")).to_be_visible(timeout=LOST_MS)


async def test_no_view_says_that_a_run_does_not_trade_before_it_knows(browser):
    context = await browser.new_context()
    tab = await context.new_page()
    await context.route("**/stream-worker.js", lambda route: route.abort())
    async with living(LivelyDay()) as where:
        await tab.goto(where)
        for view in ("trades", "pnl", "risk", "bitcoin", "opportunities", "markets", "feeds"):
            await tab.evaluate(f"location.hash = '{view}'")
            await expect(tab.locator("h1")).to_have_text(VIEWS[view])
            await expect(tab.locator(".skeleton")).to_be_visible()
            assert await tab.locator(".empty").count() == 0
    await context.close()


async def test_a_venue_that_is_gone_is_told_in_words_on_its_books(browser):
    day = LivelyDay()
    async with living(day) as where, looking(browser, where) as watched:
        tab = watched.tab
        await tab.keyboard.press("2")
        await expect(tab.locator("tbody tr[data-state=live]")).to_have_count(6)
        day.is_awake = False
        day.pipeline.closed(Venue.KALSHI, day.now_ns, 1006, "")
        told = tab.locator("tbody tr[data-state=resync] .health")
        await expect(told).to_have_count(3)
        await expect(told.first).to_contain_text("being fetched anew: disconnected")
        assert watched.faults == []


async def test_rows_stand_still_while_somebody_points_at_them(browser):
    day = LivelyDay()
    async with living(day) as where, looking(browser, where) as watched:
        tab = watched.tab
        await expect(tab.locator("tbody tr .title").first).to_be_visible()
        await tab.locator("tbody tr").nth(1).hover()
        await expect(tab.locator(".still")).to_contain_text("stand still")

        async def standing() -> list[str]:
            rows = await tab.locator("tbody tr").all_inner_texts()
            return [re.sub(r"\d+\.\d¢", "", " ".join(row.split("\t")[:3])) for row in rows]

        before = await standing()
        day.pipeline.closed(Venue.KALSHI, day.now_ns, 1006, "")
        # All of them closed and would sink, but not under somebody's pointer.
        await expect(tab.locator("tbody tr[data-state=open]")).to_have_count(0)
        assert (await standing())[: len(before)] == before
        await tab.mouse.move(5, 5)
        await expect(tab.locator(".still")).to_contain_text("Newest first")


async def test_the_keyboard_reaches_everything_and_keeps_its_place(browser):
    async with living(LivelyDay()) as where, looking(browser, where) as watched:
        tab = watched.tab
        await tab.keyboard.press("2")
        await expect(tab.locator("h1")).to_have_text("Markets")
        assert await tab.evaluate("document.activeElement.id") == "main"
        await tab.locator("#skip").focus()
        await tab.keyboard.press("Enter")
        assert await tab.evaluate("[location.hash, document.activeElement.id]") == [
            "#markets",
            "main",
        ]
        await tab.go_back()
        await expect(tab.locator("h1")).to_have_text("Opportunities")
        await tab.go_forward()
        await expect(tab.locator("h1")).to_have_text("Markets")
        await tab.reload()
        await expect(tab.locator("h1")).to_have_text("Markets")
        await expect(tab.locator("#link")).to_have_attribute("data-state", "live")
        await tab.fill("input[type=search]", "t1")
        await expect(tab.locator(".tools .note")).to_have_text("2 of 6 markets")
        before = await tab.locator("tbody").inner_text()
        await tab.wait_for_function(
            "before => document.querySelector('tbody').innerText !== before", arg=before
        )
        await expect(tab.locator("tbody tr:visible")).to_have_count(2)
        assert watched.faults == []


async def test_twenty_tabs_share_one_stream(browser):
    context = await browser.new_context()
    day = LivelyDay()
    async with living(day) as where:
        tabs = [await context.new_page() for _ in range(20)]
        for tab in tabs:
            await tab.goto(where)
        for tab in tabs:
            await expect(tab.locator("#link")).to_have_attribute("data-state", "live")
        answer = await context.request.get(where.partition("#")[0] + "metrics")
        streams = [line for line in (await answer.text()).splitlines() if "_clients " in line]
    await context.close()
    assert streams[-1].endswith(" 1.0")


async def test_an_explanation_is_left_in_peace_while_it_is_read(browser):
    day = LivelyDay()
    async with living(day) as where, looking(browser, where) as watched:
        tab = watched.tab
        day.is_awake = False
        await tab.locator(".row-button").first.click()
        await expect(tab.locator("#sheet .ladder")).to_have_count(2)
        await tab.evaluate("document.querySelector('#sheet .ladder').dataset.kept = 'yes'")
        for _ in range(3):
            async with tab.expect_response("**/api/explanation?*"):
                pass
        assert await tab.locator("#sheet .ladder[data-kept=yes]").count() == 1


async def test_back_closes_a_sheet_and_the_view_stays(browser):
    async with living(LivelyDay()) as where, looking(browser, where) as watched:
        tab, sheet = watched.tab, watched.tab.locator("#sheet")
        row = tab.locator(".row-button").first
        for view in ("opportunities", "markets"):
            await tab.evaluate(f"location.hash = '{view}'")
            await expect(tab.locator("h1")).to_have_text(VIEWS[view])
            held = await tab.evaluate("history.length")
            await row.click()
            await expect(sheet.locator(".ladder")).to_have_count(2)
            assert await tab.evaluate("[location.hash, history.length]") == [f"#{view}", held + 1]
            await tab.go_back()
            await expect(sheet).not_to_be_visible()
            await expect(tab.locator("h1")).to_have_text(VIEWS[view])
        # Closed in another way, it leaves nothing behind; opened again at once, it stays open.
        for close in ("Escape", "Enter"):
            await row.click()
            await sheet.get_by_role("button", name="Close").focus()
            await tab.keyboard.press(close)
            await expect(sheet).not_to_be_visible()
            await tab.wait_for_function("history.state === null")
        await row.click()
        await tab.evaluate(AT_ONCE)
        await tab.wait_for_timeout(300)
        await expect(sheet).to_be_visible()
        await tab.go_back()
        await expect(sheet).not_to_be_visible()
        await expect(tab.locator("h1")).to_have_text("Markets")
        await tab.go_back()
        await expect(tab.locator("h1")).to_have_text("Opportunities")
        assert watched.faults == []
