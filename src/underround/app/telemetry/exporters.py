"""OpenTelemetry's own exporters, made from the section and the standard OTEL_… variables.

What the section says wins, what it leaves empty is as the variables say, else as the standard's
defaults are. Sends nothing by itself; an address's password reaches no log.
"""

import logging
import re
import uuid
from collections.abc import Mapping
from typing import Final

from msgspec import Struct
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

import underround
from underround.app.sections.telemetry import TelemetryConfig
from underround.core.errors import ConfigError

SCOPE: Final = InstrumentationScope("underround", underround.__version__)
DEFAULT_ENDPOINT: Final = "http://localhost:4318"
DEFAULT_INTERVAL_S: Final = 15.0
PROTOCOL: Final = "http/protobuf"
_PASSWORD: Final = re.compile(r"(?<=://)[^/@\s]+(?=@)")


class Complaints(logging.Handler):
    """Keeps what OpenTelemetry first complained of; nothing of it is written anywhere else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a complaint on one line, without a password; those that follow repeat it."""
        self.first = self.first or plain(record.getMessage())


def plain(complaint: str) -> str:
    """Return the reason in a complaint: on one short line, without a password."""
    text = _PASSWORD.sub("***", " ".join(complaint.split()))
    known = re.search(r"\[Errno -?\d+\] ([\w ]+)|(code: \d+, reason: [\w ]+)", text)
    return (known[1] or known[2]).lower() if known else text[:200]


class Batching(Struct, frozen=True):
    """How spans wait: how many at most, how many go together, and how long they may take to go."""

    most: int
    together: int
    every_s: float


class Exporters(Struct, frozen=True):
    """What sends: None for a kind that a variable turned off. `where` may be shown."""

    metrics: OTLPMetricExporter | None
    spans: OTLPSpanExporter | None
    resource: Resource
    interval_s: float
    batching: Batching
    where: str
    complaints: Complaints

    def close(self) -> None:
        """End what is being sent, without a last try."""
        for exporter in (self.metrics, self.spans):
            if exporter is not None:
                exporter.shutdown()


def exporters_of(config: TelemetryConfig, environ: Mapping[str, str]) -> Exporters:
    """Return what the section and the variables amount to; ConfigError for what is not offered.

    `environ` must be the process's own: OpenTelemetry reads most of the variables itself.
    """
    sends = {kind: _sends(kind, environ) for kind in ("METRICS", "TRACES")}
    for kind in (kind for kind, is_sent in sends.items() if is_sent):
        for name in (f"OTEL_EXPORTER_OTLP_{kind}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
            if environ.get(name, PROTOCOL) != PROTOCOL:
                raise ConfigError(
                    f"environment: {name} asks for {environ[name]!r}; telemetry speaks"
                    f' "{PROTOCOL}" (a collector takes it on port 4318)'
                )
    complaints = _overheard()
    at = config.endpoint or environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or DEFAULT_ENDPOINT
    metrics_at = traces_at = None
    if config.endpoint:
        metrics_at, traces_at = f"{config.endpoint}/v1/metrics", f"{config.endpoint}/v1/traces"
    return Exporters(
        metrics=OTLPMetricExporter(endpoint=metrics_at) if sends["METRICS"] else None,
        spans=OTLPSpanExporter(endpoint=traces_at) if sends["TRACES"] else None,
        resource=_resource(config),
        interval_s=float(config.interval_s)
        or _number(environ, "OTEL_METRIC_EXPORT_INTERVAL", DEFAULT_INTERVAL_S * 1_000) / 1_000,
        batching=Batching(
            most=int(_number(environ, "OTEL_BSP_MAX_QUEUE_SIZE", 2_048)),
            together=int(_number(environ, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512)),
            every_s=_number(environ, "OTEL_BSP_SCHEDULE_DELAY", 5_000) / 1_000,
        ),
        where=_PASSWORD.sub("***", at),
        complaints=complaints,
    )


def _sends(kind: str, environ: Mapping[str, str]) -> bool:
    """Tell whether a kind is to be sent; ConfigError for a way of sending that is not offered."""
    name = f"OTEL_{kind}_EXPORTER"
    wanted = environ.get(name) or "otlp"
    if wanted not in ("otlp", "none"):
        raise ConfigError(
            f'environment: {name} asks for {wanted!r}; telemetry knows "otlp" and "none"'
        )
    return wanted == "otlp"


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name) or str(default)
    if not re.fullmatch(r"\d{1,9}(\.\d+)?", text) or float(text) < 1:
        raise ConfigError(f"environment: {name} must be a number of 1 or more, not {text!r}")
    return float(text)


def _resource(config: TelemetryConfig) -> Resource:
    """Say who speaks: the section's name, else the variables', else the program's."""
    ours = {"service.name": "underround", "service.version": underround.__version__}
    ours["service.instance.id"] = str(uuid.uuid4())
    said = Resource.create()
    given = {
        name: value
        for name, value in said.attributes.items()
        if not str(value).startswith("unknown_service")
    }
    named = {"service.name": config.service} if config.service else {}
    return Resource({**ours, **given, **named}, said.schema_url)


def _overheard() -> Complaints:
    """Keep OpenTelemetry's own lines out of our log: one of ours says what they are about."""
    logger = logging.getLogger("opentelemetry")
    for old in [each for each in logger.handlers if isinstance(each, Complaints)]:
        logger.removeHandler(old)
    complaints = Complaints()
    logger.addHandler(complaints)
    logger.propagate = False
    return complaints
