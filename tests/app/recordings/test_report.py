"""The report of a recording: its figures, self-contained, everything escaped."""

import re

from msgspec.structs import replace

from tests.app.explain.rain import at, story, written
from tests.app.trading_recording import recorded_underrounds
from tests.core.desk import KALSHI, POLYMARKET, TICKER
from tests.venues.kalshi import wire as kalshi
from underround.app.bitcoin.calibration import Decision
from underround.app.bitcoin.calibration_report import scores_of
from underround.app.recordings.lives import statistics
from underround.app.recordings.recorded_session import recorded_session
from underround.app.recordings.report import recording_page
from underround.app.trading.backtest import PaperReplay
from underround.app.trading.reports import MONEY
from underround.core.trading.risk_limits import RiskLimits
from underround.core.trading.settings import TradingSettings
from underround.core.units import NS_PER_MS, format_usd
from underround.execution.paper import PaperSettings
from underround.stores.recorded import RecordedBatch, RecordedCommand

EVIL = "<script>alert(1)</script>"


def cells(page: str, first: str) -> list[str]:
    """Return a table's row by its first cell."""
    [row] = re.findall(rf"<tr><td [^>]*>{re.escape(first)}</td>(.*?)</tr>", page)[:1]
    return re.findall(r"<td [^>]*>(.*?)</td>", row)


def test_a_recording_is_added_up_in_one_replay(tmp_path):
    session = recorded_session(written(tmp_path / "rain"))
    assert session.lives.all.count == 1
    assert session.signals == 3
    assert {each.opened for each in session.connections.values()} == {1}
    assert session.lost == 0
    assert set(session.states) == {"kalshi", "polymarket"}
    assert (session.trades, session.profit, session.scores) == ([], {}, {})


def test_the_page_shows_what_opened_and_how_it_ended(tmp_path):
    page = recording_page(recorded_session(written(tmp_path / "rain")))
    assert cells(page, "rain")[0] == "1"
    assert cells(page, "rain")[-1] == "trade 1"
    assert cells(page, "cross_venue") == cells(page, "all")
    for heading in ("By hour, UTC", "How long they lasted", "Latency", "States of books"):
        assert f">{heading}</h" in page
    assert "Nothing was traded in this session." in page
    assert "No priced window was resolved in this session" in page


def test_a_session_of_nothing_says_so_and_shows_no_row_of_noughts(tmp_path):
    session = recorded_session(written(tmp_path / "rain"))
    page = recording_page(
        replace(session, lives=statistics([]), latencies={}, states={}, connections={}, counts={})
    )
    assert "Nothing opened in this session" in page
    assert "Nothing that was stamped with a time arrived." in page
    assert "<tr><td" not in page.split("<h2>Opportunities</h2>")[1].split("<h2>Latency</h2>")[0]


def test_a_recording_of_its_header_alone_has_the_header_s_time_and_no_figures(tmp_path):
    session = recorded_session(written(tmp_path / "rain", []))
    page = recording_page(session)
    assert "<h1>Session of 2026-02-02 02:40:00 UTC</h1>" in page
    assert "<b>–</b><span>median life</span>" in page
    assert "<b>–</b><span>best edge</span>" in page
    assert "not whole" not in page


def test_what_is_missing_is_said_at_the_top(tmp_path):
    lost = [each for each in story() if not isinstance(each, RecordedCommand)]
    session = recorded_session(written(tmp_path / "rain", lost))
    page = recording_page(session)
    assert "This recording is not whole" in page.split("<h2>")[0]
    assert cells(page, f"inputs of {POLYMARKET}, whose beginning is lost") == ["6"]


def test_a_share_of_few_lives_says_how_little_it_says(tmp_path):
    page = recording_page(recorded_session(written(tmp_path / "rain")))
    assert cells(page, "50 ms") == ["1", "1", "100%", "21% … 100%"]


def test_both_venues_changes_are_timed_by_their_own_stamps(tmp_path):
    frame = kalshi.wire(kalshi.delta(market_ticker=TICKER, ts_ms=at(240) // NS_PER_MS))
    late = RecordedBatch(KALSHI, 9, at(260), (frame,))
    page = recording_page(recorded_session(written(tmp_path / "rain", [*story(), late])))
    assert cells(page, f"feed {KALSHI}") == ["1", "20.0", "20.0", "20.0", "20.0"]
    assert cells(page, f"feed {POLYMARKET}")[0] == "3"


def test_tables_that_are_cut_say_so(tmp_path):
    session = recorded_session(written(tmp_path / "rain"))
    [life] = session.lives.lives
    many = statistics([replace(life, id=f"{n}", pair=f"p{n}") for n in range(203)])
    page = recording_page(replace(session, lives=many))
    assert "By pair, most edge first, 200 of 203</h3>" in page


def test_profit_and_calibration_are_shown_where_there_are_any(tmp_path):
    sums = {"trades": 2} | dict.fromkeys(MONEY, 1_234_500_000)
    decisions = [
        Decision(close_at_ns=9, opened_at_ns=0, at_ns=n, p_model=0.8, outcome=True)
        for n in range(3)
    ]
    session = replace(
        recorded_session(written(tmp_path / "rain")),
        profit={"all": sums, "days": {"2026-02-02": sums}},
        scores=scores_of(decisions),
    )
    page = recording_page(session)
    assert cells(page, "2026-02-02")[:2] == ["2", "$1,234.50"]
    assert cells(page, "closed form")[:2] == ["3", "0.0400"]


def test_it_holds_no_address_no_script_and_nothing_unescaped(tmp_path):
    session = replace(
        recorded_session(written(tmp_path / "rain")), name=EVIL, damage=[EVIL], lost=3
    )
    page = recording_page(session)
    assert "<script" not in page
    assert "http" not in page
    assert page.count("&lt;script&gt;") == 2
    assert cells(page, "inputs that the recording lost") == ["3"]


def test_what_was_traded_is_accounted_for(tmp_path):
    recording = recorded_underrounds(tmp_path / "run", lasting_ms=300)
    limits = RiskLimits(max_pair_usd_e6=10**10, max_venue_usd_e6=10**10)
    sure = PaperSettings(rejects_e4=0, unanswered_e4=0, settlement_failures_e4=0, rivals_e4=0)
    session = recorded_session(recording, PaperReplay(TradingSettings(limits=limits), sure, 1))
    sums = session.profit["all"]
    assert sums["trades"] == 8
    parts = ("booked", "missed", "unwind", "alone", "basis", "slippage")
    assert sums["quoted_usd_e6"] == sum(sums[f"{name}_usd_e6"] for name in parts)
    page = recording_page(session)
    profit = page.split("<h2>Profit and loss</h2>")[1]
    assert cells(profit, "hedged")[0] == str(sum(t["state"] == "hedged" for t in session.trades))
    assert cells(profit, "all")[:2] == ["8", format_usd(sums["quoted_usd_e6"])]
    assert (profit.count("presumed</td>"), profit.count("none</td>")) == (6, 2)
