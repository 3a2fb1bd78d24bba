"""The section that says whether an OpenTelemetry collector is told of a run, and where it listens.

Holds settings; what is left empty here is as the standard OTEL_… variables say.
"""

from typing import Annotated

from msgspec import Meta, Struct

from underround.app.sections.values import Web

Interval = Annotated[
    int, Meta(ge=0, le=3_600, description="a whole number of seconds, 0 … 3600 (0: as OTEL_… says)")
]


class TelemetryConfig(Struct, frozen=True, kw_only=True):
    """Off unless `enabled`; metrics and traces go to `endpoint` by OTLP over HTTP.

    Headers with secrets belong in OTEL_EXPORTER_OTLP_HEADERS, never here.
    """

    enabled: bool = False
    endpoint: Web = ""
    service: str = ""
    interval_s: Interval = 0
