"""The latest of many things by name, up to a bound: for what late answers may still name.

Whatever is older must be known elsewhere, or nobody asks for it any more.
"""

from collections.abc import Iterable
from typing import Final, Generic, TypeVar

REMEMBERED: Final = 20_000

Thing = TypeVar("Thing")


class Recent(dict[str, Thing], Generic[Thing]):
    """A dictionary that forgets what was put in first, once it holds more than `limit`."""

    def __init__(self, items: Iterable[tuple[str, Thing]] = (), limit: int = REMEMBERED) -> None:
        super().__init__()
        self._limit = limit
        for name, thing in items:
            self[name] = thing

    def __setitem__(self, name: str, thing: Thing) -> None:
        """Put something in, or anew in its old place."""
        super().__setitem__(name, thing)
        if len(self) > self._limit:
            del self[next(iter(self))]
