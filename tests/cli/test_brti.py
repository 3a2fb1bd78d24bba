"""`underround brti`: exit codes, one JSON object on stdout, one line of complaint on stderr."""

import json

from underround.cli.brti import brti

VENUES = {"P": {"bids": [[199, 3]], "asks": [[201, 3]]}}


def written(tmp_path, document):
    path = tmp_path / "books.json"
    path.write_text(json.dumps(document))
    return path


def test_json_is_one_object(tmp_path, capsys):
    code = brti(books=written(tmp_path, {"venues": VENUES}), json=True)
    report = json.loads(capsys.readouterr().out)
    assert (code, report["index"], report["published"]) == (0, 200.0, 200.0)


def test_lines_for_a_person_name_the_refused(tmp_path, capsys):
    venues = VENUES | {"Q": {"bids": [[5, 1]], "asks": []}}
    assert brti(books=written(tmp_path, {"venues": venues})) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("$200.00  (unrounded 200.000000, utilized depth 3")
    assert lines[1:] == ["used: P; quality reduced", "refused: Q, one_sided: no asks"]


def test_no_index_is_exit_1(tmp_path, capsys):
    path = written(tmp_path, {"venues": {"Q": {"bids": [[5, 1]], "asks": []}}})
    assert brti(books=path, json=True) == 1
    assert json.loads(capsys.readouterr().out)["index"] is None


def test_bad_input_is_exit_2_and_one_line(tmp_path, capsys):
    path = written(tmp_path, {"venues": VENUES, "params": {"lambda": "0.4"}})
    assert brti(books=path, json=True) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"underround brti: {path}: params.lambda: lambda '0.4' is not a reading; "
        'use "0.3v" or "0.37"\n'
    )


def test_a_missing_file_is_exit_2(tmp_path, capsys):
    assert brti(books=tmp_path / "none.json") == 2
    assert capsys.readouterr().err.endswith("none.json: No such file or directory\n")
