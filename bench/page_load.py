"""How fast the page is in a real Chromium: until it is live, and script time an update.

500 live markets as in `page_clients`; not part of `make bench`, since it needs Chromium and its own
core: `python -m bench.page_load`.
"""

import asyncio
import sys
import time

from playwright.async_api import async_playwright

from bench.page_clients import Market500, feed
from tests.web.lively_page import CHROMIUM, FLAGS
from underround.app.page.face import FaceOptions
from underround.web.serving import page

LOAD_LIMIT_S = 1.0
SCRIPT_LIMIT_MS = 4.0


async def measure() -> bool:
    """Load the page, let it run for a round, print both figures, tell whether the limits hold."""
    market = Market500()
    async with page(market.run, FaceOptions()) as where, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = await browser.new_page()
        feeding = asyncio.create_task(feed(market))
        loads = []
        for _ in range(3):
            started_s = time.monotonic()
            await tab.goto(where)
            await tab.wait_for_selector("#link[data-state=live]")
            await tab.wait_for_selector(".vitals dd:not(:text('–'))")
            loads.append(time.monotonic() - started_s)
            await tab.goto("about:blank")
        await feeding
        await tab.goto(where.partition("#")[0] + "#markets")
        await tab.wait_for_selector("tbody tr")
        await feed(market)
        spent = await tab.evaluate("import('/static/feed.js').then((feed) => feed.cost())")
        await browser.close()
    print(f"page: live {min(loads):.2f} s after it was asked for (limit {LOAD_LIMIT_S})")
    print(f"  script {spent:.2f} ms an update, 500 markets in view (limit {SCRIPT_LIMIT_MS})")
    return min(loads) < LOAD_LIMIT_S and spent <= SCRIPT_LIMIT_MS


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(measure()) else 1)
