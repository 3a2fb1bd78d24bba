"""Views that need a run of their own, with content: a demo's trades, a Bitcoin world's windows."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import axe_playwright_python
from playwright.async_api import async_playwright, expect

from tests.app.bitcoin.runs import bitcoin_run
from tests.web.lively_page import CHROMIUM, FLAGS, Watched, needs_chromium, serious
from underround.app.bitcoin.session_log import SessionLog
from underround.app.page.bitcoin import as_running, with_bitcoin
from underround.app.page.face import FaceOptions
from underround.app.simulated.demo import run_demo
from underround.web.serving import page

pytestmark = needs_chromium
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
LOOKS = [
    {"color_scheme": scheme, "viewport": {"width": width, "height": 844}}
    for scheme in ("light", "dark")
    for width in (1440, 390)
]
A_WHILE_MS = 30_000


@asynccontextmanager
async def looks(where: str):
    """Give a page for every colour scheme and width, axe loaded."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        opened = []
        for how in LOOKS:
            context = await browser.new_context(bypass_csp=True, **how)
            watched = Watched(await context.new_page(), where)
            await watched.tab.goto(where)
            await watched.tab.evaluate(AXE)
            opened.append(watched)
        yield opened
        await browser.close()


async def shown(watched: Watched, view: str, *rows: str) -> list[str]:
    """Wait until a view has its rows; return what is seriously wrong with it."""
    await watched.tab.evaluate(f"location.hash = '{view}'")
    for row in rows:
        await expect(watched.tab.locator(row).first).to_be_visible(timeout=A_WHILE_MS)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await watched.tab.evaluate(wide) <= 0, f"{view} is wider than the screen"
    return await serious(watched.tab)


async def test_a_trading_run_is_shown_with_cost_and_without_a_serious_fault(tmp_path: Path):
    found, faults, costs = {}, [], []
    done = asyncio.Event()

    async def look(where: str):
        async with looks(where) as opened:
            for number, watched in enumerate(opened):
                found[number, "trades"] = await shown(
                    watched, "trades", "[aria-label=Trades] td", ".positions td"
                )
                cells = watched.tab.locator(".positions tbody tr td:nth-child(5)")
                costs.extend(await cells.all_inner_texts())
                found[number, "pnl"] = await shown(watched, "pnl", ".chart canvas", ".key .stroke")
                found[number, "risk"] = await shown(watched, "risk", ".limit meter")
                faults.extend(watched.faults + watched.outside)
        done.set()

    @asynccontextmanager
    async def face(run, options):
        async with page(run, options) as where:
            looking = asyncio.create_task(look(where))
            yield where
            await looking

    folder = tmp_path / "demo"
    await run_demo(8.0, 99, folder, "memory://", shows=False, face=face, trades="paper")
    assert done.is_set()
    assert {view: what for view, what in found.items() if what} == {}
    assert faults == []
    assert costs
    assert all(cost.startswith("$") for cost in costs)


async def test_windows_are_drawn_over_time_without_a_serious_fault():
    async with bitcoin_run("KXBTC15M") as (_, listener):
        run = listener.run
        log = SessionLog(run)
        run.pipeline.on_pricing.append(log.hear)
        options = with_bitcoin(FaceOptions(), run, log)
        async with page(as_running(run), options) as where, looks(where) as opened:
            found = [
                await shown(watched, "bitcoin", ".chart canvas", "[aria-label=Windows] td")
                for watched in opened
            ]
            choices = opened[0].tab.locator("#course-window option")
            assert await choices.count() > 0
            note = opened[0].tab.locator(".tools .note")
            await expect(note).to_contain_text("since", timeout=A_WHILE_MS)
            assert [watched.faults for watched in opened] == [[]] * len(LOOKS)
    assert found == [[]] * len(LOOKS)
