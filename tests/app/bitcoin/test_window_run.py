"""A whole run on the simulated world: windows roll and settle, signals replay byte for byte."""

import msgspec

from tests.app.bitcoin.runs import bitcoin_run
from underround.app.bitcoin.index_calibration import Calibration
from underround.app.bitcoin.session_file import read_session, session_summary, write_session
from underround.app.bitcoin.session_log import SessionLog
from underround.app.bitcoin.session_report import report_page
from underround.app.bitcoin.window_decisions import decisions_of
from underround.app.recordings.replay import Replay
from underround.app.sections.venues_and_stores import FeesConfig
from underround.core.fees import BROKER_E6, PolymarketReading
from underround.core.instrument import Venue
from underround.core.windows.index import IndexQuality
from underround.core.windows.pricing_effect import (
    IndexTicked,
    OfficialCompared,
    ValueRaised,
    WindowEnded,
    WindowsPriced,
)
from underround.simulation.exchanges.exchange import ExchangeFault


def ended(listener, series: str) -> list[WindowEnded]:
    return [e for e in listener.all(WindowEnded) if e.window.series == series]


async def test_windows_roll_settle_and_replay(tmp_path):
    recording = tmp_path / "recording"
    async with bitcoin_run("KXBTC15M", "KXBTCD", recording=recording) as (world, listener):
        log = SessionLog(listener.run)
        listener.run.pipeline.on_pricing.append(log.hear)
        await listener.until(
            lambda: (
                sum(e.said_yes is not None for e in ended(listener, "KXBTC15M")) >= 2
                and any(e.said_yes is not None for e in ended(listener, "KXBTCD"))
                and listener.all(ValueRaised)
            )
        )
        run = listener.run
        truth = {t: w for w in world.report()["windows"] for t in w["tickers"]}
        for effect in listener.all(WindowEnded):
            if effect.said_yes is not None:
                assert effect.is_wrong is False
                told = truth[effect.window.id]
                place = told["tickers"].index(effect.window.id)
                assert effect.said_yes is told["pays_yes"][place]
                assert effect.resolved_value_e8 == told["value_cents"] * 10**6
        # the next window's books were there before the last one closed
        for effect in ended(listener, "KXBTC15M"):
            closes = effect.window.close_at_ns
            shown = {
                each.window.id: each
                for e in listener.all(WindowsPriced)
                for each in e.view.windows
                if each.window.opens_at_ns == closes and each.window.venue is Venue.KALSHI
            }
            assert shown
        summary = session_summary(run, log)
        path = tmp_path / "session.json"
        write_session(path, run, log, {"series": ["KXBTC15M", "KXBTCD"], "simulated": True})
        digest = run.digest
    assert summary["windows"]["wrong"] == 0
    assert summary["windows"]["settled"] >= 3
    assert summary["brti"]["quality"] == IndexQuality.FULL
    replay = Replay()
    effects = []
    replay.on_effect.append(effects.append)
    replay.run(recording)
    assert (replay.digest.hex, replay.digest.count) == (digest.hex, digest.count)
    assert replay.digest.count > 0
    assert (dict(replay.misplaced), replay.damage, replay.lost) == ({}, [], 0)
    kinds = (IndexTicked, ValueRaised, WindowEnded, OfficialCompared)
    live, replayed = (
        [msgspec.json.encode(e) for e in told if isinstance(e, kinds)]
        for told in (listener.told, effects)
    )
    assert replayed[: len(live)] == live
    page = report_page(read_session(path))
    assert page.count("<svg") == 4
    assert "KXBTC15M" in page
    assert "http" not in page
    # the recording goes on after the file was written, so it may know of more windows
    told, again = decisions_of([path]), decisions_of([recording])
    assert {(e.at_ns, e.close_at_ns, round(e.p_model, 5), e.outcome) for e in told} <= {
        (e.at_ns, e.close_at_ns, round(e.p_model, 5), e.outcome) for e in again
    }
    assert told
    calibration = Calibration()
    calibration.run(recording)
    best, *others = calibration.fits()
    assert best.prints >= 3
    assert len(others) == 15
    assert best.rms <= min(fit.rms for fit in others)


async def test_without_a_key_books_are_polled_and_the_proxy_alone_settles():
    async with bitcoin_run("KXBTC15M", keyless=True) as (_, listener):
        await listener.until(
            lambda: any(e.said_yes is not None for e in ended(listener, "KXBTC15M"))
        )
        assert listener.all(OfficialCompared) == []
        effect = next(e for e in ended(listener, "KXBTC15M") if e.said_yes is not None)
        assert not effect.is_official
        assert listener.run.engine.links["kalshi-windows"].is_slow
        # a proxy's settlement is within a few dollars of the venue's
        assert abs(effect.value_e8 - effect.resolved_value_e8) < 50 * 10**8


async def test_with_every_exchange_and_the_index_gone_no_signal_comes():
    async with bitcoin_run("KXBTC15M", seed=6) as (world, listener):
        await listener.until(lambda: listener.all(ValueRaised))
        world.set_fault("index", "frozen")
        for name in world.fleet.exchanges:
            world.fleet.set_fault(name, ExchangeFault.DOWN)
        await listener.until(lambda: listener.all(IndexTicked)[-1].tick.value.index is None)
        await listener.until(
            lambda: (
                (shown := listener.all(WindowsPriced)[-1].view.windows)
                and all(each.blocked == "no index" for each in shown)
            )
        )
        assert listener.run.desk.signals.open == {}
        count = len(listener.all(ValueRaised))
        ticks = len(listener.all(IndexTicked))
        await listener.until(lambda: len(listener.all(IndexTicked)) >= ticks + 10)
        assert len(listener.all(ValueRaised)) == count


async def test_a_strategy_of_the_operator_s_own_signals_under_its_name(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from underround.core.instrument import Outcome\n"
        "from underround.core.windows.view import Idea\n"
        "def always(view):\n"
        "    return [Idea(window=w.window.id, outcome=Outcome.NO, edge=0.1, confidence=1.0)\n"
        "            for w in view.windows if w.no is not None]\n"
    )
    name = f"{file}:always"
    async with bitcoin_run("KXBTC15M", strategies=(name,)) as (_, listener):
        await listener.until(
            lambda: any(e.signal.chance.source == name for e in listener.all(ValueRaised))
        )


async def test_of_a_ladder_only_the_nearest_rungs_are_followed():
    async with bitcoin_run("KXBTCD", ladder_rungs=1) as (_, listener):
        roll = listener.run.roll
        await listener.until(lambda: len(roll.followed) >= 2)
        windows = list(roll.followed.values())
        assert len({window.close_at_ns for window in windows}) == len(windows)
        assert all(abs(window.strike_e8 / 10**8 - 80_000) < 100 for window in windows)


async def test_windows_are_priced_with_the_fees_of_the_operator_s_own_account():
    told = FeesConfig(polymarket="shares", kalshi_account="broker")
    async with bitcoin_run("KXBTC15M", fees=told) as (_, listener):
        books = listener.run.engine.books
        await listener.until(lambda: len({one.instrument.venue for one in books.values()}) == 2)
        for book in books.values():
            fees = book.instrument.fees
            if book.instrument.venue is Venue.KALSHI:
                assert fees.precision_e6 == BROKER_E6
            else:
                assert fees.kind == PolymarketReading.SHARES
