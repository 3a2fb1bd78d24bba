"""Ways of spoiling a frame: bytes flipped, cut and copied, numbers replaced, messages replaced.

Every choice comes from the generator that is handed in, so that a seed repeats a run.
"""

import random
import re
from collections.abc import Callable

NASTY = [
    b"NaN", b'"NaN"', b"1e999", b'"1e999"', b"-1", b'"-1"', b"0", b'"0"', b'"0.0"', b'"1"',
    b'"1.0"', b'"0.00001"', b"null", b"true", b'""', b"[]", b"{}", b'"0x10"', b'" 1"', b'"1_000"',
    b"-0.0", b"9" * 40, b'"' + b"9" * 400 + b'"', b'"1e-999"',
    b"18446744073709551616", b'"\\u0000"',
]  # fmt: skip
FOREIGN = [
    b"", b"[]", b"{}", b"PONG", b"PING", b"INVALID OPERATION", b"null", b"17", b'"text"', b"[[]]",
    b"<html><body>502 Bad Gateway</body></html>", b"\xff\xfe\x00", b"[" * 3_000, b'{"a":' * 3_000,
    b'{"type":"error","msg":{"code":25,"msg":"slow"}}', b'{"event_type":"surprise"}',
    b'{"type":"surprise","sid":1,"seq":3}', b"\x00" * 64, b"{" + b" " * 10_000 + b"}",
]  # fmt: skip
_VALUE = re.compile(rb'(?<=[:,\[])\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|null|true|false)')
_PAIR = re.compile(rb'"(?:[^"\\]|\\.)*":("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)')

Mutation = Callable[[random.Random, bytes], bytes]


def flip(rng: random.Random, frame: bytes) -> bytes:
    """Change one byte."""
    if not frame:
        return b"\x00"
    at = rng.randrange(len(frame))
    return frame[:at] + bytes([rng.randrange(256)]) + frame[at + 1 :]


def cut(rng: random.Random, frame: bytes) -> bytes:
    """Cut the frame off somewhere."""
    return frame[: rng.randrange(len(frame) + 1)]


def drop(rng: random.Random, frame: bytes) -> bytes:
    """Leave a piece out."""
    at = rng.randrange(len(frame) + 1)
    return frame[:at] + frame[at + rng.randrange(40) :]


def copy(rng: random.Random, frame: bytes) -> bytes:
    """Write a piece twice."""
    at = rng.randrange(len(frame) + 1)
    return frame[:at] + frame[max(0, at - rng.randrange(1, 60)) : at] + frame[at:]


def replace_value(rng: random.Random, frame: bytes) -> bytes:
    """Put something nasty in place of one value."""
    values = list(_VALUE.finditer(frame))
    if not values:
        return frame
    found = rng.choice(values)
    return frame[: found.start(1)] + rng.choice(NASTY) + frame[found.end(1) :]


def exchange_values(rng: random.Random, frame: bytes) -> bytes:
    """Put one value in the place of another."""
    values = list(_VALUE.finditer(frame))
    if len(values) < 2:
        return frame
    target, source = rng.choice(values), rng.choice(values)
    return frame[: target.start(1)] + source[1] + frame[target.end(1) :]


def repeat_key(rng: random.Random, frame: bytes) -> bytes:
    """Give one key twice, the second time with something nasty."""
    pairs = list(_PAIR.finditer(frame))
    if not pairs:
        return frame
    found = rng.choice(pairs)
    key = found[0][: -len(found[1])]
    return frame[: found.end()] + b"," + key + rng.choice(NASTY) + frame[found.end() :]


def wrap(rng: random.Random, frame: bytes) -> bytes:
    """Make an array of it, or double it, or surround it with blanks."""
    return rng.choice([b"[%s]", b"[%s,7]", b" %s\n", b"[[%s]]", b"%s%s"]).replace(b"%s", frame)


def supplant(rng: random.Random, frame: bytes) -> bytes:
    """Send something else altogether."""
    return rng.choice(FOREIGN)


MUTATIONS: tuple[Mutation, ...] = (
    flip, cut, drop, copy, replace_value, replace_value, exchange_values, repeat_key, wrap,
    supplant,
)  # fmt: skip


def mutated(rng: random.Random, frame: bytes) -> bytes:
    """Spoil a frame in one to three ways."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        frame = rng.choice(MUTATIONS)(rng, frame)
    return frame
