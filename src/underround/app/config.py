"""The operator's configuration: all sections, and where they are read from.

One TOML file, then the environment, then flags, each over the one before. The defaults are the
venues' live hosts. Reads that one file and nothing else; opens no connection.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from underround.app.layering import Layer, environment_layer, merge
from underround.app.logs import LoggingConfig
from underround.app.sections.alerts import AlertsConfig
from underround.app.sections.bitcoin import BitcoinConfig
from underround.app.sections.telemetry import TelemetryConfig
from underround.app.sections.trading import PaperConfig, RiskConfig, TradingConfig
from underround.app.sections.values import EXCHANGES, Text
from underround.app.sections.venues_and_stores import (
    DEFAULT_REDIS_URL,
    DetectionConfig,
    FeesConfig,
    KalshiConfig,
    PolymarketConfig,
    StorageConfig,
    UniverseConfig,
    VenuesConfig,
)
from underround.app.sections.web import WebConfig
from underround.core.errors import ConfigError

__all__ = [
    "DEFAULT_REDIS_URL",
    "EXCHANGES",
    "AlertsConfig",
    "BitcoinConfig",
    "Config",
    "DetectionConfig",
    "KalshiConfig",
    "PolymarketConfig",
    "StorageConfig",
    "UniverseConfig",
    "VenuesConfig",
    "config_layers",
    "configured_text",
    "decode",
    "default_path",
    "load_config",
    "read_text",
]


class Config(Struct, frozen=True, kw_only=True):
    """Everything that an operator may set. Paths are from the folder the program runs in."""

    venues: VenuesConfig = field(default_factory=VenuesConfig)
    detection: DetectionConfig = field(default_factory=DetectionConfig)
    fees: FeesConfig = field(default_factory=FeesConfig)
    storage: StorageConfig = field(default_factory=StorageConfig)
    universe: UniverseConfig = field(default_factory=UniverseConfig)
    bitcoin: BitcoinConfig = field(default_factory=BitcoinConfig)
    web: WebConfig = field(default_factory=WebConfig)
    alerts: AlertsConfig = field(default_factory=AlertsConfig)
    logging: LoggingConfig = field(default_factory=LoggingConfig)
    telemetry: TelemetryConfig = field(default_factory=TelemetryConfig)
    risk: RiskConfig = field(default_factory=RiskConfig)
    trading: TradingConfig = field(default_factory=TradingConfig)
    paper: PaperConfig = field(default_factory=PaperConfig)
    pairs: Text = "pairs.toml"


def default_path(environ: Mapping[str, str]) -> Path:
    """Return where the file is looked for when none is named: the user's configuration folder."""
    folder = environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(folder).expanduser() / "underround" / "config.toml"


def decode(
    text: str,
    origin: str,
    environ: Mapping[str, str],
    flags: Mapping[str, Any],
) -> Config:
    """Return the configuration that a file's text, the environment and flags amount to.

    `origin` is the file's name for messages; `flags` are nested tables like the file's.
    Raises ConfigError, one line, for anything that cannot be used.
    """
    return merge(Config, config_layers(text, origin, environ, flags))


def config_layers(
    text: str, origin: str, environ: Mapping[str, str], flags: Mapping[str, Any]
) -> list[Layer]:
    """Return what speaks for the configuration, the strongest last; ConfigError if not TOML."""
    try:
        # Numbers with a point stay text: money never goes through a float.
        tables = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{origin}: not TOML: {error}") from None
    return [Layer(origin, tables), environment_layer(environ), Layer("command line", flags)]


def load_config(
    path: Path | None,
    environ: Mapping[str, str],
    flags: Mapping[str, Any] | None = None,
) -> Config:
    """Read the configuration from `path`, or from the default path if a file is there.

    Raises ConfigError, one line, when a named file cannot be read or anything in it is wrong.
    """
    text, origin = configured_text(path, environ)
    return decode(text, origin, environ, flags or {})


def configured_text(path: Path | None, environ: Mapping[str, str]) -> tuple[str, str]:
    """Return the text of `path`, or of the default file ("" where there is none), and its name.

    Raises ConfigError when a named file cannot be read.
    """
    found = path or default_path(environ)
    if path is None and not found.is_file():
        return "", str(found)
    return read_text(found, "config file"), str(found)


def read_text(path: Path, what: str) -> str:
    """Return a UTF-8 file's text, without the mark that Windows puts before it.

    ConfigError names `what` could not be read and why.
    """
    try:
        return path.expanduser().read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: the {what} is not UTF-8 text") from None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"{path}: the {what} cannot be read: {reason}") from None
