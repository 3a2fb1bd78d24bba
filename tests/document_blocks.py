"""The code blocks of the documents, with the mark of those that no test runs. Runs nothing itself.

A block that is not run has a comment before it: `<!-- not run: the reason -->`.
"""

import re
import shlex
from typing import NamedTuple

from tests.house_style import ROOT, project_files

DOCUMENTS = [
    path
    for path in project_files()
    if re.fullmatch(r"(README|CONTRIBUTING|CHANGELOG|docs/.+)(\.md)?", path)
    and path.endswith(".md")
]
_BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<why>.+?) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """One fenced block: its document, language, text, and why it is not run ("": it is)."""

    document: str
    language: str
    text: str
    why: str


def blocks_of(document: str) -> list[Block]:
    """List a document's blocks in order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return [
        Block(document, found["language"], found["text"], found["why"] or "")
        for found in _BLOCK.finditer(text)
    ]


def command_lines(block: Block) -> list[list[str]]:
    """List the words after `underround` of every line of a shell block that calls it."""
    joined = block.text.replace("\\\n", " ")
    call = r"^(?:\.venv/bin/)?underround +(.*?)(?: +(?:[#>|]|2>).*)?$"
    lines = re.findall(call, joined, re.MULTILINE)
    return [shlex.split(line) for line in lines]
