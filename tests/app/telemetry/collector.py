"""A real OpenTelemetry collector for tests: OTLP over HTTP on loopback, messages by schema."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

KINDS = {
    "/v1/metrics": (ExportMetricsServiceRequest, ExportMetricsServiceResponse),
    "/v1/traces": (ExportTraceServiceRequest, ExportTraceServiceResponse),
}


class Collector:
    """What has arrived: messages by path, headers, and what is answered next."""

    def __init__(self) -> None:
        self.port = 0
        self.status: dict[str, int] = dict.fromkeys(KINDS, 200)
        self.messages: dict[str, list[Any]] = {path: [] for path in KINDS} | {"refused": []}
        self.headers: list[dict[str, str]] = []
        self.arrived = threading.Condition()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self, path: str, count: int = 1) -> None:
        """Wait until so many messages have come to a path."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.messages[path]) >= count, 30)

    def metrics(self, number: int = -1) -> dict[str, Metric]:
        """Return the metrics of one message by their names."""
        [resource] = self.messages["/v1/metrics"][number].resource_metrics
        [scope] = resource.scope_metrics
        return {metric.name: metric for metric in scope.metrics}

    def spans(self) -> list[Span]:
        """Return every span that has come."""
        return [
            span
            for message in self.messages["/v1/traces"]
            for resource in message.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def known(attributes: "list[KeyValue]") -> dict[str, Any]:
    """Return attributes as plain values."""
    plain = {}
    for each in attributes:
        kind = each.value.WhichOneof("value")
        value = getattr(each.value, kind)
        if kind == "array_value":
            value = [member.string_value for member in value.values]
        plain[each.key] = value
    return plain


@contextmanager
def collector() -> Iterator[Collector]:
    """Run a collector until the block ends."""
    taken = Collector()

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            assert self.headers["Content-Type"] == "application/x-protobuf"
            request, answer = KINDS[self.path]
            status = taken.status[self.path]
            with taken.arrived:
                taken.headers.append({k.lower(): v for k, v in self.headers.items()})
                if status == 200:
                    taken.messages[self.path].append(request.FromString(body))
                else:
                    taken.messages["refused"].append(self.path)
                taken.arrived.notify_all()
            said = answer().SerializeToString()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    taken.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
