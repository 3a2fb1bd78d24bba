"""Every file keeps the house style, and every rule of it catches a planted offender."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests import house_style
from tests.house_style import ROOT, project_files

PYTHON = [path for path in project_files() if path.endswith(".py")]
SOURCES = [path for path in PYTHON if path.startswith("src/")]

SOURCE_RULES = [
    house_style.docstring_offences,
    house_style.package_offences,
    house_style.name_offences,
    house_style.clock_offences,
]

LONG_FUNCTION = "def apply():\n" + "    pass\n" * 70
PLANTED = [
    (house_style.size_offences, "src/a.py", "x = 1\n" * 301, "301 lines"),
    (house_style.size_offences, "src/a.py", "x = '" + "y" * 96 + "'\n", "102 characters"),
    (house_style.size_offences, "src/a.py", LONG_FUNCTION, "function apply is 71 lines"),
    (house_style.docstring_offences, "src/a.py", "x = 1\n", "not a sentence"),
    (house_style.docstring_offences, "src/a.py", '"""Books"""\n', "not a sentence"),
    (house_style.package_offences, "src/a/__init__.py", "class Book: ...\n", "Book is defined"),
    (house_style.package_offences, "src/a/__init__.py", "x = 1\n" * 61, "61 lines"),
    (house_style.name_offences, "src/a/price_utils.py", "", "'utils'"),
    (house_style.name_offences, "src/common/a.py", "", "'common'"),
    (house_style.name_offences, "src/a.py", "class MarketData: ...\n", "'data'"),
    (house_style.name_offences, "src/a.py", "class HTTPHandler: ...\n", "'handler'"),
    (house_style.name_offences, "src/a.py", "def book_helper(): ...\n", "'helper'"),
    (house_style.clock_offences, "src/a.py", "import time\nnow = time.time()\n", "time.time reads"),
    (house_style.clock_offences, "src/a.py", "from time import time_ns\n", "time.time_ns"),
    (house_style.clock_offences, "src/a.py", "datetime.now(UTC)\n", "datetime.now reads"),
    (house_style.outside_word_offences, "a.md", "see /" + "work/main\n", "a path of one machine"),
    (house_style.outside_word_offences, "a.txt", "https://pypi." + "org/x\n", "registry"),
    (house_style.outside_word_offences, "a.md", "done in issue " + "2\n", "work session"),
]
INNOCENT = [
    (house_style.size_offences, "src/a.py", "x = 1\n" * 300),
    (house_style.size_offences, "src/a.py", LONG_FUNCTION.removesuffix("    pass\n")),
    (house_style.docstring_offences, "src/a.py", '"""The ladder of one book."""\n'),
    (house_style.package_offences, "src/a/__init__.py", '"""Books."""\nfrom a.b import Book\n'),
    (house_style.name_offences, "src/data_pipeline/streams.py", "def decode_data(): ...\n"),
    (house_style.name_offences, "src/a.py", "class Database: ...\n"),
    (house_style.clock_offences, "src/underround/app/clock.py", "time.time_ns()\n"),
    (house_style.clock_offences, "src/a.py", "datetime.fromtimestamp(0, UTC)\ntime.sleep(0)\n"),
    (house_style.outside_word_offences, "a.md", "the network works; a trading session of 2 h\n"),
]


def _named(case: tuple) -> str:
    return f"{case[0].__name__}-{case[-1]!r:.40}"


@pytest.mark.parametrize("case", PLANTED, ids=_named)
def test_rule_catches_a_planted_offender(case) -> None:
    rule, path, text, reason = case
    offences = list(rule(path, text))
    assert len(offences) == 1
    assert reason in offences[0]


@pytest.mark.parametrize("case", INNOCENT, ids=_named)
def test_rule_leaves_the_innocent_alone(case) -> None:
    rule, path, text = case
    assert list(rule(path, text)) == []


def test_sources_keep_the_house_style() -> None:
    assert SOURCES
    offences = [
        offence
        for path in SOURCES
        for rule in SOURCE_RULES
        for offence in rule(path, (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert offences == [], "\n".join(offences)


def test_python_files_fit_on_a_screen() -> None:
    offences = [
        offence
        for path in PYTHON
        for offence in house_style.size_offences(path, (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert offences == [], "\n".join(offences)


def test_no_file_names_a_machine_or_a_registry() -> None:
    offences = []
    for path in project_files():
        text = (ROOT / path).read_bytes().decode("utf-8", errors="replace")
        offences += house_style.outside_word_offences(path, text)
    assert offences == [], "\n".join(offences)


CHECKS = ["ruff check --no-cache .", "ruff format --no-cache --check .", "mypy --no-error-summary"]


@pytest.mark.parametrize("check", CHECKS)
def test_checker_has_nothing_to_say(check: str) -> None:
    command = [sys.executable, "-m", *check.split()]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


LINT_IMPORTS = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(config_filename=sys.argv[1], no_cache=True, no_logo=True))
"""


def test_imports_point_down() -> None:
    # In a process of its own: the linter sets up logging for the whole process.
    command = [sys.executable, "-c", LINT_IMPORTS, str(ROOT / "pyproject.toml")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


PLANTED_IMPORTS = {
    "core/planted.py": ("import time", "core is pure"),
    "core/planted_too.py": ("import underround.app", "imports point down"),
    "stores/planted.py": ("import underround.venues", "imports point down"),
    "venues/kalshi/planted.py": ("import underround.venues.polymarket", "one venue never imports"),
    "simulation/planted.py": ("import underround.core.planted", "the simulation takes only"),
    "app/planted.py": ("import data_pipeline", "the product never imports its aliases"),
}


def test_import_contracts_catch_planted_offenders(tmp_path: Path) -> None:
    for path in SOURCES:
        copy = tmp_path / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / path).read_bytes())
    for path, (offence, _) in PLANTED_IMPORTS.items():
        (tmp_path / "src/underround" / path).write_text(f"{offence}\n")
    result = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS, str(ROOT / "pyproject.toml")],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    for contract in contracts["contracts"]:
        assert f"{contract['name']} BROKEN" in result.stdout
    for path, (offence, contract) in PLANTED_IMPORTS.items():
        importer = f"underround.{path.removesuffix('.py').replace('/', '.')}"
        imported = offence.removeprefix("import ")
        assert f"{importer} -> {imported}" in result.stdout, contract


def test_every_venue_is_kept_apart_from_the_others() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(
        contract["layers"]
        for contract in contracts["contracts"]
        if contract.get("containers") == ["underround.venues"]
    )
    venues = {
        Path(path).parent.name
        for path in SOURCES
        if path.startswith("src/underround/venues/") and path.count("/") == 4
    }
    assert set(layers[0].split(" | ")) == venues
