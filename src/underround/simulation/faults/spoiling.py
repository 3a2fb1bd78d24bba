"""Ways to spoil a frame's text: cut, not UTF-8, not JSON, of the wrong shape, of wild values.

Functions of a text and a seeded source of chance; they send nothing.
"""

import random
import re
from collections.abc import Callable
from typing import Final

HTML: Final = (
    "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>"
    "<body><h1>Bad gateway</h1></body></html>\n"
)
_DEPTH: Final = 5_000
_NUMBERS: Final = re.compile(r'("(?:price|size|price_dollars|delta_fp)":)"[^"]*"')
_BOMBS: Final = ("NaN", "Infinity", "1e999", "-5", "2.5", "", "0x10", "1" * 400)


def cut(text: str, dice: random.Random) -> str:
    """Return the text without its end."""
    return text[: dice.randrange(1, max(len(text), 2))]


def broken_utf8(text: str, dice: random.Random) -> bytes:
    """Return the text with a byte that no UTF-8 text has."""
    raw = bytearray(text.encode())
    raw[dice.randrange(len(raw))] = 0xFF
    return bytes(raw)


def html(_text: str, _dice: random.Random) -> str:
    """Return a gateway's error page."""
    return HTML


def bomb(text: str, dice: random.Random) -> str:
    """Return the text with one number that is none, or far out of its range."""
    wild = dice.choice(_BOMBS)
    return _NUMBERS.sub(lambda found: f'{found[1]}"{wild}"', text, count=1)


def misshapen(_text: str, dice: random.Random) -> str:
    """Return JSON that is valid and is no message."""
    return dice.choice(("null", "17", '"text"', "[1,2,3]", "{}", '{"type":7,"event_type":[]}'))


def deep(_text: str, _dice: random.Random) -> str:
    """Return JSON nested deeper than decoders like."""
    return "[" * _DEPTH + "]" * _DEPTH


WAYS: Final[tuple[Callable[[str, random.Random], str | bytes], ...]] = (
    cut,
    bomb,
    misshapen,
    html,
    broken_utf8,
    deep,
)


def any_way(text: str, dice: random.Random) -> str | bytes:
    """Spoil a text in one of the ways."""
    return dice.choice(WAYS)(text, dice)
