"""Strategies of the operator's own: loaded by name, refused in one line."""

import pytest

from underround.app.bitcoin.strategies import load_strategies
from underround.core.errors import ConfigError


def test_a_function_of_a_file_and_one_of_a_module(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("def mine(view):\n    return [view]\n")
    names = (f"{file}:mine", "underround.core.windows.value_strategy:value_strategy")
    loaded = load_strategies(names)
    assert tuple(loaded) == names
    assert loaded[names[0]]("view") == ["view"]


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("", "FILE", 'write "FILE.py:function"'),
        ("", ":mine", 'write "FILE.py:function"'),
        ("", "FILE:mine", "has no function 'mine'"),
        ("mine = 3\n", "FILE:mine", "has no function 'mine'"),
        ("def mine(:\n", "FILE:mine", "cannot be loaded: invalid syntax"),
        ("raise ValueError('not today')\n", "FILE:mine", "cannot be loaded: not today"),
        ("", "no/such/file.py:mine", "cannot be loaded: no file no/such/file.py"),
        ("", "no.such.module:mine", "cannot be loaded: No module named 'no'"),
    ],
)
def test_what_cannot_be_had_is_one_line(tmp_path, text, name, reason):
    file = tmp_path / "mine.py"
    file.write_text(text)
    with pytest.raises(ConfigError) as refusal:
        load_strategies([name.replace("FILE", str(file))])
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)
