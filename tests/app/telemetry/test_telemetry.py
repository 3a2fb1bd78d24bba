"""A run told to a real collector over OTLP: what arrives, what is respected, what never waits."""

import asyncio
import logging
import os
import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.app.telemetry.collector import Collector, collector, known
from tests.app.telemetry.told_day import told_day
from tests.house_style import ROOT
from underround.app.page.metrics import Exposition
from underround.app.sections.telemetry import TelemetryConfig
from underround.app.telemetry.beside import exporters_for
from underround.core.errors import ConfigError
from underround.core.opportunity import SignalKind

MOVING = ("underround_uptime_seconds", "process_", "underround_stage_duration_seconds")


def series(taken: Collector) -> dict[tuple[str, ...], float]:
    """Return every number of the last metrics, named as Prometheus would name it."""
    found = {}
    for name, metric in taken.metrics().items():
        kind = metric.WhichOneof("data")
        end = "_total" if kind == "sum" else ""
        if kind == "histogram":
            continue
        for point in getattr(metric, kind).data_points:
            labels = sorted(f"{key}={value}" for key, value in known(point.attributes).items())
            found[f"{name}{end}", *labels] = point.as_double
    return found


async def test_the_collector_gets_the_metrics_of_the_page_and_a_trace_of_every_signal():
    signals = []
    with collector() as taken:
        async with told_day({}, endpoint=taken.endpoint) as (day, sight, names):
            day.pipeline.on_signal.append(signals.append)
            day.run()
            text = Exposition(sight).text().decode()
        shown = {
            (sample.name, *sorted(f"{key}={value}" for key, value in sample.labels.items())): (
                sample.value
            )
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if not sample.name.startswith(MOVING)
        }
        found = {key: value for key, value in series(taken).items() if key[0][:9] != "process_c"}
        found = {key: value for key, value in found.items() if not key[0].startswith(MOVING)}
        assert found == shown
        assert len(shown) > 50
        spans = taken.spans()
    opened = [each for each in signals if each.kind is SignalKind.OPENED]
    roots = {span.trace_id: span for span in spans if span.name == "signal"}
    assert set(roots) == {names.of_signal(s.id).trace_id.to_bytes(16) for s in opened}
    assert len(roots) == len(opened) > 5
    for signal in opened:
        trace = names.of_signal(signal.id)
        root = roots[trace.trace_id.to_bytes(16)]
        assert root.span_id == trace.span_id.to_bytes(8)
        below = {span.name: span for span in spans if span.parent_span_id == root.span_id}
        assert set(below) - {"hold"} == {"detect", "deliver"}
        assert ("hold" in below) is (signal.held_ns > 0)
        assert root.start_time_unix_nano == min(signal.tick_at_ns, signal.at_ns - signal.held_ns)
        assert below["deliver"].end_time_unix_nano == root.end_time_unix_nano
        facts = known(root.attributes)
        assert facts["underround.signal"] == f"{names.run}/{signal.id}"
        assert facts["underround.pair"] == signal.pair


async def test_a_signal_that_waits_for_its_journal_says_so():
    with collector() as taken:
        async with told_day({}, endpoint=taken.endpoint) as (day, _, _):
            day.run()
        kept = [known(span.attributes) for span in taken.spans() if span.name == "signal"]
        async with told_day({}, endpoint=taken.endpoint, waiting=3) as (day, _, _):
            day.run()
        roots = [span for span in taken.spans() if span.name == "signal"][len(kept) :]
    assert {facts.get("underround.is_journaled") for facts in kept} == {None}
    assert {known(span.attributes)["underround.is_journaled"] for span in roots} == {False}


async def test_a_histogram_arrives_as_one_with_its_bounds_and_counts():
    with collector() as taken:
        async with told_day({}, endpoint=taken.endpoint) as (day, sight, _):
            day.run()
            sight.probe.sample()
            sight.probe.fold()
            counts = {stage.value: list(d.counts) for stage, d in sight.probe.stages.items()}
        histogram = taken.metrics()["underround_stage_duration_seconds"]
    assert histogram.unit == "s"
    points = histogram.histogram.data_points
    assert {known(p.attributes)["stage"]: list(p.bucket_counts) for p in points} == counts
    assert sum(counts["decode"]) > 0
    for point in points:
        assert len(point.bucket_counts) == len(point.explicit_bounds) + 1
        assert point.count == sum(point.bucket_counts)
        assert not point.HasField("min")


async def test_the_standard_variables_are_respected(monkeypatch):
    with collector() as taken:
        for name, value in {
            "OTEL_EXPORTER_OTLP_ENDPOINT": taken.endpoint,
            "OTEL_EXPORTER_OTLP_HEADERS": "x-tenant=desk",
            "OTEL_EXPORTER_OTLP_COMPRESSION": "gzip",
            "OTEL_SERVICE_NAME": "the-variable",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=paper",
            "OTEL_TRACES_SAMPLER": "always_off",
            "OTEL_METRIC_EXPORT_INTERVAL": "20",
        }.items():
            monkeypatch.setenv(name, value)
        async with told_day(dict(os.environ)) as (day, _, _):
            day.run()
            await asyncio.to_thread(taken.wait, "/v1/metrics", 2)
        [resource] = taken.messages["/v1/metrics"][0].resource_metrics
        facts = known(resource.resource.attributes)
        assert facts["service.name"] == "the-variable"
        assert facts["deployment.environment"] == "paper"
        assert {headers["x-tenant"] for headers in taken.headers} == {"desk"}
        assert {headers["content-encoding"] for headers in taken.headers} == {"gzip"}
        assert taken.spans() == []
        async with told_day(dict(os.environ), service="the-file") as (day, _, _):
            day.run()
        [resource] = taken.messages["/v1/metrics"][-1].resource_metrics
        assert known(resource.resource.attributes)["service.name"] == "the-file"


async def test_a_kind_that_is_turned_off_is_not_sent():
    with collector() as taken:
        environ = {"OTEL_METRICS_EXPORTER": "none"}
        async with told_day(environ, endpoint=taken.endpoint) as (day, _, _):
            day.run()
        assert taken.messages["/v1/metrics"] == []
        assert len(taken.spans()) > 5


async def test_a_collector_that_is_away_is_named_once_and_stops_nothing(caplog):
    with collector() as taken:
        gone = taken.endpoint
    with caplog.at_level(logging.INFO, "underround"):
        async with told_day({}, endpoint=gone.replace("//", "//user:pa55@")) as (day, _, _):
            day.run()
            assert day.pipeline.engine.counts.signals > 0
    [line] = [each for each in caplog.messages if each.startswith("telemetry")]
    assert f"//***@{gone.partition('//')[2]} does not take " in line
    assert line.endswith(": connection refused (said once; the run goes on without)")
    assert "pa55" not in caplog.text
    assert "\n" not in line


async def test_a_collector_without_traces_still_gets_metrics_and_may_come_back(caplog):
    with collector() as taken, caplog.at_level(logging.INFO, "underround"):
        taken.status["/v1/traces"] = 404
        environ = {"OTEL_BSP_SCHEDULE_DELAY": "1", "OTEL_METRIC_EXPORT_INTERVAL": "20"}
        async with told_day(environ, endpoint=taken.endpoint) as (day, _, _):
            day.run()
            await asyncio.to_thread(taken.wait, "refused")
            await asyncio.to_thread(taken.wait, "/v1/metrics", 3)
            taken.status["/v1/traces"] = 200
            day.run()
    said = [each for each in caplog.messages if each.startswith("telemetry")]
    assert [each.split(" ", 2)[2].partition(":")[0] for each in said] == [
        "does not take traces",
        "takes traces again",
    ]
    assert "404" in said[0]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL asks for 'grpc'"),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER asks for 'zipkin'"),
        ({"OTEL_METRIC_EXPORT_INTERVAL": "soon"}, "must be a number of 1 or more, not 'soon'"),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "0"}, "must be a number of 1 or more, not '0'"),
    ],
)
def test_what_a_variable_asks_for_in_vain_is_one_line(environ, said):
    with pytest.raises(ConfigError) as failure:
        exporters_for(TelemetryConfig(enabled=True), environ)
    assert said in str(failure.value)
    assert exporters_for(TelemetryConfig(), environ) is None


def test_off_is_off_whoever_says_so():
    assert exporters_for(TelemetryConfig(enabled=True), {"OTEL_SDK_DISABLED": "true"}) is None
    assert exporters_for(TelemetryConfig(), {}) is None


def test_without_the_extra_one_line_names_it(tmp_path):
    program = (
        "import sys; sys.modules['opentelemetry'] = None; "
        "from underround.cli.main import run; sys.exit(run(['run', '--json']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "src"),
            "UNDERROUND__TELEMETRY__ENABLED": "true",
            "XDG_CONFIG_HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    wanted = "error: telemetry.enabled needs OpenTelemetry: pip install 'underround[otel]'\n"
    assert (done.returncode, done.stdout, done.stderr) == (3, "", wanted)
