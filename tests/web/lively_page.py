"""A page whose books move, served to a real browser: a day lived through in the test's own loop."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from tests.app.market_day import Day
from tests.app.sighted_day import run_of
from underround.app.clock import steady_clock
from underround.app.page.face import FaceOptions
from underround.app.recordings.replay import describe
from underround.core.instrument import Venue
from underround.core.settings import Settings
from underround.stores.recording import RecordingWriter
from underround.web.serving import page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
IS_DEMANDED = os.environ.get("UNDERROUND_BROWSER") == "demanded"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and not IS_DEMANDED, reason="no chromium on this machine"
)
EASY = Settings(threshold_e6=-300_000, verify_after_ns=10**15)


class LivelyDay(Day):
    """A day by a real clock: frames come as long as it is awake, and nothing is ever upset."""

    def __init__(self, seed: int = 1, recorder: RecordingWriter | None = None) -> None:
        super().__init__(seed, recorder, settings=EASY, frames=600)
        self.recorder = recorder
        self.clock_ns = steady_clock()
        self.now_ns = self.clock_ns()
        self.is_awake = True
        for venue in Venue:
            self.open(venue)

    async def live(self) -> None:
        """Feed a frame every few milliseconds, the corpus over and over."""
        number = 0
        while True:
            await asyncio.sleep(0.02)
            if not self.is_awake:
                continue
            self.now_ns = self.clock_ns()
            venue, frame = self.corpus.frames[number % len(self.corpus.frames)]
            self.pipeline.batch(venue, [frame], self.now_ns)
            if number % 5 == 0:
                self.pipeline.timer("tick")
            number += 1


@contextmanager
def recorded_day(folder: Path) -> Iterator[LivelyDay]:
    """Give a day that is recorded as it is lived through."""
    corpus = Day(1, settings=EASY, frames=600).corpus
    header = describe(EASY, corpus.instruments, corpus.pairs)
    recorder = RecordingWriter(folder, created_at_ns=steady_clock()(), mask=bytes, **header)
    try:
        yield LivelyDay(1, recorder)
    finally:
        recorder.close()


@asynccontextmanager
async def living(day: LivelyDay, **options):
    """Serve a day's page; give its address with the token."""
    feeding = asyncio.create_task(day.live())
    try:
        async with page(run_of(day, day.recorder), FaceOptions(**options)) as where:
            yield where
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)


class Watched:
    """A browser's page, and what it should not have said or asked for."""

    def __init__(self, tab, where: str) -> None:
        self.tab = tab
        self.faults: list[str] = []
        self.outside: list[str] = []
        self.address = where.partition("#")[0]
        tab.on("console", self._console)
        tab.on("pageerror", lambda error: self.faults.append(str(error)))
        tab.on("request", self._request)

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def _request(self, request) -> None:
        if not request.url.startswith((self.address, "data:")):
            self.outside.append(request.url)


async def serious(tab) -> list[str]:
    """Return what axe, loaded before, finds seriously wrong with a page."""
    result = await tab.evaluate("axe.run()")
    return [
        f"{fault['id']}: {json.dumps([node['html'][:120] for node in fault['nodes'][:3]])}"
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
