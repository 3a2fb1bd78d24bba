"""A further piece of the engine: which events it takes, and how several pieces share one event.

Pure like the engine itself; the pricing of index windows is one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeAlias

from underround.core.book import Book
from underround.core.effect import Effect

Route: TypeAlias = Callable[[Any], None]
"""Takes one event."""


class Part(Protocol):
    """A piece that an engine can be given."""

    def joined(self, books: Mapping[str, Book], out: list[Effect]) -> Mapping[type, Route]:
        """Take the engine's books to read and its effects to add to; return routes by event."""
        ...


def join_routes(own: dict[type, Route], others: Mapping[type, Route]) -> None:
    """Add a part's routes to the engine's; an event that both take goes to the engine first."""
    for kind, route in others.items():
        first = own.get(kind)
        own[kind] = route if first is None else _one_after_the_other(first, route)


def _one_after_the_other(first: Route, second: Route) -> Route:
    def both(event: Any) -> None:
        first(event)
        second(event)

    return both
