"""Metrics are Prometheus' text, complete, in its units, and tell what the engine counted."""

import re

from prometheus_client.parser import text_string_to_metric_families

from tests.app.sighted_day import sighted
from underround.app.metrics import Exposition
from underround.app.stages import Stage
from underround.core.instrument import Venue

UNITS = re.compile(
    r"_(seconds|bytes|usd|day)$|_(seconds|bytes)_total$|^(process|underround)_(?!.*(ms|millis))"
)


async def test_every_family_is_explained_and_bears_its_unit():
    async with sighted() as (day, sight):
        day.run()
        text = Exposition(sight).text().decode()
    families = list(text_string_to_metric_families(text))
    own = [family for family in families if family.name.startswith("underround")]
    assert len(own) >= 10
    helped = set(re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE))
    typed = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    assert helped == typed
    assert len(helped) == len(families)
    assert [family.name for family in own if not UNITS.search(family.name)] == []


async def test_numbers_are_those_of_the_run():
    async with sighted() as (day, sight):
        day.run()
        found = {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(Exposition(sight).text().decode())
            for sample in family.samples
        }
        engine = day.pipeline.engine
    for venue in Venue:
        frames = found["underround_frames_total", venue.value]
        assert frames == day.pipeline.frames[venue] > 0
    for name, count in engine.counts.as_dict().items():
        assert found["underround_engine_events_total", name] == count
    assert found["underround_opportunities_open",] == len(engine.detector.open)
    assert found["underround_pairs",] == len(day.corpus.pairs)
    signals = sum(value for key, value in found.items() if key[0] == "underround_signals_total")
    assert signals == engine.counts.signals > 0


async def test_every_stage_has_a_histogram():
    async with sighted() as (_, sight):
        text = Exposition(sight).text().decode()
    stages = set(re.findall(r'stage_duration_seconds_bucket{le="\+Inf",stage="(\w+)"}', text))
    assert stages == {stage.value for stage in Stage}
