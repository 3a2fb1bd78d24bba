"""What the recording says of an opportunity, in a real Chromium: of this run and of a session."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.web.lively_page import (
    CHROMIUM,
    FLAGS,
    Watched,
    living,
    needs_chromium,
    recorded_day,
)

pytestmark = needs_chromium
SECTIONS = [
    "The ladders as they stood",
    "The walk, step by step",
    "Fees, fill by fill",
    "Gates and ages at that instant: all open",
    "How both sides settle",
    "At worst",
    "What happened after",
]
A_WHILE_MS = 30_000
OUT_OF_SIGHT = """[...document.querySelectorAll('.recorded .scroll.wide')].filter((box) =>
    box.scrollWidth > box.clientWidth + 1 || [...box.querySelectorAll('td.number')].some((cell) =>
        cell.scrollWidth > cell.clientWidth + 1)).map((box) => box.innerText)"""


@pytest.mark.parametrize("width", [1440, 390])
async def test_an_opportunity_is_derived_again_from_its_recording(width: int, tmp_path: Path):
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with recorded_day(tmp_path / "now") as day:
            async with living(day, recordings=tmp_path) as where:
                tab = await browser.new_page(viewport={"width": width, "height": 900})
                watched = Watched(tab, where)
                await tab.goto(where)
                await tab.locator(".row-button").first.click()
                sheet = tab.locator("#sheet")
                await expect(sheet.locator(".ladder").first).to_be_visible()
                derived = sheet.locator("h4").filter(has_text="The ladders as they stood")
                await expect(derived).to_be_visible(timeout=A_WHILE_MS)
                heads = await sheet.locator(".recorded > h4, summary").all_inner_texts()
                assert heads == SECTIONS
                assert await sheet.locator(".ladder").count() == 4
                taken = sheet.locator("[aria-label='The walk'] tr[data-mark=taken]")
                await expect(taken.first).to_contain_text("▸ taken")
                assert await sheet.locator("[aria-label=Gates] tbody tr").count() > 5
                overflow = "document.getElementById('sheet').scrollWidth - sheet.clientWidth"
                assert await tab.evaluate(overflow) <= 0
                assert await tab.evaluate(OUT_OF_SIGHT) == []
                assert (watched.faults, watched.outside) == ([], [])
        await browser.close()


async def test_any_moment_of_a_session_is_shown_and_what_stood_there_explained(tmp_path: Path):
    with recorded_day(tmp_path / "then") as day:
        for venue, frame in day.corpus.frames[:300]:
            day.now_ns += 10_000_000
            day.pipeline.batch(venue, [frame], day.now_ns)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with recorded_day(tmp_path / "now") as day:
            async with living(day, recordings=tmp_path) as where:
                tab = await browser.new_page(viewport={"width": 1440, "height": 900})
                watched = Watched(tab, where)
                await tab.goto(where)
                await tab.keyboard.press("9")
                await tab.get_by_role("button", name="then", exact=True).click()
                slider = tab.locator("#moment")
                await expect(slider).to_be_visible(timeout=A_WHILE_MS)
                books = tab.locator("[aria-label='Books at that moment'] tbody tr")
                assert await books.count() > 0
                at_the_end = await books.all_inner_texts()
                moment = tab.locator("output")
                told = await moment.inner_text()
                await slider.focus()
                await tab.keyboard.press("Home")
                assert await moment.inner_text() != told
                assert await books.all_inner_texts() != at_the_end
                await tab.keyboard.press("End")
                assert (await moment.inner_text(), await books.all_inner_texts()) == (
                    told,
                    at_the_end,
                )
                stood = tab.locator("[aria-label='Open at that moment'] .row-button")
                await stood.first.click()
                sheet = tab.locator("#sheet")
                life = sheet.locator("h4").filter(has_text="What happened after")
                await expect(life).to_be_visible(timeout=A_WHILE_MS)
                assert await sheet.locator(".curve .cost").count() == 1
                assert (watched.faults, watched.outside) == ([], [])
        await browser.close()
