"""How far long work of matching has come, told to whoever shows it.

A context variable, so that nothing between a command and a loop carries a callback.
"""

from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Final, TypeVar

Each = TypeVar("Each")

on_counted: ContextVar[Callable[[str, int, int | None], object] | None] = ContextVar(
    "on_counted", default=None
)
"""Told (what is done, how many so far, of how many; None: nobody knows) now and then."""

TOLD_EVERY: Final = 64


def counted(what: str, items: Sequence[Each]) -> Iterator[Each]:
    """Yield every item, and tell how many have been done."""
    tell, total = on_counted.get(), len(items)
    for number, item in enumerate(items, 1):
        yield item
        if tell is not None and (number % TOLD_EVERY == 0 or number == total):
            tell(what, number, total)
