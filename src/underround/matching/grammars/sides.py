"""Two contestants out of one phrase: "Frankfurt vs Dortmund Winner?", "Green Bay at Chicago".

Splits words; does not know who anybody is.
"""

import re
from typing import Final

from underround.matching.wording import folded, plain

_BETWEEN: Final = re.compile(r"\s+(?P<word>vs\.?|v\.?|at|@|versus)\s+", re.I)
_TAIL: Final = re.compile(
    r"\s*(?::|\?| - |\(|,)|\s+(?:Winner|match|game|fight|bout|professional|series|originally|"
    r"scheduled|"
    r"first half|1st half|CS2|LoL|League of Legends|Dota 2|Valorant|Counter-Strike|end in|"
    r"winning|Totals?|"
    r"20\d\d|in the|after|both teams|men's|women's|college|soccer|tennis)\b",
    re.I,
)
_HEAD: Final = re.compile(r"^(?:.*?\b20\d\d:\s*|.*?:\s+)", re.S)
_TIES: Final = frozenset({"tie", "draw", "the draw", "the tie", "a tie", "a draw"})


def is_tie(name: str) -> bool:
    """Say whether a side's name means a drawn game."""
    return folded(name) in _TIES


def split_sides(text: str) -> tuple[str, str, str] | None:
    """Return (first, second, word between: "vs" or "at") or None where two sides are not named.

    What stands before a colon (a tournament) and after the second name is cut off.
    """
    clean = plain(text).strip(" ?")
    found = _BETWEEN.search(clean)
    if not found:
        return None
    first, second = clean[: found.start()], clean[found.end() :]
    if ": " in first:
        first = _HEAD.sub("", first)
    first = re.sub(r"^(?:will|the|if)\s+", "", first.strip(), flags=re.I)
    tail = _TAIL.search(second)
    if tail:
        second = second[: tail.start()]
    second = second.strip(" .")
    if not first or not second or len(first) > 60 or len(second) > 60:
        return None
    word = "at" if found["word"].lower() in ("at", "@") else "vs"
    return first, second, word
