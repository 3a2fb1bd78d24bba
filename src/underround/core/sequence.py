"""Continuity of a numbered stream: in order, duplicate or gap.

Pure; decides nothing about what a gap means for the books.
"""

from enum import Enum


class Continuity(Enum):
    """How a message stands to the ones before it."""

    IN_ORDER = "in order"
    DUPLICATE = "duplicate"
    GAP = "gap"


class Sequence:
    """The numbers of one stream; `expected` is the next one, None before the first."""

    __slots__ = ("expected",)

    def __init__(self) -> None:
        self.expected: int | None = None

    def take(self, number: int) -> Continuity:
        """Judge the next message's number and move on; after a gap the newer number counts."""
        expected = self.expected
        if expected is None or number == expected:
            self.expected = number + 1
            return Continuity.IN_ORDER
        if number < expected:
            return Continuity.DUPLICATE
        self.expected = number + 1
        return Continuity.GAP
