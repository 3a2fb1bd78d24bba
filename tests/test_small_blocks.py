"""Python blocks that need no venue: docs/matching.md over a catalog, docs/how-to/conformance.md."""

from tests.document_blocks import blocks_of
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import CatalogMarket


def run_python(document: str) -> None:
    [block] = [each for each in blocks_of(document) if each.language == "python"]
    exec(compile(block.text, document, "exec"), {"__name__": "__main__"})


def test_the_corpus_as_the_document_runs_it(capsys):
    run_python("docs/how-to/conformance.md")
    assert capsys.readouterr().out == ""


def test_what_follows_within_an_event_as_the_document_asks(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    days = {"KXROCKET-26MAR31": "March 31", "KXROCKET-26DEC31": "December 31"}
    markets = [
        CatalogMarket(
            venue=Venue.KALSHI,
            id=ticker,
            title=f"Will Acme release Rocket 9 by {day}, 2026?",
            ends="2026-12-31T00:00:00Z",
            event_id="KXROCKET",
        )
        for ticker, day in days.items()
    ]
    with Catalog("data/catalog.sqlite") as catalog:
        catalog.refresh(Venue.KALSHI, markets, 1)
    run_python("docs/matching.md")
    assert capsys.readouterr().out == "KXROCKET ['KXROCKET-26DEC31', 'KXROCKET-26MAR31']\n"
