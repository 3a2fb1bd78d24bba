"""What the documents say is so: links resolve, commands exist, shown settings are the defaults."""

import re
from pathlib import Path

import pytest

from tests.house_style import ROOT, project_files
from underround.app.config import Config, decode
from underround.app.pairs.file import decode_pairs
from underround.cli.errors import ExitCode
from underround.cli.main import app, run

DOCUMENTS = [path for path in project_files() if path.endswith(".md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DECISIONS = sorted(path for path in DOCUMENTS if re.match(r"docs/decisions/\d", path))


def section(heading: str) -> str:
    return README.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """List the first cells of a table's rows, without its heading and ruler."""
    rows = re.findall(r"^\| *(.*?) *\|", text, re.MULTILINE)
    return [cell.strip("`") for cell in rows[2:]]


def broken_links(path: Path, text: str) -> list[str]:
    """List the relative links of a document that lead to no file, or to no heading in it."""
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        linked = path.parent / name if name else path
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            broken.append(target)
    return broken


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ +(.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_resolve(document: str) -> None:
    path = ROOT / document
    assert broken_links(path, path.read_text(encoding="utf-8")) == []


def test_a_broken_link_is_noticed() -> None:
    text = "[a](nowhere.md) [b](README.md#no-such-heading) [c](#quick-start) [d](https://a.b/c)"
    assert broken_links(ROOT / "README.md", text) == ["nowhere.md", "README.md#no-such-heading"]


def test_commands_table_lists_exactly_the_commands(capsys) -> None:
    listed = first_cells(section("Commands"))
    assert sorted(listed) == sorted(name for name in app if name != "-h")
    assert run(["--help"]) == 0
    helped = capsys.readouterr().out
    assert [name for name in listed if not re.search(rf"│ {name} ", helped)] == []


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    code = "\n".join(code_of(document) for document in DOCUMENTS)
    named = set(re.findall(r"\bmake ([a-z]+)\b", code))
    assert {"setup", "demo", "test", "check", "requirements"} <= named
    assert [each for each in sorted(named) if not re.search(rf"^{each}:", makefile, re.M)] == []


def code_of(document: str) -> str:
    """Return only what a document sets as code."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))


def test_shown_configuration_is_the_default() -> None:
    [shown] = re.findall(r"```toml\n(.*?)```", section("Configuration"), re.DOTALL)
    assert decode(shown, "README.md", {}, {}) == Config()
    keys = set(re.findall(r"^#? ?([a-z_]+) =", shown, re.MULTILINE))
    config = Config()
    tables = [getattr(config, name) for name in config.__struct_fields__ if name != "pairs"]
    tables.remove(config.venues)
    tables += [config.venues.polymarket, config.venues.kalshi]
    assert keys == {"pairs", *(key for table in tables for key in table.__struct_fields__)}


def test_shown_pair_loads() -> None:
    [shown] = re.findall(r"```toml\n(.*?)```", section("Pairs"), re.DOTALL)
    entries, problems = decode_pairs(shown, "README.md")
    assert (len(entries), problems) == (1, [])


def test_exit_codes_are_told() -> None:
    told = [int(cell) for cell in first_cells(section("Exit codes"))]
    assert [*told, 130] == list(ExitCode)
    assert "with 130" in section("Exit codes")


def test_decisions_are_short_and_listed() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[\d{4}\]\((.+?)\)", index, re.MULTILINE)
    assert listed == [Path(path).name for path in DECISIONS]
    lengths = {path: len((ROOT / path).read_text().splitlines()) for path in DECISIONS}
    assert {path: length for path, length in lengths.items() if length > 40} == {}
