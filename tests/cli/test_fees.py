"""`underround fees` as its user meets it: steps, one JSON object, and one line for a mistake."""

import json

import pytest

from underround.app.fees.quote import POLYMARKET_RATES
from underround.cli.fees import Category
from underround.cli.main import run

FILLS = {
    "fills": [
        {
            "trade_id": "t-1",
            "order_id": "o-1",
            "ticker": "KXMLBGAME-26SEP01-NYY",
            "is_taker": True,
            "outcome_side": "yes",
            "yes_price_dollars": "0.4200",
            "no_price_dollars": "0.5800",
            "count_fp": "10.00",
            "fee_cost": "0.085300",
        },
        {
            "trade_id": "t-2",
            "order_id": "o-2",
            "ticker": "KXBTC15M-26SEP012015-15",
            "is_taker": True,
            "outcome_side": "no",
            "yes_price_dollars": "0.5000",
            "no_price_dollars": "0.5000",
            "count_fp": "1.00",
            "fee_cost": "0.020000",
        },
    ],
    "cursor": "",
}


@pytest.fixture
def answer(tmp_path):
    """Write the fills to a file and return its path."""
    path = tmp_path / "fills.json"
    path.write_text(json.dumps(FILLS))
    return path


def test_a_quote_is_worked_out_for_a_person(capsys):
    assert run(["fees", "kalshi", "--price", "0.5", "--count", "1"]) == 0
    out, err = capsys.readouterr()
    assert "fee_usd                  0.017500" in out.splitlines()
    assert "  trade_fee_usd          0.017500" in out.splitlines()
    assert err == ""


def test_a_quote_is_one_json_object(capsys):
    command = "fees polymarket --price .5 --count 100 --category politics --json"
    assert run(command.split()) == 0
    quote = json.loads(capsys.readouterr().out)
    assert (quote["venue"], quote["rate"], quote["fee_usd"]) == ("polymarket", "0.04", "1.000000")


def test_a_market_s_own_rate_overrides_its_category(capsys):
    command = "fees polymarket --price 0.5 --count 100 --rate 0.03 --json"
    assert run(command.split()) == 0
    assert json.loads(capsys.readouterr().out)["fee_usd"] == "0.750000"


def test_every_category_has_a_rate():
    assert set(Category.__args__) == set(POLYMARKET_RATES)


@pytest.mark.parametrize(
    "arguments",
    [
        "kalshi --count 1",
        "kalshi --price 0 --count 1",
        "kalshi --price 1 --count 1",
        "kalshi --price 0.12345 --count 1",
        "kalshi --price 0.5 --count 0",
        "kalshi --price 0.5 --count 0.001",
        "kalshi --price 0.5 --count 1 --type cubic",
        "kalshi --price 0.5 --count 1 --multiplier half",
        "polymarket --price 0.5 --count 1 --rate much",
        "polymarket --price 0.5 --count 1 --exponent 0",
        "polymarket --price 0.5 --count 1 --category love",
        "nasdaq --price 0.5 --count 1",
        "audit",
        "audit fills.json --multiplier KXMLB",
        "audit fills.json --multiplier KXMLB=0.5 more.json",
        "audit fills.json --type cubic",
    ],
)
def test_wrong_usage_is_one_line_and_code_2(arguments, capsys):
    assert run(["fees", *arguments.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith("error: "), err.count("\n")) == ("", True, 1)


def test_an_audit_tells_each_fill_s_two_fees(answer, capsys):
    assert run(["fees", "audit", str(answer), "--multiplier", "KXMLB=0.5", "--json"]) == 0
    audit = json.loads(capsys.readouterr().out)
    assert [
        (each["trade_id"], each["fee_usd"], each["fee_cost"], each["matches"])
        for each in audit["fills"]
    ] == [("t-1", "0.085300", "0.085300", True), ("t-2", "0.017500", "0.020000", False)]
    assert (audit["matches"], audit["differences"]) == (1, 1)


@pytest.mark.parametrize(
    "flags",
    [
        ["--multiplier", "KXMLB=0.5", "--multiplier", "KXBTC=0"],
        ["--multiplier", "KXMLB=0.5", "KXBTC=0"],
    ],
)
def test_several_multipliers_may_be_given(answer, flags, capsys):
    assert run(["fees", "audit", str(answer), *flags, "--json"]) == 0
    audit = json.loads(capsys.readouterr().out)
    assert [each["fee_usd"] for each in audit["fills"]] == ["0.085300", "0.000000"]


def test_an_audit_for_a_person_ends_with_the_count(answer, capsys):
    assert run(["fees", "audit", str(answer), "--broker"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].endswith("ours 0.180000  theirs 0.085300  differs by 0.094700")
    assert lines[2] == "1 of 2 fees met to the last digit"


def test_a_file_that_is_no_answer_is_named(tmp_path, capsys):
    path = tmp_path / "other.json"
    path.write_text('{"fills": [{"fee_cost": "0.01"}]}')
    assert run(["fees", "audit", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"error: {path}: not an answer of Kalshi's GET fills: ")
    assert run(["fees", "audit", str(tmp_path / "absent.json")]) == 1
    assert capsys.readouterr().err == f"error: {tmp_path}/absent.json: no such file or directory\n"
