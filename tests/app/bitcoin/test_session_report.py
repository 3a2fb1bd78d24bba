"""The report of a session: readable whatever is missing, everything of the file escaped."""

import json

import pytest

from underround.app.bitcoin.session_file import read_session
from underround.app.bitcoin.session_report import report_page
from underround.core.errors import ConfigError

T = 1_790_000_000_000
EVIL = "<script>alert(1)</script>"


def a_session(**changes):
    return {
        "format": "underround-session",
        "version": 1,
        "started_at_ms": T,
        "summary": {
            "series": [EVIL],
            "seconds": 40,
            "simulated": True,
            "brti": {"prints": 39, "last": 80_000.5, "official": None},
            "windows": {"settled": 2, "wrong": 0},
            "signals": {"opened": 1},
            "feeds": {
                EVIL: {"messages": 3, "reconnects": 0, "errors": 1, "faults": {EVIL: 2}},
            },
        },
        "latency": {
            "brti": {
                "count": 5,
                "p50": 1.0,
                "p90": 2.0,
                "p99": 3.0,
                "max": None,
                "histogram": [[1, 4], [None, 1]],
            }
        },
        "prints": {
            "BTC": [{"t": T + 1_000 * n, "index": 80_000.0 + n, "official": None} for n in range(5)]
        },
        "windows": [
            {
                "id": EVIL,
                "venue": "kalshi",
                "series": "KXBTC15M",
                "asset": "BTC",
                "opens": T,
                "closes": T + 4_000,
                "strike": 80_001.0,
                "value": 80_002.0,
                "resolved_value": 80_002.0,
                "resolved": True,
                "said": True,
                "wrong": False,
                "prices": [[T + 1_000 * n, 80_000.0, 0.5, 0.1, 0.4, 0.45] for n in range(4)],
            }
        ],
        "signals": [
            {
                "t": T,
                "kind": "opened",
                "id": "x",
                "source": EVIL,
                "subject": EVIL,
                "grade": "estimate",
                "outcomes": ["yes"],
                "prices": [0.42],
                "edge": 0.05,
                "confidence": 0.95,
                "reason": EVIL,
            }
        ],
    } | changes


def test_a_page_has_its_plots_and_tables():
    page = report_page(a_session())
    assert page.count("<svg") == 3  # the total's histogram has nothing to show
    assert page.startswith("<!doctype html>")
    for word in ("Price against strike", "Fair value against quote", "Latency", "80,001.00"):
        assert word in page


def test_nothing_of_the_file_becomes_markup():
    page = report_page(a_session())
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_nothing_outside_is_asked_for():
    page = report_page(a_session())
    assert "http" not in page
    assert "src=" not in page
    assert "url(" not in page


def test_an_empty_session_is_a_page_too():
    empty = {"summary": {}, "latency": {}, "prints": {}, "windows": [], "signals": []}
    page = report_page(a_session(**empty))
    assert "No print of the index." in page
    assert page.count("None.") == 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not a session file: Input data was truncated"),
        ("[]", "`underround pipeline` writes them"),
        ('{"format":"other"}', "`underround pipeline` writes them"),
        ('{"format":"underround-session","version":9}', "session format 9, this program reads 1"),
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path, text, reason):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=reason):
        read_session(path)


def test_a_session_is_read_back(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps(a_session()))
    assert read_session(path) == a_session()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_session(tmp_path / "none.json")
