"""The comparison with the guides names only what is there: files, commands, names, log lines."""

import re
import shlex

import pytest

from tests.house_style import ROOT
from tests.test_code_blocks import parse_offence
from underround import scheduler, streams

TEXT = (ROOT / "docs/guides.md").read_text(encoding="utf-8")
CODE = re.findall(r"`([^`\n]+)`", TEXT)
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py"))
)


def test_every_file_of_ours_is_there():
    paths = [each for each in CODE if re.match(r"(src/underround|deploy|examples)/", each)]
    assert len(paths) > 6
    assert [each for each in paths if not (ROOT / each).exists()] == []


@pytest.mark.parametrize(
    "name",
    [
        "btc-arbitrage/install_websocket.sh",
        "btc-arbitrage/src/kalshi_websocket.py",
        "btc-arbitrage/src/brti_proxy_enhanced.py",
        "btc-arbitrage/src/realtime_pipeline.py",
        "btc-arbitrage/src/test_websocket.py",
        "btc-arbitrage/src/README_WEBSOCKET.md",
        "btc-arbitrage/WEBSOCKET_IMPLEMENTATION.md",
        "btc-arbitrage/STATUS.md",
        "scripts/test_websocket_stream.py",
        "src/data_pipeline/scheduler.py",
    ],
)
def test_every_file_that_the_guides_name_is_there_and_compared(name):
    assert (ROOT / name).is_file()
    assert name.rpartition("/")[2] in TEXT


def test_every_command_of_ours_is_one():
    shown = [shlex.split(each)[1:] for each in CODE if each.startswith("underround ")]
    assert len(shown) > 8
    offences = [parse_offence(words) for words in shown]
    assert [each for each in offences if each and "requires an argument" not in each] == []


def test_every_public_name_is_compared():
    names = {*streams.__all__, *scheduler.__all__} - {"close_realtime_streams", "lifespan_with"}
    compared = " ".join(CODE)
    assert {name for name in names if not re.search(rf"\b{name}\b", compared)} == set()
    methods = {"connect", "update_price", "get_price", "get_arbitrage_signals", "get_stats"}
    for method in {*methods, "clear_all", "close"}:
        assert callable(getattr(streams.PriceCache, method))
        assert method in CODE


def test_every_log_line_that_is_called_the_same_is_written():
    section = TEXT.split("### Log lines\n")[1].split("\n###")[0]
    rows = [row for row in section.splitlines() if re.search(r"\| the same(,|  *\|)", row)]
    lines = [line for row in rows for line in re.findall(r"`([^`]+)`", row.rpartition("|")[0])]
    assert len(lines) > 5
    for line in lines:
        words = re.split(r"…|\bX\b", line)[0].strip(" :").split()
        assert words[0] in SOURCES
        assert " ".join(words[1:][-2:]) in SOURCES, line
