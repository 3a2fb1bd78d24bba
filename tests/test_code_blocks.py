"""Every code block of the documents is run by a test, or says beside it why it is not."""

import json
import tomllib

import pytest
from cyclopts import CycloptsError, ValidationError

from tests.document_blocks import DOCUMENTS, Block, blocks_of, command_lines
from tests.house_style import ROOT
from underround.cli.main import app

BLOCKS = [block for document in DOCUMENTS for block in blocks_of(document)]
NO_CODE = {"", "mermaid", "console", "markdown", "text"}
"""Pictures, synopses and templates."""
RUN_BY = {
    "docs/tutorial.md": "tests/test_tutorial.py",
    "docs/how-to/streams.md": "tests/test_streams_document.py",
    "docs/how-to/simulated-venues.md": "tests/test_venues_document.py",
    "docs/how-to/conformance.md": "tests/test_small_blocks.py",
    "docs/matching.md": "tests/test_small_blocks.py",
}


def parse_offence(words: list[str]) -> str:
    """Return what the command line says of some words, but for values that only the reader has."""
    try:
        app.parse_args(words, exit_on_error=False, print_error=False)
    except ValidationError:  # a file of the reader's
        return ""
    except CycloptsError as error:
        return f"{' '.join(words)}: {error}"
    return ""


def test_every_block_is_run_or_says_why_not() -> None:
    silent = [
        (block.document, block.text.splitlines()[0])
        for block in BLOCKS
        if block.language not in NO_CODE | {"toml", "json"}
        and not block.why
        and block.document not in RUN_BY
    ]
    assert silent == []


@pytest.mark.parametrize(("document", "test"), sorted(RUN_BY.items()))
def test_the_test_that_runs_a_document_names_it(document: str, test: str) -> None:
    assert document in (ROOT / test).read_text(encoding="utf-8")


def test_shown_toml_and_json_can_be_read() -> None:
    read = {"toml": tomllib.loads, "json": json.loads}
    for block in BLOCKS:
        if block.language in read:
            assert read[block.language](block.text), block.document


def test_every_shown_command_is_one_of_this_program() -> None:
    shown = [
        words for block in BLOCKS if block.language == "bash" for words in command_lines(block)
    ]
    assert len(shown) > 30
    assert [offence for words in shown if (offence := parse_offence(words))] == []


def test_a_wrong_command_is_noticed() -> None:
    block = Block("", "bash", ".venv/bin/underround run --no-such-flag 3 # why\n", "")
    [words] = command_lines(block)
    assert words == ["run", "--no-such-flag", "3"]
    assert "--no-such-flag" in parse_offence(words)
