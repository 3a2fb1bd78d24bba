"""The example strategy: late, sure, still cheap; and a pure function of its view."""

import importlib.util

import pytest

from tests.core.windows.days import START_NS, World, a_window
from tests.house_style import ROOT
from underround.app.bitcoin.strategies import load_strategies
from underround.core.instrument import Outcome
from underround.core.opportunity import SignalKind
from underround.core.windows.fair_value import FairValue
from underround.core.windows.index import IndexQuality
from underround.core.windows.pricing_effect import ValueRaised
from underround.core.windows.spot_event import Asset
from underround.core.windows.view import Offer, View, WindowView

FILE = ROOT / "examples" / "custom_signal.py"
NAME = f"{FILE}:late_and_sure"
late_and_sure = load_strategies([NAME])[NAME]


def a_view(p_yes: float | None, seconds: int, yes_cost: float = 0.95, no_cost: float = 0.5) -> View:
    fair = None if p_yes is None else FairValue(p_yes, 100.0, 1.0, 0.1, 0.01)
    offers = [
        Offer("K", round(cost * 10_000), round(cost * 10**6), 10**7) for cost in (yes_cost, no_cost)
    ]
    shown = WindowView(a_window(), seconds, fair, *offers)
    return View(Asset.BTC, START_NS, 100.0, None, IndexQuality.FULL, ("kraken",), 1.0, (shown,))


def test_what_is_sure_and_cheap_late_is_an_idea():
    [idea] = late_and_sure(a_view(0.99, 30))
    assert (idea.window, idea.outcome, idea.reason) == ("KXBTC15M-A", Outcome.YES, "30 s left")
    assert idea.edge == pytest.approx(0.04)
    [idea] = late_and_sure(a_view(0.01, 5))
    assert (idea.outcome, idea.edge) == (Outcome.NO, pytest.approx(0.49))


@pytest.mark.parametrize(
    "view",
    [a_view(0.99, 31), a_view(0.96, 5), a_view(None, 5), a_view(0.975, 5, yes_cost=0.97)],
)
def test_what_is_early_unsure_unknown_or_dear_is_none(view):
    assert list(late_and_sure(view)) == []


def test_it_signals_in_an_engine():
    world = World(strategies={NAME: late_and_sure})
    world.watch(a_window())
    for _ in range(10):
        world.quote(a_window(), "KXBTC15M-A", 9_000, 9_200)
        world.live([101.5])
    sources = [e.signal.chance.source for e in world.all(ValueRaised)]
    kinds = [e.signal.kind for e in world.all(ValueRaised) if e.signal.chance.source == NAME]
    assert NAME in sources
    assert kinds[0] is SignalKind.OPENED


def test_it_imports_nothing_that_could_make_it_impure():
    spec = importlib.util.spec_from_file_location("custom_signal", FILE)
    source = spec.loader.get_source("custom_signal")
    imported = [line.split()[1] for line in source.splitlines() if line.startswith("from ")]
    pure = ["collections.abc", "underround.core.instrument", "underround.core.windows.view"]
    assert imported == pure
