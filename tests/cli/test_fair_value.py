"""`underround fair-value`: the keys of its JSON, its defaults, and its refusals."""

import json

import pytest

from underround.cli.main import run

BEFORE = ["fair-value", "--spot", "80000", "--strike", "80040", "--sigma", "4.5", "--tau", "900"]


def test_json_before_the_window(capsys):
    assert run([*BEFORE, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    # z = -39.995 / (4.5 · sqrt(900 - 40.4972…)) = -0.303158
    assert report["p_yes"] == pytest.approx(0.380885, abs=1e-6)
    assert report["sd"] == pytest.approx(131.92775, abs=1e-5)
    assert (report["mean"], report["standard_error"]) == (80_000.0, 0.0)
    assert report["delta"] == pytest.approx(0.002888, abs=1e-6)


def test_json_inside_the_window(capsys):
    words = "--spot 80000 --strike 80010 --sigma 4.5 --tau 2 --locked 59 --locked-sum 4720472"
    assert run(["fair-value", *words.split(), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["mean"] == pytest.approx((4_720_472 + 80_000) / 60)
    assert report["sd"] == pytest.approx(4.5 / 60)


def test_a_line_for_a_person(capsys):
    assert run([*BEFORE, "--sigma-error", "0.1"]) == 0
    assert capsys.readouterr().out.startswith("P(YES) 0.3809 ± 0.0")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--locked", "3", "--locked-sum", "3"], "3 prints locked 900 s before the close"),
        (["--locked", "3"], "--locked N and --locked-sum X belong together"),
        (["--locked-sum", "3"], "--locked N and --locked-sum X belong together"),
    ],
)
def test_impossible_windows_are_wrong_usage(words, complaint, capsys):
    assert run([*BEFORE, *words]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert complaint in err


@pytest.mark.parametrize(
    ("flag", "value", "complaint"),
    [
        ("--tau", "1.5", "'1.5' is no whole number"),
        ("--tau", "-1", "'-1' is no whole number"),
        ("--sigma", "1e308", "Must be <= 999999999999"),
        ("--spot", "nan", "Must be <= 999999999999"),
    ],
)
def test_what_no_index_has_is_wrong_usage(flag, value, complaint, capsys):
    words = list(BEFORE)
    words[words.index(flag) + 1] = value
    assert run(words) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize("amount", ["high", "nan", "inf"])
def test_what_is_no_amount_is_wrong_usage(amount, capsys):
    assert run([*BEFORE, "--locked-sum", amount]) == 2
    assert f"'{amount}' is no amount" in capsys.readouterr().err
