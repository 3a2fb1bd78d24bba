"""A result for a person: a row for what is plain, a row of its own for every part with parts."""

from underround.app.output import write_fields


def test_parts_within_parts_have_rows_of_their_own(capsys) -> None:
    write_fields(
        {
            "seed": 7,
            "opportunities": {
                "found": 3,
                "missed": 0,
                "missed_intervals": [],
                "by_kind": {"cross_venue": {"found": 2}, "ladder": {"found": 1}},
            },
            "problems": ["one", "two"],
            "halt": None,
            "noted": {},
        },
        16,
    )
    assert capsys.readouterr().out.splitlines() == [
        "seed             7",
        "opportunities    found 3, missed 0",
        "                 by kind: cross venue: found 2",
        "                 by kind: ladder: found 1",
        "problems         one",
        "                 two",
        "halt             none",
        "noted            none",
    ]
