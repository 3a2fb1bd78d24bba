"""A canary secret is found nowhere: not in log, page, stream, recording or report."""

import logging

import httpx

from tests.app.market_day import ANY_EDGE, START_NS, Day
from tests.app.sighted_day import run_of
from underround.app.page.face import FaceOptions
from underround.app.recordings.recorded_session import recorded_session
from underround.app.recordings.replay import describe
from underround.app.recordings.report import recording_page
from underround.core.instrument import Venue
from underround.stores.recording import RecordingWriter
from underround.stores.recording_reader import read_inputs
from underround.web.guard import TOKEN_HEADER
from underround.web.serving import page

CANARY = "canary-7f3a9c51e2d84b60-do-not-tell"
PATHS = (
    *("/", "/healthz", "/readyz", "/metrics", "/api/review", "/api/sessions", "/static/app.js"),
    *("/api/timeline?session=run", "/api/explanation/recorded?id=x", "/api/past?id=x", "/login"),
)


async def test_the_token_is_told_to_nobody(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    plain = Day(1)
    header = describe(ANY_EDGE, plain.corpus.instruments, plain.corpus.pairs)
    recorder = RecordingWriter(tmp_path / "run", created_at_ns=START_NS, mask=bytes, **header)
    day = Day(1, recorder)
    options = FaceOptions(token=CANARY, recordings=tmp_path, catalog=tmp_path / "c.sqlite")
    headers = {TOKEN_HEADER: CANARY}
    async with page(run_of(day, recorder), options) as where:
        for venue in Venue:
            day.open(venue)
        assert CANARY not in where
        address = where.partition(" ")[0]
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as client:
            said = [(await client.get(path, headers=headers)).text for path in PATHS]
            body = {"confirmed": True, "reason": "a drill"}
            posted = [
                await client.post(path, json=body, headers=headers)
                for path in ("/api/pause", "/api/resume", "/api/nothing")
            ]
            said += [answer.text for answer in posted]
            async with client.stream("GET", "/stream", headers=headers) as stream:
                lines = stream.aiter_lines()
                said += [await anext(lines) for _ in range(4)]
    recorder.close()
    said.append(recording_page(recorded_session(tmp_path / "run")))
    recorded = list(read_inputs(tmp_path / "run"))
    assert any("drill" in repr(each) for each in recorded)
    assert [each for each in recorded if CANARY in repr(each)] == []
    assert [text for text in said if CANARY in text] == []
    assert CANARY not in caplog.text
