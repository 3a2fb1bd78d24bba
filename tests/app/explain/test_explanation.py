"""A signal explained from a recording: what made it, what it cost, what became of it."""

import msgspec
import pytest
import zstandard

from tests.app.explain.rain import START_NS, at, written
from tests.core.desk import TICKER, YES
from underround.app.explain.explanation import explained
from underround.app.explain.retrace import Wanted
from underround.app.explain.text import WIDTH, lines
from underround.core.errors import UnderroundError
from underround.stores.recorded import RecordedBatch, decode_line

OPENED = Wanted(id="rain/yes_no/1")


@pytest.fixture
def rain(tmp_path):
    return written(tmp_path / "rain")


def test_the_signal_is_raised_again(rain):
    found = explained(rain, OPENED)
    assert (found.signal.kind, found.signal.at_ns, found.number) == ("opened", at(100), 1)
    assert [leg.instrument.id for leg in found.legs] == [YES, TICKER]
    assert found.pair.note == "both read the same gauge"


def test_the_places_lead_to_the_frames_themselves(rain):
    found = explained(rain, OPENED)
    text = zstandard.decompress((rain / "000001.jsonl.zst").read_bytes(), 1 << 20)
    for each in found.evidence:
        line = decode_line(text[each.place.offset :].split(b"\n", 1)[0])
        assert isinstance(line, RecordedBatch)
        assert line.frames[each.frame].decode() == each.text
    did = [(each.at_ns, each.did[0]) for each in found.evidence]
    assert did == [
        (at(3), "polymarket YES: the whole book it began with"),
        (at(80), "kalshi NO: the whole book it began with"),
        (at(100), "polymarket YES: the level at 0.45"),
    ]
    assert found.evidence[-1].did[-2:] == ("raised the signal", "with it the edge stood")
    changes = found.evidence[-1].events[0]["changes"]
    assert [change[:4] for change in changes] == [(YES, False, 4_500, 75_000_000)]


def test_the_walk_adds_up_to_the_signal(rain):
    found = explained(rain, OPENED)
    signal, walk = found.signal, found.walk
    assert sum(leg.cost_usd_e6 for leg in walk.legs) == signal.cost_usd_e6
    assert sum(leg.fee_usd_e6 for leg in walk.legs) == signal.fee_usd_e6
    taken = [step for step in walk.steps if step.is_taken]
    assert taken[-1].to_e6 == signal.size_e6
    assert taken[0].edge_e6 == signal.edge_top_e6
    assert all(step.edge_e6 >= walk.threshold_e6 for step in taken)
    assert walk.steps[-1].edge_e6 < walk.threshold_e6
    assert walk.ended_because == "the next contract leaves less than the threshold"


def test_a_fee_is_spelled_out_with_its_numbers(rain):
    fee = explained(rain, OPENED).walk.legs[1].levels[0].fee
    # 60 × 0.07 × 0.25 = 1.05 dollars, whole at Kalshi's precision.
    assert fee.formula == "1 × 0.07 × 60 × (0.50 × 0.50)"
    assert (fee.model_usd_e6, fee.fee_usd_e6) == (1_050_000, 1_050_000)


def test_every_gate_was_open(rain):
    for leg in explained(rain, OPENED).legs:
        assert [gate.name for gate in leg.gates if not gate.is_open] == []


def test_voids_are_priced_beside_the_payoff(rain):
    found = explained(rain, OPENED)
    assert found.walk.payoff_e6 == 1_000_000
    # One side alone: Polymarket's halves, or Kalshi's last price of NO, and nothing of the other.
    assert [case.payoff_e6 for case in found.void_cases] == [500_000, 500_000, 1_000_000]
    assert found.worst_payoff_e6 == 500_000


def test_what_happened_after(rain):
    life = explained(rain, OPENED).life
    assert [signal.kind for signal in life.signals] == ["opened", "changed", "closed"]
    assert (life.closed_ns, life.lasted_ns) == (at(250), at(250) - at(100))
    assert (life.reason, life.end.ended) == ("edge gone", "trade")
    assert [trade.printed.size_e6 for trade in life.end.trades] == [40_000_000]


def test_a_change_is_explained_as_it_was(rain):
    found = explained(rain, Wanted(number=2))
    assert (found.signal.kind, found.signal.at_ns) == ("changed", at(230))
    assert found.legs[0].asks[0] == (4_500, 40_000_000)
    assert len(found.life.signals) == 3


def test_an_end_is_explained_by_its_beginning(rain):
    assert explained(rain, Wanted(number=3)).signal.kind == "opened"


def test_a_signal_never_raised_is_one_line(rain):
    with pytest.raises(UnderroundError, match=r"raises no signal rain/no_yes/9 \(3 signals in all"):
        explained(rain, Wanted(id="rain/no_yes/9"))


def test_the_text_keeps_its_width_and_the_value_is_json(rain):
    found = explained(rain, OPENED)
    text = list(lines(found))
    assert max(map(len, text)) <= WIDTH + len(str(rain))
    assert any("closed: edge gone" in line for line in text)
    shown = msgspec.json.decode(msgspec.json.encode(found))
    assert shown["signal"]["at_ns"] == START_NS + 100_000_000
