"""`underround calibration`: scores of recorded windows, a plot, and refusals in one line."""

import json

import pytest

from underround.cli.main import run

STRIKES = "ticker,close_time_utc,floor_strike,expiration_value\n"
START_S = 1_778_500_800


@pytest.fixture
def history(tmp_path):
    """Write an hour of windows on a price that rises by a cent a second."""
    prices = {START_S - 1_800 + place: 80_000 + place / 100 for place in range(1_800 + 3_600)}
    rows = "".join(f"{second},{price:.2f}\n" for second, price in prices.items())
    (tmp_path / "prices.csv").write_text("unix_s,last\n" + rows)
    windows = []
    for number in range(1, 5):
        close_s = START_S + number * 900
        strike, value = (
            round(sum(prices[end - n] for n in range(1, 61)) / 60, 2)
            for end in (close_s - 900, close_s)
        )
        stamp = f"2026-05-11T{12 + number // 4}:{number % 4 * 15:02}:00+00:00"
        windows.append(f"W{number},{stamp},{strike},{value}\n")
    (tmp_path / "strikes.csv").write_text(STRIKES + "".join(windows))
    return ["--strikes", str(tmp_path / "strikes.csv"), "--prices", str(tmp_path / "prices.csv")]


def test_scores_and_a_plot_of_recorded_windows(history, tmp_path, capsysbinary):
    plot = tmp_path / "reliability.svg"
    assert run(["calibration", *history, "--plot", str(plot), "--json"]) == 0
    report = json.loads(capsysbinary.readouterr().out)
    assert report["windows"] == 4
    assert report["scores"]["closed form"]["brier"] < 0.25
    assert report["corrections"]["logistic"]["verdict"] is None
    assert report["plot"] == str(plot)
    assert plot.read_text().startswith("<svg")


def test_lines_for_a_person(history, capsys):
    assert run(["calibration", *history]) == 0
    out = capsys.readouterr().out
    assert "decisions, windows of 4 closes" in out
    assert "logistic correction, walk-forward: not tried: 4 windows" in out


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        ([], 2, "name FILES, or --strikes CSV"),
        (["{strikes}", "--strikes", "{strikes}"], 2, "name FILES, or --strikes CSV"),
        (["--strikes", "{strikes}"], 2, "--strikes and --prices belong together"),
        (["{strikes}"], 3, "not a session file"),
        (["--strikes", "{prices}", "--prices", "{prices}"], 3, "close_time_utc' is missing"),
        (["--strikes", "{strikes}", "--prices", "{strikes}"], 3, "'unix_s' is missing"),
    ],
)
def test_wrong_files_are_one_line(history, capsys, words, code, complaint):
    places = {"strikes": history[1], "prices": history[3]}
    assert run(["calibration", *(word.format(**places) for word in words)]) == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert complaint in err
