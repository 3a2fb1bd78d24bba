"""Settings merged from layers (file, environment, flags) into one typed struct.

Generic over the struct: its fields are the known keys, its nested structs the tables. Pure: reads
no file and no environment. Every mistake is a ConfigError of one line with its origin and key.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from underround.core.errors import ConfigError

_PASSWORD: Final = re.compile(r"(?<=[:/])[^:/@\s]+(?=@)")
ENVIRONMENT_PREFIX: Final = "UNDERROUND__"
StructT = TypeVar("StructT", bound=Struct)


class Layer(Struct, frozen=True):
    """One source of settings: what the operator calls it, and its nested tables.

    `spell` writes a key's path as this source does. `texts`: every value is text that has to be
    read as the field's type, with commas between the members of a list.
    """

    origin: str
    tables: Mapping[str, Any]
    spell: Callable[[Iterable[str]], str] = ".".join
    texts: bool = False


def environment_layer(environ: Mapping[str, str]) -> Layer:
    """Return the layer of all variables UNDERROUND__SECTION__KEY; the rest is not looked at."""
    tables: dict[str, Any] = {}
    for name, value in sorted(environ.items()):
        if name.startswith(ENVIRONMENT_PREFIX):
            *sections, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
            table = tables
            for section in sections:
                inner = table.setdefault(section, {})
                if not isinstance(inner, dict):
                    raise ConfigError(f"environment: {name} is set inside what is not a section")
                table = inner
            table[key] = value
    return Layer("environment", tables, _variable, texts=True)


def origins(kind: type[Struct], layers: Iterable[Layer]) -> dict[tuple[str, ...], str]:
    """Return which layer has the last word on each setting that any layer gives, by its path.

    A source is named as its operator would find it: file, variable, command line. Raises
    ConfigError as `merge` does.
    """
    last: dict[tuple[str, ...], str] = {}
    for layer in layers:
        for path, _ in _values(kind, layer, layer.tables, ()):
            last[path] = layer.spell(path) if layer.texts else layer.origin
    return last


def merge(kind: type[StructT], layers: Iterable[Layer]) -> StructT:
    """Return a `kind` filled from the layers, each winning over those before it.

    Raises ConfigError for an unknown key, a value of the wrong type, or a refused combination.
    """
    merged: dict[str, Any] = {}
    layers = [layer for layer in layers if layer.tables]
    for layer in layers:
        for path, value in _values(kind, layer, layer.tables, ()):
            table = merged
            for section in path[:-1]:
                table = table.setdefault(section, {})
            table[path[-1]] = value
    try:
        return msgspec.convert(merged, kind)
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$")
        origins = ", ".join(layer.origin for layer in layers)
        raise ConfigError(f"{origins}: {place.strip('.`')}: {reason}") from None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known key that a mistyped one most likely meant, or None."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), None)


def _variable(path: Iterable[str]) -> str:
    return ENVIRONMENT_PREFIX + "__".join(path).upper()


def _values(
    kind: type[Struct], layer: Layer, tables: Mapping[str, Any], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the path and the checked value of every setting that a layer gives."""
    known = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    for key, value in tables.items():
        here = (*path, key)
        if key not in known:
            hint = f"known here are {', '.join(known)}"
            if meant := nearest(key, map(".".join, _paths(kind, ()))):
                hint = f'did you mean "{layer.spell((*path, *meant.split(".")))}"?'
            raise ConfigError(f'{layer.origin}: unknown key "{layer.spell(here)}"; {hint}')
        type_ = known[key]
        if not _is_section(type_):
            yield here, _value(type_, layer, here, value)
        elif isinstance(value, Mapping):
            yield from _values(type_, layer, value, here)
        else:
            raise ConfigError(
                f"{layer.origin}: {layer.spell(here)} must be a section, not {type(value).__name__}"
            )


def _paths(kind: type[Struct], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key and section below one section."""
    for each in msgspec.structs.fields(kind):
        here = (*path, each.encode_name)
        yield here
        if _is_section(each.type):
            yield from _paths(each.type, here)


def _is_section(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Struct)


def _value(type_: Any, layer: Layer, path: tuple[str, ...], value: Any) -> Any:
    given = value
    if layer.texts and _is_list(type_):
        given = [member for member in re.split(r"\s*,\s*", value.strip()) if member]
    try:
        converted = msgspec.convert(given, type_, strict=not layer.texts)
        if not all(accepts(converted) for accepts in _extras(type_, "accepts")):
            raise msgspec.ValidationError
        return converted
    except msgspec.ValidationError:
        found = meant = ""
        if not _is_secret(type_):
            found = f", not {_PASSWORD.sub('***', repr(value))}"
            meant = _meant(type_, given)
        raise ConfigError(
            f"{layer.origin}: {layer.spell(path)} must be {_expectation(type_)}{found}{meant}"
        ) from None


def _is_secret(type_: Any) -> bool:
    """Tell whether a field's value may be shown to nobody, a wrong one included."""
    return any(_extras(type_, "is_secret"))


def _extras(type_: Any, name: str) -> list[Any]:
    """Return what a field's type is given besides under a name: `is_secret`, or `accepts`.

    `accepts` tells of a value that has the right type whether it may stand.
    """
    metas = [meta for meta in getattr(type_, "__metadata__", ()) if isinstance(meta, Meta)]
    return [meta.extra[name] for meta in metas if meta.extra and name in meta.extra]


def _is_list(type_: Any) -> bool:
    """Tell whether a field takes a list, whatever is said about it besides."""
    return get_origin(get_args(type_)[0] if hasattr(type_, "__metadata__") else type_) is tuple


def _expectation(type_: Any) -> str:
    """Say what a field takes: the description in its type, or the type in plain words."""
    for meta in getattr(type_, "__metadata__", ()):
        if isinstance(meta, Meta) and meta.description:
            return meta.description
    if get_origin(type_) is Literal:
        return "one of " + ", ".join(f'"{choice}"' for choice in get_args(type_))
    if get_origin(type_) is tuple:
        return _expected_list(get_args(type_)[0])
    for inner in get_args(type_):
        if inner is not type(None):
            return _expectation(inner)
    plain = {str: "text", int: "a whole number", bool: "true or false"}
    return plain.get(type_, str(type_))


def _expected_list(member: Any) -> str:
    if (get_args(member)[0] if hasattr(member, "__metadata__") else member) is str:
        return "a list of texts"
    return f"a list, each member {_expectation(member)}"


def _meant(type_: Any, given: Any) -> str:
    """Ask whether the nearest choice was meant by the first that is none; "" without any near."""
    is_list = _is_list(type_) and isinstance(given, (list, tuple))
    choices = sorted(_choices(type_))
    for word in given if is_list else [given]:
        if choices and isinstance(word, str) and word not in choices:
            found = nearest(word, choices)
            return f'; did you mean "{found}"?' if found else ""
    return ""


def _choices(type_: Any) -> set[str]:
    """Return the words that a field, or a member of its list, may be; none where any may."""
    if get_origin(type_) is Literal:
        return {choice for choice in get_args(type_) if isinstance(choice, str)}
    return set().union(*map(_choices, get_args(type_)))
