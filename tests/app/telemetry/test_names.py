"""A trace's ids come from a signal's name alone, so every process and every line agrees on them."""

from tests.app.heard_world import HeardWorld
from underround.app.telemetry.names import TraceNames, trace_of
from underround.core.trading.effect import JournalWanted, PersonPaged, TradeRefused


def test_a_name_has_one_trace_and_another_name_another() -> None:
    first = trace_of("r1/rain/yes_no/1")
    assert (
        first == trace_of("r1/rain/yes_no/1") == TraceNames("r1", None).of_signal("rain/yes_no/1")
    )
    assert first != trace_of("r1/rain/yes_no/2")
    assert {len(value) for value in first.fields().values()} == {16, 32}
    assert first.trace_id and first.span_id  # zero is no id


def test_every_effect_about_a_trade_bears_its_signals_trace() -> None:
    world = HeardWorld(5)
    heard = []
    world.hears.on_trading.append(heard.append)
    world.run()
    names = TraceNames(world.desk.run, world.desk.portfolio)
    signals = {trade.plan.signal for trade in world.desk.portfolio.trades.values()}
    traced = {
        names.of_effect(each)
        for each in heard
        if isinstance(each, JournalWanted) and names.of_effect(each) is not None
    }
    assert traced == {trace_of(signal) for signal in signals}
    assert signals
    refused = TradeRefused("r1/rain/yes_no/1", None, "no room", 7)
    assert names.of_effect(refused) == names.of_signal("rain/yes_no/1")
    assert names.of_effect(PersonPaged("why", 1)) is None
