"""Loads the operator's strategies: pure functions named in the configuration.

`FILE.py:function` (from the folder the program runs in) or `package.module:function`. Whether one
keeps its promise to be pure nobody checks; a replay whose digest differs would show it.
"""

import importlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from underround.core.errors import ConfigError
from underround.core.windows.view import Strategy


def load_strategies(names: Sequence[str]) -> dict[str, Strategy]:
    """Return the strategies by name; ConfigError, one line, for one that cannot be had."""
    return {name: _load(name) for name in names}


def _load(name: str) -> Strategy:
    where, separator, function = name.rpartition(":")
    if not separator or not where or not function:
        raise ConfigError(
            f'strategy {name!r}: write "FILE.py:function" or "package.module:function"'
        )
    try:
        module = (
            _from_file(Path(where)) if where.endswith(".py") else importlib.import_module(where)
        )
    except Exception as error:  # noqa: BLE001 - whatever the operator's file does when run
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ConfigError(f"strategy {name!r} cannot be loaded: {reason}") from None
    strategy = getattr(module, function, None)
    if not callable(strategy):
        raise ConfigError(f"strategy {name!r}: {where} has no function {function!r}")
    loaded: Strategy = strategy
    return loaded


def _from_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"no file {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
