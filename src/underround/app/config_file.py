"""A configuration shown with where each value comes from, and a first file made by asking.

Writes one file and only where none stands; no secret is ever written or shown.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from underround.app.config import Config, config_layers, configured_text, decode
from underround.app.layering import origins
from underround.core.errors import ConfigError, UnderroundError
from underround.stores.address import MASK, shown_address

DEFAULT: Final = "default"
_KEY_IDS: Final = frozenset({"key_id", "token", "secret"})
_ADDRESSES: Final = frozenset({"channels"})


class Shown(Struct, frozen=True):
    """One setting: its key with sections, its value without secrets, and who gave it."""

    key: str
    value: Any
    origin: str


def shown_config(path: Path | None, environ: Mapping[str, str]) -> list[Shown]:
    """Return every setting in force, in the file's order; ConfigError as `load_config`."""
    text, name = configured_text(path, environ)
    config = decode(text, name, environ, {})
    given = origins(Config, config_layers(text, name, environ, {}))
    return [
        Shown(".".join(keys), without_secrets(keys[-1], value), given.get(keys, DEFAULT))
        for keys, value in _settings(msgspec.to_builtins(config), ())
    ]


def without_secrets(key: str, value: Any) -> Any:
    """Return a value as it may be shown: passwords in addresses and the ends of keys masked."""
    if key in _ADDRESSES:  # whose every part may be one
        return [f"{address.partition('://')[0]}://{MASK}" for address in value]
    if not isinstance(value, str):
        return value
    if key in _KEY_IDS:
        return value[:4] + MASK
    return shown_address(value) if "://" in value else value


class Question(Struct, frozen=True):
    """What `config init` asks for: the key, in words what it does, and what it must not be."""

    key: str
    text: str


QUESTIONS: Final = (
    Question("pairs", "The file with the pairs of markets to compare."),
    Question(
        "venues.kalshi.environment",
        "Kalshi's production exchange, or its demo one, where nothing costs anything.",
    ),
    Question(
        "venues.kalshi.key_id",
        "The id of your Kalshi API key (empty: none; its books are then polled, slowly).",
    ),
    Question(
        "venues.kalshi.private_key_path",
        "The file that holds this key's private half (mode 0600). Only its path is kept here.",
    ),
    Question(
        "detection.threshold_usd",
        "The least edge a contract, in dollars after fees, that is worth a signal.",
    ),
    Question(
        "storage.prices",
        "Where prices are shared: memory:// keeps them in the process, redis://HOST:PORT shares.",
    ),
)


def first_config(
    ask: Callable[[Question, str], str],
    environ: Mapping[str, str],
    refused: Callable[[str], None] | None = None,
) -> tuple[str, list[str]]:
    """Ask each question in turn; return the file's text and what to do next.

    `ask` is given a question and the value that an empty answer keeps. An answer that is a secret
    or cannot be used is told to `refused` and asked for again; ConfigError where nobody listens.
    """
    text = template()
    given: dict[str, str] = {}
    for question in QUESTIONS:
        if question.key.endswith("private_key_path") and "venues.kalshi.key_id" not in given:
            continue
        kept = _value_of(question.key)
        while True:
            answer = ask(question, kept).strip()
            if not answer or answer == kept:
                break
            try:
                text = _answered(text, question.key, answer)
            except ConfigError as fault:
                if refused is None:
                    raise
                refused(str(fault))
                continue
            given[question.key] = answer
            break
    decode(text, "the answers", {}, {})
    steps = ["underround config show --origin   shows what is in force and why"]
    key_file = given.get("venues.kalshi.private_key_path")
    if key_file is not None and not Path(key_file).expanduser().is_file():
        steps.append(f"put the private key into {key_file} and run: chmod 600 {key_file}")
    overriding = [name for name in environ if name.startswith("UNDERROUND__")]
    if overriding:
        steps.append(f"the environment is stronger than this file: {', '.join(sorted(overriding))}")
    return text, steps


def _answered(text: str, key: str, answer: str) -> str:
    """Return the file with one answer in it; ConfigError for one that cannot stand there."""
    _refuse_secrets(key, answer)
    text = with_value(text, key, answer)
    if key != "venues.kalshi.key_id":  # is only whole with the next answer
        decode(text, "this answer", {}, {})
    return text


def write_first(path: Path, text: str) -> None:
    """Write a new configuration file that only its owner may read.

    Raises UnderroundError when one is there already: nothing is ever written over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UnderroundError(
            f"{path} exists already and is left as it is; move it away, or name another with --path"
        ) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def template() -> str:
    """Return the file with every setting at its default, and what each one does."""
    return (files("underround.app") / "templates" / "config.toml").read_text(encoding="utf-8")


def with_value(text: str, key: str, value: str) -> str:
    """Return the template with one setting changed, uncommented where it was commented out.

    Raises KeyError for a key that the template does not have.
    """
    section, _, name = key.rpartition(".")
    lines, inside = text.splitlines(keepends=True), not section
    for number, line in enumerate(lines):
        if line.startswith("["):
            inside = line.partition("#")[0].strip() == f"[{section}]"
        elif inside and re.match(rf"(# )?{re.escape(name)} = ", line):
            _, mark, remark = line.partition("  #")
            quoted = msgspec.json.encode(value).decode()
            comment = f"   # {remark.strip()}" if mark else ""
            lines[number] = f"{name} = {quoted}{comment}\n"
            return "".join(lines)
    raise KeyError(key)


def _settings(
    tables: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tables.items():
        if isinstance(value, Mapping):
            yield from _settings(value, (*path, key))
        else:
            yield (*path, key), value


def _value_of(key: str) -> str:
    value: Any = msgspec.to_builtins(Config())
    for part in key.split("."):
        value = value[part]
    return "" if value is None else str(value)


def _refuse_secrets(key: str, answer: str) -> None:
    if "PRIVATE KEY" in answer:
        raise ConfigError(f"{key}: that is a key itself; give the path of a file that holds it")
    address, _, options = answer.partition("?")
    if "://" in address and (MASK in shown_address(address) or "password" in options):
        variable = "UNDERROUND__" + key.replace(".", "__").upper()
        raise ConfigError(f"{key}: a password does not belong in a file; set {variable} instead")
