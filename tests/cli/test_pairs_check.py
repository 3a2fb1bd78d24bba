"""`underround pairs check`: a pairs file held against the venues' catalogs."""

import json
from pathlib import Path

import pytest

from tests.app.venue_thread import environment, venues_in_a_thread
from underround.cli.main import run


def close_the_first(venues) -> None:
    venues.pairs[0].kalshi.status = "finalized"


@pytest.mark.parametrize("as_json", [False, True])
def test_every_entry_is_looked_up(as_json, monkeypatch, tmp_path, capsys):
    with venues_in_a_thread(close_the_first, pairs=3) as venues:
        for name, value in environment(venues, "memory://").items():
            monkeypatch.setenv(name, value)
        first, second, third = venues.pairs
        path = tmp_path / "pairs.toml"
        told = Path(venues.addresses["pairs_toml"]).read_text(encoding="utf-8")
        odd = f"""
[[pair]]
id = "odd"
polymarket = "no-such-slug"
kalshi = "{third.kalshi.ticker}"
polarity = "same"

[[pair]]
id = "mistyped"
polarty = "same"
"""
        path.write_text(told + odd, encoding="utf-8")
        words = ["pairs", "check", str(path)]
        assert run([*words, "--json"] if as_json else words) == 1
    out = capsys.readouterr().out
    if as_json:
        shown = json.loads(out)
        assert [pair["id"] for pair in shown["pairs"]] == [second.id, third.id]
        lines = shown["problems"]
    else:
        assert f"{second.id:28}" in out
        lines = [line for line in out.splitlines() if line.startswith("left out: ")]
    assert len(lines) == 3
    said = "\n".join(lines)
    assert 'pair 5 "mistyped": unknown key "polarty"' in said
    assert f"Kalshi's market {first.kalshi.ticker!r} trades no more: finalized" in said
    assert "no market 'no-such-slug'" in said
