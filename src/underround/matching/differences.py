"""Two texts side by side with the words marked that are not in both.

Words and marks only; how a mark looks is the terminal's or the page's business.
"""

import difflib
import re
from typing import Final

from msgspec import Struct

from underround.matching.wording import folded

_TAG: Final = re.compile(r"<[^>]{0,200}>")
_PIECE: Final = re.compile(r"\S+")
_EDGE: Final = re.compile(r"^\W+|\W+$")


class Word(Struct, frozen=True):
    """One word as written, and whether the other text lacks it at this place."""

    text: str
    differs: bool


def _key(word: str) -> str:
    return _EDGE.sub("", folded(word)) or word


def marked(first: str, second: str) -> tuple[list[Word], list[Word]]:
    """Return both texts as words, each marked where the other has none that corresponds.

    Case, accents and punctuation at a word's edge make no difference.
    """
    one, two = (_PIECE.findall(_TAG.sub(" ", text)) for text in (first, second))
    matcher = difflib.SequenceMatcher(
        None, [_key(word) for word in one], [_key(word) for word in two], autojunk=False
    )
    same_one: set[int] = set()
    same_two: set[int] = set()
    for block in matcher.get_matching_blocks():
        same_one.update(range(block.a, block.a + block.size))
        same_two.update(range(block.b, block.b + block.size))
    return (
        [Word(word, at not in same_one) for at, word in enumerate(one)],
        [Word(word, at not in same_two) for at, word in enumerate(two)],
    )
