"""Text made comparable: accents and markup off, sentences cut, criteria and placeholders found.

Works on words alone; knows no venue's families and no calendar.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LETTERS: Final = str.maketrans(
    {
        "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d",
        "Đ": "D", "ı": "i", "œ": "oe", "ð": "d", "þ": "th", "’": "'", "‘": "'", "`": "'",
        "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "\u00a0": " ", "…": "...",
        "≥": ">=", "≤": "<=", "º": "°",
    }
)  # fmt: skip
_TAG = re.compile(r"<[^>]{0,200}>")
_SPACE = re.compile(r"\s+")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_WORD = re.compile(r"[a-z0-9]+(?:[.,][0-9]+)*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:vs|v|st|jr|sr|dr|mr|mrs|ms|no|inc|corp|co|e\.g|i\.e|t)|\b[A-Z])$", re.I
)
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s+(?=[\"'(]?[A-Z0-9])|</p>|\n+")
_KALSHI_CRITERION = re.compile(
    r"^\s*if\s+(.+?),?\s+(?:then\s+)?(?:the|this)\s+market\s+(?:will\s+)?resolves?\s+to\s+\W?yes",
    re.I | re.S,
)
_YES_IF = re.compile(
    r"resolves?\s+(?:immediately\s+)?(?:to\s+)?[\"']?yes[\"',]*\s+(?:if|should)\s+(.+)", re.I | re.S
)
_RESOLVES_TO = re.compile(r"resolves?\s+(?:according\s+)?to\s+the\s+(.+)", re.I | re.S)
_LONGEST_RULES: Final = 20_000
_LONGEST_SENTENCE: Final = 1_500
_PLACEHOLDERS: Final = (
    re.compile(r"\|\|[^|]*\|\|"),
    re.compile(r"\b\w+_\w+(?:_\w+)+\b"),
    re.compile(r"_{2,}"),
    re.compile(r"\{[^}]*\}|\[(?:team|name|date|player|candidate|company|x)\b[^\]]*\]", re.I),
    re.compile(
        r"\b(?:Candidate|Person|Fighter|Player|Team|Company|Driver|Party|Option|Individual|Movie|"
        r"Artist|Country|Nominee|Contestant|Golfer|Actor|Actress|Club)\s+[A-Z]{1,2}(?=\s|[?,.]|"
        r"$)(?!\.)"
    ),
    re.compile(r"\bWill\s+[A-Z]\s+(?:win|be|become|lead)\b"),
    re.compile(r"\b(?:TBD|TBA|lorem ipsum)\b"),
    re.compile(r"<(?:name|team|date|value|count|strike)>", re.I),
)  # fmt: skip


def listed(text: str) -> tuple[str, ...]:
    """Return the entries of a table written as words between spaces and line ends."""
    return tuple(text.split())


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Return `text` in ASCII letters with its case kept: no markup, straight quotes, one space.

    Initials lose their dots ("U.S." is "US", "J.D." is "JD").
    """
    text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    text = "".join(ch for ch in text if not unicodedata.combining(ch))
    text = _TAG.sub(" ", text).replace("**", "")
    text = _INITIALS.sub(lambda m: m.group().replace(".", ""), text)
    return _SPACE.sub(" ", text).strip()


def folded(text: str) -> str:
    """Return `plain(text)` in lower case."""
    return plain(text).lower()


def words(text: str) -> list[str]:
    """Return the words of `text` in lower case: letters and digits, possessive 's dropped."""
    return _WORD.findall(folded(text).replace("'s ", " ").replace("s' ", "s ").replace("'", ""))


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`, markup removed; "vs." and initials do not end one."""
    text = text.replace("</p>", "\n").replace("<p>", "\n")
    parts: list[str] = []
    for block in text.split("\n"):
        block = plain(block)
        start = 0
        for end in _SENTENCE_END.finditer(block):
            if _ABBREVIATION.search(block[start : end.start()]):
                continue
            parts.append(block[start : end.end()].strip())
            start = end.end()
        if block[start:].strip():
            parts.append(block[start:].strip())
    return parts


@lru_cache(maxsize=65536)
def criterion(rules: str) -> str:
    """Return the clause of `rules` that makes YES true, or "" where none is found.

    Kalshi writes "If …, then the market resolves to Yes"; Polymarket "will resolve to "Yes" if …".
    """
    read = [sentence[:_LONGEST_SENTENCE] for sentence in sentences(rules[:_LONGEST_RULES])]
    for sentence in read:
        for pattern in (_KALSHI_CRITERION, _YES_IF):
            found = pattern.search(sentence)
            if found:
                return found.group(1).strip(" .")
    for sentence in read:
        found = _RESOLVES_TO.search(sentence)
        if found:
            return found.group(1).strip(" .")
    return ""


def placeholder(text: str) -> str | None:
    """Return the first unfilled template field in `text` ("|| Count ||", "Person G"), or None."""
    clean = plain(text)
    for pattern in _PLACEHOLDERS:
        found = pattern.search(clean)
        if found:
            return found.group()
    return None
