"""Every case of the corpus, run by our codecs and engine and by the independent reference.

And the corpus itself: readers with the mistakes that others made fail it.
"""

import json
from decimal import Decimal

import pytest

from conformance import reference_kalshi, reference_polymarket
from conformance.cases import VENUES, case_paths, load_case
from conformance.product import Product
from conformance.reference import Reference
from conformance.reference_book import ASK, BID, ReferenceBook
from conformance.verdict import differences

PATHS = case_paths()
EVERY = pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}-{path.stem}")


@EVERY
def test_our_books_are_the_expected_ones(path):
    case = load_case(path)
    assert differences(case, Product(case)) == []


@EVERY
def test_the_reference_agrees(path):
    case = load_case(path)
    assert differences(case, Reference(case)) == []


@pytest.mark.parametrize("venue", VENUES)
def test_there_are_enough_cases(venue):
    assert len([path for path in PATHS if path.parent.name == venue]) >= 60


def failing(venue):
    """Name the cases of a venue that the reference fails, as it is patched now."""
    cases = [load_case(path) for path in PATHS if path.parent.name == venue]
    return {case.name for case in cases if differences(case, Reference(case))}


def asks_as_they_stand(body, yes, no):
    bids = [(Decimal(price), Decimal(size)) for price, size in body.get(yes, [])]
    return {BID: bids, ASK: [(Decimal(price), Decimal(size)) for price, size in body.get(no, [])]}


def totals_not_increments(self, side, price, size):
    self.sides[side][price] = size - self.sides[side].get(price, Decimal(0))


def first_level_only(message):
    levels = {
        side: [(Decimal(each["price"]), Decimal(each["size"])) for each in message[key][:1]]
        for side, key in ((BID, "bids"), (ASK, "asks"))
    }
    return levels, int(message["timestamp"]), None


MISTAKES = {
    "NO bids taken as asks": (
        "kalshi",
        (reference_kalshi, "_levels", asks_as_they_stand),
        "no-bids-are-not-asks-as-they-stand",
    ),
    "gaps and duplicates unnoticed": (
        "kalshi",
        (reference_kalshi.KalshiWire, "_follows", lambda *_: True),
        "gap-loses-every-book-of-the-sid",
    ),
    "deltas that change nothing": (
        "kalshi",
        (reference_kalshi.KalshiWire, "_delta", lambda *_: None),
        "delta-is-an-increment",
    ),
    "deltas taken as totals": (
        "kalshi",
        (ReferenceBook, "set", totals_not_increments),
        "delta-is-an-increment",
    ),
    "the first level is the best": (
        "polymarket",
        (reference_polymarket, "_book", first_level_only),
        "worst-level-first",
    ),
    "sides of another protocol": (
        "polymarket",
        (reference_polymarket, "SIDES", {"BID": BID, "ASK": ASK}),
        "sell-is-the-ask-side",
    ),
    "late changes turn the book back": (
        "polymarket",
        (ReferenceBook, "is_overtaken", lambda *_: False),
        "late-change-of-a-level-changed-since",
    ),
    "crossed books pass": (
        "polymarket",
        (ReferenceBook, "is_crossed", lambda *_: False),
        "crossed-book-is-suspect",
    ),
    "claims are not read": (
        "polymarket",
        (ReferenceBook, "agrees_with_claims", lambda *_: None),
        "claim-of-another-best-price",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_corpus_catches_the_mistakes_of_others(mistake, monkeypatch):
    venue, (owner, name, wrong), case = MISTAKES[mistake]
    assert failing(venue) == set()
    monkeypatch.setattr(owner, name, wrong)
    assert case in failing(venue)


def test_a_case_of_another_form_is_refused_in_one_line(tmp_path):
    path = tmp_path / "polymarket" / "strange.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"name": "strange", "venue": "polymarket"}))
    with pytest.raises(ValueError, match=r"strange\.json: .*missing required field"):
        load_case(path)
    good = json.loads(PATHS[0].read_text())
    path.write_text(json.dumps(good | {"steps": good["steps"][::-1]}))
    with pytest.raises(ValueError, match="not in order of time") as refused:
        load_case(path)
    assert "\n" not in str(refused.value)
