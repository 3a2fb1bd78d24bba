"""The Bitcoin topic of the page, and a run of windows as the run that a page can be served for.

Reads the pricing desk and its last views; prices nothing.
"""

from typing import Any

from msgspec.structs import replace

from underround.app.bitcoin.session_log import SessionLog
from underround.app.bitcoin.window_run import WindowRun
from underround.app.frame_watch import FrameWatch
from underround.app.page.face import FaceOptions
from underround.app.page.view import Topic
from underround.app.universe import Universe
from underround.app.wiring import Running
from underround.core.instrument import Outcome
from underround.core.units import NS_PER_MS, USD_ONE_E6
from underround.core.windows.index_desk import IndexDesk
from underround.core.windows.spot_units import from_e8
from underround.core.windows.view import WindowView
from underround.stores.memory import MemorySignals

EVERY_MS = 250
MOST_SECONDS = 1_800
MOST_POINTS = 450


def as_running(run: WindowRun) -> Running:
    """Return a run of windows as its faces know runs: engine, feeds, stores, and no pairs."""
    feeds = list(run.reference.feeds.values())
    if run.books is not None:
        feeds += run.books.feeds.values()
    return Running(
        universe=Universe({}, (), ()),
        engine=run.engine,
        pipeline=run.pipeline,
        digest=run.digest,
        prices=run.prices,
        signals=MemorySignals(),
        recorder=run.recorder,
        feeds=feeds,
        clock_ns=run.clock_ns,
        frames=FrameWatch(run.pipeline),
    )


def bitcoin_topic(run: WindowRun, log: SessionLog) -> Topic:
    """Return the topic that shows the index by exchange and every open window."""
    return Topic("bitcoin", lambda at_ns: _shown(run, log, at_ns), EVERY_MS)


def with_bitcoin(options: FaceOptions, run: WindowRun, log: SessionLog) -> FaceOptions:
    """Return a face's options with the Bitcoin topic added, and every window's past."""
    topics = (*options.topics, bitcoin_topic(run, log))
    return replace(options, topics=topics, past=lambda window: window_past(log, window))


def window_past(log: SessionLog, window: str) -> list[list[Any]] | None:
    """Return a window's rows of the last minutes, oldest first; None for an unknown window.

    A row is [ms, index, P(YES), its error, YES bid, YES ask]: one a second, fewer if too many.
    """
    kept = log.prices.get(window)
    if kept is None:
        return None
    rows = kept.rows[-MOST_SECONDS:]
    step = -(-len(rows) // MOST_POINTS) or 1
    return rows[::-1][::step][::-1]


def _shown(run: WindowRun, log: SessionLog, at_ns: int) -> dict[str, Any] | None:
    asset = run.plan.assets[0]
    desk = run.desk.index(asset)
    view = log.last_view.get(asset)
    return {
        "asset": asset.value,
        "index": None if desk.value is None else desk.value.index,
        "official": None if desk.official is None else from_e8(desk.official.value_e8),
        "quality": str(desk.quality),
        "sigma": None if view is None else view.sigma,
        "exchanges": _exchanges(desk, run, at_ns),
        "windows": [] if view is None else [_window(each) for each in view.windows],
    }


def _exchanges(desk: IndexDesk, run: WindowRun, at_ns: int) -> list[dict[str, Any]]:
    value = desk.value
    heard_ns = {
        str(line.plan.exchange): line.last_book_ns
        for line in run.reference.lines.spot()
        if line.plan.asset is desk.asset
    }
    rows = []
    for name, book in sorted(desk.ticker.calculator.pool.books.items()):
        if str(name) not in heard_ns:
            continue
        bid_e8, ask_e8, last_ns = book.bids.best_e8, book.asks.best_e8, heard_ns[str(name)]
        index = None if value is None else value.index
        middle = None if bid_e8 is None or ask_e8 is None else from_e8(bid_e8 + ask_e8) / 2
        refusal = None if value is None else value.refused.get(name)
        rows.append(
            {
                "exchange": str(name),
                "used": value is not None and name in value.used,
                "why": "" if refusal is None else f"{refusal.reason}, {refusal.detail}",
                "bid": None if bid_e8 is None else from_e8(bid_e8),
                "ask": None if ask_e8 is None else from_e8(ask_e8),
                "away_bp": None
                if index is None or middle is None
                else (middle - index) / index * 1e4,
                "age_ms": None if last_ns is None else (at_ns - last_ns) // NS_PER_MS,
            }
        )
    return rows


def _window(each: WindowView) -> dict[str, Any]:
    window, fair = each.window, each.fair
    strike = None if window.strike_e8 is None else from_e8(window.strike_e8)
    return {
        "id": window.id,
        "venue": window.venue,
        "strike": strike,
        "away": None if fair is None or strike is None else fair.mean - strike,
        "close_ms": window.close_at_ns // NS_PER_MS,
        "p_yes": None if fair is None else fair.p_yes,
        "error": None if fair is None else fair.standard_error,
        "yes_e4": None if each.yes is None else each.yes.price_e4,
        "no_e4": None if each.no is None else each.no.price_e4,
        "edge_e6": _best_edge_e6(each),
        "blocked": each.obstacle,
    }


def _best_edge_e6(each: WindowView) -> int | None:
    """Return the larger of both outcomes' fair value less all-in cost, usd_e6 a contract."""
    edges = []
    for outcome in Outcome:
        offer, probability = each.offer(outcome), each.probability(outcome)
        if offer is not None and probability is not None:
            edges.append(round(probability * USD_ONE_E6) - offer.cost_e6)
    return max(edges, default=None)
