"""What a run shows of itself while it lasts."""

from tests.app.lived import lived
from underround.app.run_status import show_signal, show_summary


def test_openings_and_closings_are_shown_and_changes_are_not(capsys):
    _, said = lived()
    assert [str(each.kind) for each in said] == ["opened", "changed", "closed", "opened"]
    for each in said:
        show_signal(each)
    words = [line.split()[1] for line in capsys.readouterr().out.splitlines()]
    assert words == ["OPENED", "CLOSED", "OPENED"]


def test_a_summary_says_how_to_look_into_a_journal(capsys):
    result = {"recording": "r", "journal": "data/my demo.trades.db"}
    show_summary(result)
    assert "`underround trades --journal 'data/my demo.trades.db'`" in capsys.readouterr().out
    assert result["journal"] == "data/my demo.trades.db"  # whole for --json
    show_summary({"recording": "r"})
    assert "journal" not in capsys.readouterr().out
