"""Stages are timed beside the hot path, and what is timed stays what it was."""

from hypothesis import given
from hypothesis import strategies as st

from tests.app.market_day import Day
from tests.app.sighted_day import sighted
from underround.app.page.stages import BOUNDS_S, Durations, Stage, StageProbe
from underround.app.pipeline import Pipeline
from underround.app.recordings.digest import SignalDigest


@given(st.lists(st.integers(-(10**6), 10**11)))
def test_every_duration_is_counted_once_under_its_bound(values_ns):
    durations = Durations()
    for value_ns in values_ns:
        durations.add(value_ns)
    assert durations.count == len(values_ns)
    assert durations.sum_ns == sum(max(value_ns, 0) for value_ns in values_ns)
    below = 0
    for bound_s, count in zip(BOUNDS_S, durations.counts, strict=False):
        below += count
        assert below == sum(max(value_ns, 0) <= round(bound_s * 1e9) for value_ns in values_ns)


def test_quantiles_are_upper_bounds():
    durations = Durations()
    assert durations.quantile_s(0.5) is None
    for value_ns in (9_000, 20_000, 20_000, 900_000):
        durations.add(value_ns)
    found = [durations.quantile_s(share) for share in (0.25, 0.5, 0.75, 1.0)]
    assert found == [1e-05, 2.5e-05, 2.5e-05, 0.001]


async def test_one_batch_after_each_sample_is_timed_and_the_next_is_not():
    async with sighted() as (day, sight):
        stages = sight.probe.stages
        venue, frame = day.corpus.frames[0]
        before = stages[Stage.PROCESS].count
        sight.probe.sample()
        assert "batch" in vars(day.pipeline)
        day.pipeline.batch(venue, [frame], day.now_ns)
        assert "batch" not in vars(day.pipeline)
        day.pipeline.batch(venue, [frame], day.now_ns)
        assert stages[Stage.PROCESS].count == before + 1
        sight.probe.sample()
        assert stages[Stage.DECODE].count >= 1
    assert "batch" not in vars(day.pipeline)
    assert day.pipeline.batch.__func__ is Pipeline.batch


def test_a_sampled_day_signals_the_same():
    digests = []
    for is_sampled in (False, True):
        day, digest = Day(4, frames=600), SignalDigest()
        day.pipeline.on_signal.append(digest.add)
        if is_sampled:
            probe = StageProbe(day.pipeline, lambda day=day: day.now_ns)
            judge = day.answer
            day.answer = lambda wanted, judge=judge, probe=probe: (probe.sample(), judge(wanted))
        day.run()
        digests.append((digest.count, digest.hex))
    assert digests[0] == digests[1]
    assert digests[0][0] > 10
    assert probe.stages[Stage.PROCESS].count > 3


async def test_signals_of_the_pipeline_are_folded_in_once():
    async with sighted() as (day, sight):
        day.run()
        for _ in range(2):
            sight.probe.fold()
        latency = day.pipeline.latency
        assert sight.probe.stages[Stage.DETECT].count == len(latency.immediate_ns)
        assert sight.probe.stages[Stage.HOLD].count == len(latency.held_ns)
        assert len(latency.immediate_ns) + len(latency.held_ns) > 0
        delivered = sight.probe.stages[Stage.DELIVER].count
        assert delivered == sight.opportunities.counts.total() > 0
