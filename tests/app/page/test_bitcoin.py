"""The Bitcoin topic shows the index by exchange and every open window as the desk holds them."""

from types import SimpleNamespace

import msgspec
from msgspec.structs import replace

from tests.app.bitcoin.runs import bitcoin_run
from underround.app.bitcoin.session_log import SessionLog, Thinned
from underround.app.page.bitcoin import as_running, window_past, with_bitcoin
from underround.app.page.face import FaceOptions
from underround.app.page.view import PageView
from underround.core.windows.pricing_effect import WindowsPriced
from underround.core.windows.spot_event import Asset


async def test_the_topic_shows_what_the_desk_holds():
    async with bitcoin_run("KXBTC15M") as (_, listener):
        run = listener.run
        log = SessionLog(run)
        run.pipeline.on_pricing.append(log.hear)
        await listener.until(
            lambda: (
                any(
                    each.fair is not None
                    for effect in listener.all(WindowsPriced)
                    for each in effect.view.windows
                )
                and Asset.BTC in log.last_view
            )
        )
        options = with_bitcoin(FaceOptions(), run, log)
        shown = msgspec.json.decode(PageView(run.clock_ns, options.topics).update())["bitcoin"]
        # Now: while the run ends, its exchanges close and the index has no value any more.
        view, value = log.last_view[Asset.BTC], run.desk.index(Asset.BTC).value
        running = as_running(run)
    assert shown["index"] == value.index
    assert {row["exchange"] for row in shown["exchanges"] if row["used"]} == set(value.used)
    assert [row["id"] for row in shown["windows"]] == [each.window.id for each in view.windows]
    for row, each in zip(shown["windows"], view.windows, strict=True):
        assert row["p_yes"] == (None if each.fair is None else each.fair.p_yes)
        assert row["yes_e4"] == (None if each.yes is None else each.yes.price_e4)
    assert {feed.connection for feed in running.feeds} >= set(run.reference.feeds)
    assert running.engine is run.engine
    assert replace(options, topics=(), past=None) == FaceOptions()
    window = shown["windows"][0]["id"]
    rows = options.past(window)
    assert rows == log.prices[window].rows[-len(rows) :]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert options.past("another") is None


def test_a_long_past_is_coarser_and_ends_now():
    kept = Thinned()
    for second in range(3_000):
        kept.add([second])
    log = SimpleNamespace(prices={"w": kept})
    rows = window_past(log, "w")
    assert rows[-1] == [2_999]
    assert rows[0][0] >= 3_000 - 1_800
    assert 200 < len(rows) <= 450
