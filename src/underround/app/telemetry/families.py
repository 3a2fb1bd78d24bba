"""The metrics of a run, read from Prometheus' families, as OpenTelemetry's exporter takes them.

Pure: names, labels and numbers are those of `/metrics`; a counter's name loses the `_total` that
Prometheus adds on its side, so that either way leads to the same series.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import Metric as Family

UNITS: Final = {"seconds": "s", "bytes": "By", "usd": "{USD}"}
_CUMULATIVE: Final = AggregationTemporality.CUMULATIVE


def told(
    families: Iterable[Family],
    resource: Resource,
    scope: InstrumentationScope,
    began_ns: int,
    at_ns: int,
) -> MetricsData:
    """Return families as one message: counted since `began_ns`, read at `at_ns`."""
    metrics = [_metric(family, began_ns, at_ns) for family in families if family.samples]
    return MetricsData([ResourceMetrics(resource, [ScopeMetrics(scope, metrics, "")], "")])


def _metric(family: Family, began_ns: int, at_ns: int) -> Metric:
    name = family.name if family.type != "info" else f"{family.name}_info"
    unit = UNITS.get(family.name.rpartition("_")[2], "")
    if family.type == "histogram":
        points = list(_histograms(family, began_ns, at_ns))
        return Metric(name, family.documentation, unit, Histogram(points, _CUMULATIVE))
    numbers = [
        NumberDataPoint(sample.labels, began_ns, at_ns, float(sample.value))
        for sample in family.samples
        if not sample.name.endswith("_created")
    ]
    if family.type == "counter":
        counted = Sum(numbers, _CUMULATIVE, is_monotonic=True)
        return Metric(name, family.documentation, unit, counted)
    return Metric(name, family.documentation, unit, Gauge(numbers))


def _histograms(family: Family, began_ns: int, at_ns: int) -> Iterator[HistogramDataPoint]:
    """Yield a family's histograms, their counts no longer added up over the buckets."""
    found: dict[tuple[tuple[str, str], ...], tuple[dict[str, float], float]] = {}
    for sample in family.samples:
        labels = dict(sample.labels)
        bound = labels.pop("le", "")
        key = tuple(labels.items())
        buckets, total = found.setdefault(key, ({}, 0.0))
        if sample.name.endswith("_bucket"):
            buckets[bound] = sample.value
        elif sample.name.endswith("_sum"):
            found[key] = buckets, float(sample.value)
    for key, (buckets, total) in found.items():
        up_to = [0, *(round(each) for each in buckets.values())]
        yield HistogramDataPoint(
            attributes=dict(key),
            start_time_unix_nano=began_ns,
            time_unix_nano=at_ns,
            count=up_to[-1],
            sum=total,
            bucket_counts=[after - before for before, after in pairwise(up_to)],
            explicit_bounds=[float(bound) for bound in buckets if bound != "+Inf"],
            # Never known, and left out of the message when they are None, whatever the type says.
            min=None,  # type: ignore[arg-type]
            max=None,  # type: ignore[arg-type]
        )
