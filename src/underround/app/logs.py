"""The program's log on stderr: friendly lines for a person, or JSON, one event a line.

A JSON line's `event` is a noun: the one that its record names, else the module that speaks; the
friendly words are in `text`, what else is known in fields. Decides only how records are written.
"""

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, TextIO

from msgspec import Struct

LogFormat = Literal["friendly", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]
NOISY: Final = ("httpx", "httpcore", "picows", "asyncio", "websockets", "uvicorn")


class LoggingConfig(Struct, frozen=True, kw_only=True):
    """How the log is written: lines for a person, or JSON for machines; and from what level on."""

    format: LogFormat = "friendly"
    level: LogLevel = "info"


def log_to_stderr(
    verbose: bool = False,
    form: LogFormat = "friendly",
    stream: TextIO | None = None,
    level: LogLevel = "info",
) -> None:
    """Send the program's log to stderr, one line each; `verbose` is stronger than a level."""
    out = logging.StreamHandler(stream or sys.stderr)
    out.setFormatter(_formatter(form))
    logging.basicConfig(level="DEBUG" if verbose else level.upper(), handlers=[out])
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log_as(config: LoggingConfig) -> None:
    """Write the log in another form, from another level on, from now on."""
    root = logging.getLogger()
    root.setLevel(config.level.upper())
    for out in root.handlers:
        if type(out) is logging.StreamHandler:  # ours, not one that only listens
            out.setFormatter(_formatter(config.format))


def _formatter(form: LogFormat) -> logging.Formatter:
    if form == "json":
        return json_lines()
    return logging.Formatter("%(asctime)s %(levelname)s %(message)s")


def json_lines() -> logging.Formatter:
    """Return the formatter that writes a record as one JSON object."""
    # Imported only here: it takes a quarter of a second, which every command would pay.
    from structlog.processors import JSONRenderer
    from structlog.stdlib import ExtraAdder, ProcessorFormatter

    return ProcessorFormatter(
        foreign_pre_chain=[ExtraAdder()],
        processors=[_named, JSONRenderer(ensure_ascii=False)],
    )


def _named(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Order a record: when, how grave, what (a noun), what else is known, the words."""
    record: logging.LogRecord = event["_record"]
    known = {name: each for name, each in event.items() if name not in _OURS}
    line = {
        "at": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        "level": record.levelname.lower(),
        "event": known.pop("noun", record.module),
        **known,
        "text": event["event"],
    }
    if event.get("exc_info"):
        line["exception"] = logging.Formatter().formatException(event["exc_info"])
    return line


_OURS: Final = frozenset({"_record", "_from_structlog", "event", "exc_info"})
