"""Every trade of a random history is one span below its signal's, with a span for every order."""

from collections import Counter

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import StatusCode

from tests.app.telemetry.told_day import told_world
from underround.app.telemetry.names import trace_of
from underround.app.telemetry.spans import SpanMaker
from underround.core.trading.trade import TradeState


@pytest.mark.parametrize("seed", range(12))
def test_a_trade_is_told_whole_when_it_is_over(seed):
    world, stories, told = told_world(seed)
    trades = world.desk.portfolio.trades
    over = {name for name, trade in trades.items() if trade.is_over}
    assert {story.plan.id for story in told} == over
    stories.end()
    assert Counter(story.plan.id for story in told) == Counter(list(trades))
    maker = SpanMaker(Resource({}))
    for story in told:
        trade, trace = trades[story.plan.id], trace_of(story.plan.signal)
        spans = maker.spans_of(story)
        assert story.state is trade.state
        [root] = [span for span in spans if span.name == "trade"]
        assert (root.parent.trace_id, root.parent.span_id) == (trace.trace_id, trace.span_id)
        assert {span.context.trace_id for span in spans} == {trace.trace_id}
        assert root.attributes["underround.trade.state"] == trade.state.value
        orders = {
            span.attributes["underround.order"]: span
            for span in spans
            if span.name.startswith("order ")
        }
        assert set(orders) == set(trade.orders)
        for name, order in trade.orders.items():
            span = orders[name]
            assert span.parent.span_id == root.context.span_id
            assert span.attributes["underround.role"] == order.role.value
            assert span.start_time <= span.end_time
            fills = {(e.attributes["size"], e.attributes["price_usd"]) for e in fills_of(span)}
            assert fills == {(f.size_e6 / 1e6, f.price_e4 / 1e4) for f in order.fills.values()}
            below = [each.name for each in spans if within(each, span)]
            assert below == (["journal", "venue"] if order.is_sent else [])
        failed = trade.state in (TradeState.STRANDED, TradeState.HALT)
        assert (root.status.status_code is StatusCode.ERROR) is failed


def fills_of(span):
    return [event for event in span.events if event.name == "fill"]


def within(span, parent) -> bool:
    return span.parent is not None and span.parent.span_id == parent.context.span_id


def test_enough_of_every_kind_was_played():
    states = Counter()
    for seed in range(12):
        _, _, told = told_world(seed)
        states += Counter(story.state for story in told)
    assert states[TradeState.HEDGED_SETTLED] > 5
    assert len(states) >= 3


def test_a_sampler_that_keeps_nothing_leaves_no_half_of_a_trace(monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    kept = Counter()
    for seed in range(6):
        _, _, told = told_world(seed)
        maker = SpanMaker(Resource({}))
        for story in told:
            spans = maker.spans_of(story)
            whole = {"trade"} | (
                {"order entry"} if story.state is not TradeState.REJECTED else set()
            )
            assert not spans or whole <= {span.name for span in spans}
            kept[bool(spans)] += 1
    assert min(kept[True], kept[False]) > 0
