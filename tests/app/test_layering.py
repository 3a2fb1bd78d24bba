"""Layers merge into any struct: the last wins, text reads as the field's type."""

import string
from typing import Annotated, Final, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct, field, to_builtins

from underround.app.layering import Layer, environment_layer, merge, nearest
from underround.core.errors import ConfigError


class Inner(Struct, frozen=True):
    count: int = 0
    is_on: bool = False
    names: tuple[str, ...] = ()


class Chosen(Struct, frozen=True):
    kinds: tuple[Literal["signal", "error"], ...] = ()
    mode: Literal["signal", "error"] | None = None
    ages: tuple[Annotated[int, Meta(ge=1, le=9, description="1 … 9")], ...] = ()


class Outer(Struct, frozen=True):
    inner: Inner = field(default_factory=Inner)
    chosen: Chosen = field(default_factory=Chosen)
    note: str | None = None


KINDS: Final = 'f: chosen.kinds must be a list, each member one of "signal", "error"'
NAMES = st.lists(st.text(string.ascii_letters, min_size=1), max_size=3)
INNERS = st.builds(Inner, st.integers(-(2**31), 2**31), st.booleans(), NAMES.map(tuple))


@given(INNERS)
def test_tables_and_variables_say_the_same(inner: Inner) -> None:
    environ = {
        "UNDERROUND__INNER__COUNT": str(inner.count),
        "UNDERROUND__INNER__IS_ON": str(inner.is_on).lower(),
        "UNDERROUND__INNER__NAMES": ", ".join(inner.names),
        "PATH": "/usr/bin",
    }
    tables = {"inner": {**to_builtins(inner), "names": list(inner.names)}}
    assert merge(Outer, [Layer("file", tables)]) == Outer(inner)
    assert merge(Outer, [environment_layer(environ)]) == Outer(inner)


@given(st.lists(st.dictionaries(st.sampled_from(["count", "is_on"]), st.just(1)), max_size=4))
def test_the_last_layer_that_gives_a_key_wins(given_keys: list[dict[str, int]]) -> None:
    layers, last = [], {"count": 0, "is_on": False}
    for number, keys in enumerate(given_keys, 1):
        values = {key: number if key == "count" else bool(number % 2) for key in keys}
        layers.append(Layer(f"file {number}", {"inner": values}))
        last |= values
    assert merge(Outer, layers) == Outer(Inner(**last))


@pytest.mark.parametrize(
    ("tables", "line"),
    [
        ({"inner": {"count": "1"}}, "f: inner.count must be a whole number, not '1'"),
        ({"inner": {"is_on": 1}}, "f: inner.is_on must be true or false, not 1"),
        ({"inner": {"names": "a"}}, "f: inner.names must be a list of texts, not 'a'"),
        (
            {"chosen": {"ages": ["x"]}},
            "f: chosen.ages must be a list, each member 1 … 9, not ['x']",
        ),
        ({"chosen": {"kinds": ["sigal"]}}, f"{KINDS}, not ['sigal']; did you mean \"signal\"?"),
        ({"chosen": {"kinds": ["error", "xyz"]}}, f"{KINDS}, not ['error', 'xyz']"),
        ({"chosen": {"kinds": "signal"}}, f"{KINDS}, not 'signal'"),
        (
            {"chosen": {"mode": "erorr"}},
            'f: chosen.mode must be one of "signal", "error", not \'erorr\'; did you mean "error"?',
        ),
        ({"inner": []}, "f: inner must be a section, not list"),
        ({"note": 3}, "f: note must be text, not 3"),
        ({"inner": {"cuont": 1}}, 'f: unknown key "inner.cuont"; did you mean "inner.count"?'),
        ({"inner": {"xyz": 1}}, 'f: unknown key "inner.xyz"; known here are count, is_on, names'),
    ],
)
def test_mistake_is_one_line_with_origin_and_key(tables, line) -> None:
    with pytest.raises(ConfigError) as caught:
        merge(Outer, [Layer("f", tables)])
    assert str(caught.value) == line


def test_nearest_is_none_when_nothing_is_near() -> None:
    assert nearest("polarty", ["polarity", "note"]) == "polarity"
    assert nearest("xyz", ["polarity", "note"]) is None
