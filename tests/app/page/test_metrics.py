"""Metrics are Prometheus' text, complete, in its units, and tell what the engine counted."""

import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.app.heard_world import sighted_trading
from tests.app.sighted_day import sighted
from tests.house_style import ROOT
from underround.app.page.metrics import Exposition
from underround.app.page.stages import Stage
from underround.core.instrument import Venue

UNITS = re.compile(
    r"_(seconds|bytes|usd|day|ratio)$|_(seconds|bytes)_total$"
    r"|^(process|underround)_(?!.*(ms|millis))"
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


@pytest.mark.parametrize(
    "shipped", ["grafana/dashboards/underround.json", "prometheus/alerts.yaml"]
)
async def test_the_shipped_dashboard_and_alerts_ask_for_metrics_that_there_are(shipped: str):
    asked = (ROOT / "deploy" / shipped).read_text(encoding="utf-8")
    if shipped.endswith(".json"):
        panels = json.loads(asked)["panels"]
        asked = " ".join(each["expr"] for panel in panels for each in panel["targets"])
    async with sighted() as (day, sight):
        day.run()
        text = Exposition(sight).text().decode()
    async with sighted_trading(4) as (world, sight):
        world.run()
        text += Exposition(sight).text().decode()
    named = set(re.findall(r"\bunderround_\w+", asked))
    shown = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    shown |= {f"{name}_{end}" for name in shown for end in ("bucket", "count", "sum")}
    assert len(named) >= 7
    assert named - shown == set()
    labels = set(re.findall(r'(\w+)!?="(\w+)"', asked)) - {("job", "underround")}
    assert {label for label in labels if f'{label[0]}="{label[1]}"' not in text} == set()
