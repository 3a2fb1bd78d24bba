"""Telemetry beside a run: the only door to the rest, which needs the extra that may be missing.

The run is looked at as the page looks at it; nothing here is waited for.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from underround.app.page.metrics import Exposition
from underround.app.page.run_sight import RunSight, sight_of
from underround.app.sections.telemetry import TelemetryConfig
from underround.app.supervision import kept_running
from underround.app.telemetry.names import TraceNames
from underround.app.telemetry.stories import Stories
from underround.app.trading.setup import short_name
from underround.app.wiring import Running
from underround.core.errors import ConfigError

if TYPE_CHECKING:
    from underround.app.telemetry.exporters import Exporters
    from underround.app.telemetry.sender import Sender

PATIENCE_S: Final = 1.0
"""For the last metrics and spans when a run ends."""


def exporters_for(config: TelemetryConfig, environ: Mapping[str, str]) -> "Exporters | None":
    """Return what sends, None where telemetry is off; takes half a second where it is on.

    ConfigError when the extra is missing, or a variable asks for what is not offered.
    """
    if not config.enabled or environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    try:
        from underround.app.telemetry.exporters import exporters_of
    except ImportError:
        raise ConfigError(
            "telemetry.enabled needs OpenTelemetry: pip install 'underround[otel]'"
        ) from None
    return exporters_of(config, environ)


def names_of(run: Running) -> TraceNames:
    """Return the traces of a run: its signals are named as its trades name them."""
    if run.trading is None:
        return TraceNames(short_name(run.clock_ns()), None)
    desk = run.trading.desk
    return TraceNames(desk.run, desk.portfolio)


@asynccontextmanager
async def telemetry(
    run: Running, kind: str, exporters: "Exporters", names: TraceNames
) -> AsyncIterator[RunSight]:
    """Tell a collector of a run until the block ends; gives the sight that a page may share."""
    from underround.app.telemetry.sender import Sender

    async with sight_of(run, kind) as sight:
        exposition = Exposition(sight)
        sender = Sender(exporters, sight.started_ns)
        sight.lost_stories = lambda: sender.lost
        stories = Stories(run, names, sender.take)
        reading = asyncio.create_task(
            kept_running("telemetry", lambda: _reading(exposition, run, sender, exporters))
        )
        try:
            yield sight
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            stories.end()
            sender.read(exposition.families(), run.clock_ns())
            await asyncio.to_thread(sender.close, PATIENCE_S)


async def _reading(
    exposition: Exposition, run: Running, sender: "Sender", exporters: "Exporters"
) -> None:
    while True:
        await asyncio.sleep(exporters.interval_s)
        sender.read(exposition.families(), run.clock_ns())
