"""Books from a JSON text: defaults, spellings of the switches, shapes, and clear refusals."""

import json

import pytest

from tests.recordings import recording
from underround.app.bitcoin.index_books import every_reading_name, price_books

VENUES = {
    "P": {"bids": [[199, "1"]], "asks": [[201, 1], [206, 2]]},
    "Q": {"bids": [[198, 2]], "asks": [[202, 1]]},
}


def priced(document, **options):
    return price_books(json.dumps(document).encode(), **options)


def test_missing_params_take_the_defaults_of_the_bitcoin_index():
    report = priced({"venues": VENUES})
    assert report["reading"] == "lambda=1/(0.3 v);cap=per_price;sample=max50"
    assert (report["utilized_depth"], report["index"], report["published"]) == (1.0, 200.0, 200.0)
    assert report["used"] == ["P", "Q"]


@pytest.mark.parametrize("spelling", ["0.37", "1/0.37", 0.37])
@pytest.mark.parametrize("name", ["lambda", "lam"])
def test_spellings_of_lambda(name, spelling):
    report = priced({"params": {name: spelling, "D": 0.02}, "venues": VENUES})
    assert report["lambda"] == pytest.approx(1 / 0.37)


def test_named_examples_are_mirrored_with_their_readings():
    names = every_reading_name()
    document = {
        "note": "two examples",
        "one": {"params": {"D": 0.02, "lam": "1/(0.3 v)"}, "venues": VENUES, "result": {}},
        "two": {"venues": VENUES, "results_by_reading": dict.fromkeys(names)},
    }
    report = priced(document)
    assert list(report) == ["one", "two"]
    assert report["one"]["utilized_depth"] == 3.0
    assert list(report["two"]["results_by_reading"]) == list(names)
    assert "results_by_reading" not in report["one"]


def test_every_reading_on_demand_and_one_reading_from_outside():
    report = priced({"venues": VENUES}, reading="lambda=1/0.37;sample=min50", every_reading=True)
    assert report["reading"] == "lambda=1/0.37;cap=per_price;sample=min50"
    assert len(report["results_by_reading"]) == 8


def test_entries_that_are_no_numbers_or_not_above_zero_are_dropped():
    bids = [["x", 1], [300, 0], [300, -1], [199, 1], [198, 2]]
    venues = {"P": {"bids": bids, "asks": [[201, 3]]}}
    assert priced({"venues": venues})["index"] == 200.0


def test_an_own_crossed_venue_is_refused_and_crossing_venues_stay():
    venues = VENUES | {"R": {"bids": [[210, 1]], "asks": [[190, 1]]}}
    report = priced({"venues": venues})
    assert report["refused"]["R"]["reason"] == "crossed"
    crossing = VENUES | {"R": {"bids": [[201.5, 1]], "asks": [[202, 1]]}}
    assert priced({"venues": crossing})["index"] == (201.5 + 201) / 2


def test_no_usable_venue_gives_no_index():
    report = priced({"venues": {"P": {"bids": [], "asks": [[1, 1]]}}})
    assert (report["index"], report["published"], report["quality"]) == (None, None, "none")
    assert report["failure"] == "no constituent has a usable book"


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "expected an object"),
        ({}, 'no "venues" found'),
        ({"venues": []}, "venues: expected an object"),
        ({"venues": {"P": []}}, "venues.P: expected"),
        ({"venues": {"P": {"bids": [[1]], "asks": []}}}, r"venues.P.bids\[0\]: expected"),
        ({"venues": VENUES, "params": {"s": 0}}, "params.s: must be above 0"),
        ({"venues": VENUES, "params": {"D": "x"}}, "params.D: 'x' is not a number"),
        ({"venues": VENUES, "params": {"cap": "both"}}, "cap 'both' is not one of per_price"),
        ({"venues": VENUES, "params": {"S": 1}}, "params.S: 'S' is no reading"),
        ({"venues": VENUES, "params": {"asset": "DOGE"}}, "params.asset: 'DOGE' is not one of"),
        ({"one": {"venues": VENUES, "params": {"s": -1}}}, "one: params.s: must be above 0"),
    ],
)
def test_bad_input_is_named(document, complaint):
    with pytest.raises(ValueError, match=complaint):
        priced(document)


def test_a_text_that_is_no_json_is_named():
    with pytest.raises(ValueError, match="not JSON"):
        price_books(b"{")


@pytest.mark.shared
def test_the_worked_example_under_every_reading():
    content = recording("btc/brti_worked_example_synthetic.json").read_bytes()
    document = json.loads(content)
    report = price_books(content)
    first = document["example_A"]["result"]
    found = report["example_A"]
    assert found["index"] == pytest.approx(first["index"], abs=1e-6)
    assert found["cap"] == pytest.approx(first["cap"]["cap"], abs=1e-6)
    assert len(document["example_B"]["results_by_reading"]) == 8
    for name, expected in document["example_B"]["results_by_reading"].items():
        found = report["example_B"]["results_by_reading"][name]
        assert found["index"] == pytest.approx(expected["index"], abs=1e-6)
        assert found["utilized_depth"] == expected["utilized_depth"]
        assert found["cap"] == pytest.approx(expected["cap"]["cap"], abs=1e-6)
        assert found["lambda"] == pytest.approx(expected["lam"], abs=1e-9)
