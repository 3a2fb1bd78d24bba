"""SIGHUP: pairs and what surrounds the engine read again while a run goes on.

Alerts, the log's form and how much is kept of recordings take effect at once; whatever else changed
is named and waits for a restart, because the engine's settings stand in the recording's header. A
file that cannot be used changes nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec

from underround.app.config import Config, StorageConfig
from underround.app.pairs.reload import PairReload
from underround.core.errors import ConfigError

_log = logging.getLogger("underround")

AT_ONCE: Final = (
    "alerts.",
    "logging.",
    "storage.recordings_most_days",
    "storage.recordings_most_gib",
)


class Reload:
    """The configuration of a run under way, and how it takes up another one.

    `load` reads it anew and may raise ConfigError; each of `on_change` is given the new one and may
    raise ConfigError before it has changed anything. `asked` is set by every SIGHUP.
    """

    def __init__(
        self,
        config: Config,
        load: Callable[[], Config],
        pairs: PairReload | None,
        asked: asyncio.Event,
    ) -> None:
        self.config = config
        self.on_change: list[Callable[[Config], None]] = []
        self._load = load
        self._pairs = pairs
        self._asked = asked

    def storage(self) -> StorageConfig:
        """Return how much is kept, as the configuration now has it."""
        return self.config.storage

    async def on_hangup(self) -> None:
        """Read everything again whenever it is asked for, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self.read()
            if self._pairs is not None:
                await self._pairs.read()

    async def read(self) -> str:
        """Take the configuration up and return, and log, in one line what changed."""
        try:
            fresh = await asyncio.to_thread(self._load)
            changed = changed_keys(self.config, fresh)
            now = [key for key in changed if key.startswith(AT_ONCE)]
            if now:
                for change in self.on_change:
                    change(fresh)
        except ConfigError as fault:
            line = f"the configuration stays as it is: {fault}"
            _log.warning("⚠️ %s", line)
            return line
        later = [key for key in changed if key not in now]
        self.config = msgspec.structs.replace(
            self.config,
            alerts=fresh.alerts,
            logging=fresh.logging,
            storage=msgspec.structs.replace(
                self.config.storage,
                recordings_most_days=fresh.storage.recordings_most_days,
                recordings_most_gib=fresh.storage.recordings_most_gib,
            ),
        )
        told = [f"{', '.join(now)} changed"] if now else []
        told += [f"{', '.join(later)} will change with a restart"] if later else []
        line = f"the configuration was read again: {'; '.join(told) or 'nothing has changed'}"
        _log.info("%s", line)
        return line


def changed_keys(before: Config, after: Config) -> list[str]:
    """Return the settings in which two configurations differ, as `section.key`."""
    one, other = (_flat(msgspec.to_builtins(config), "") for config in (before, after))
    return [key for key in one if one[key] != other[key]]


def _flat(tables: dict[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tables.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{path}{key}.")
        else:
            found[f"{path}{key}"] = value
    return found
