"""`underround brti`: exit codes, one JSON object on stdout, one line of complaint on stderr."""

import json

import pytest

from underround.cli.main import run

VENUES = {"P": {"bids": [[199, 3]], "asks": [[201, 3]]}}


@pytest.fixture
def brti(tmp_path, capsys):
    def run_on(document, *words):
        path = tmp_path / "books.json"
        path.write_text(json.dumps(document))
        code = run(["brti", "--books", str(path), *words])
        out, err = capsys.readouterr()
        return code, out, err.replace(str(path), "FILE")

    return run_on


def test_json_is_one_object(brti):
    code, out, err = brti({"venues": VENUES}, "--json")
    report = json.loads(out)
    assert (code, report["index"], report["published"], err) == (0, 200.0, 200.0, "")


def test_lines_for_a_person_name_the_refused(brti):
    code, out, _ = brti({"venues": VENUES | {"Q": {"bids": [[5, 1]], "asks": []}}})
    first, *others = out.splitlines()
    assert code == 0
    assert first.startswith("$200.00  (unrounded 200.000000, utilized depth 3")
    assert others == ["used: P; quality reduced", "refused: Q, one_sided: no asks"]


def test_every_reading_has_a_line(brti):
    _, out, _ = brti({"venues": VENUES}, "--every-reading")
    assert sum(line.startswith("$200.00") for line in out.splitlines()) == 8


def test_no_index_is_exit_1(brti):
    code, out, _ = brti({"venues": {"Q": {"bids": [[5, 1]], "asks": []}}}, "--json")
    assert (code, json.loads(out)["index"]) == (1, None)
    code, out, _ = brti({"venues": {"Q": {"bids": [[5, 1]], "asks": []}}})
    assert (code, out.splitlines()[0]) == (1, "no index: no constituent has a usable book")


def test_a_bad_file_is_exit_3_and_one_line(brti):
    assert brti({"venues": VENUES, "params": {"lambda": "0.4"}}, "--json") == (
        3,
        "",
        'error: FILE: params.lambda: lambda \'0.4\' is not a reading; use "0.3v" or "0.37"\n',
    )


def test_a_missing_file_is_exit_2(tmp_path, capsys):
    assert run(["brti", "--books", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err


@pytest.fixture
def live(tmp_path, monkeypatch, capsysbinary):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def run_live(*words):
        code = run(["brti", *words])
        return code, capsysbinary.readouterr().out.decode()

    return run_live


def test_one_live_value_names_who_is_in_it_and_who_is_not(live):
    code, out = live("--simulated", "--fault", "down:kraken", "--json")
    value = json.loads(out)
    assert code == 0
    assert (value["quality"], len(value["used"])) == ("reduced", 7)
    assert value["refused"]["kraken"]["reason"] == "suspect"
    assert abs(value["index"] - 80_000) < 2_000
    assert value["official"] is not None


def test_a_stream_is_recorded_and_fitted(live, tmp_path):
    code, out = live("stream", "1", "0.05", "--simulated", "--recording", "here")
    lines = out.splitlines()
    assert code == 0
    assert sum(line.startswith("💰 BRTI: $") for line in lines) == 4
    assert lines[-1].startswith("against the official value over ")
    code, out = live("calibrate", "here", "--json")
    fitted = json.loads(out)
    assert code == 0
    assert len(fitted["readings"]) == 16
    assert fitted["best"].startswith("lambda=0.3v;")


def test_a_recording_without_official_values_fits_nothing(live, tmp_path):
    code, out = live(
        "stream",
        "1",
        "0.02",
        "--simulated",
        "--fault",
        "freeze:index",
        "--recording",
        "here",
        "--json",
    )
    assert (code, json.loads(out)["official"]) == (0, None)
    assert live("calibrate", "here")[0] == 1


@pytest.mark.parametrize("words", [("stream", "x"), ("stream", "5", "0"), ("--fault", "a:b")])
def test_wrong_words_are_wrong_usage(live, words):
    assert live(*words)[0] == 2


@pytest.mark.parametrize("words", [("brti", "--asset", "eth"), ("pipeline", "KXETH15M")])
def test_the_simulated_world_knows_bitcoin_alone(tmp_path, monkeypatch, capsys, words):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert run([*words, "--simulated", "--json"]) == 3
    assert "it knows Bitcoin alone" in capsys.readouterr().err
