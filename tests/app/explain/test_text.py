"""An explanation as text: its width with few legs and with many."""

import pytest
from msgspec.structs import replace

from tests.app.explain.rain import written
from tests.core.test_structure_desk import a_set
from underround.app.explain.explanation import explained
from underround.app.explain.moment import taken
from underround.app.explain.retrace import Wanted
from underround.app.explain.text import WIDTH, lines
from underround.core.opportunity import Underround


@pytest.fixture
def found(tmp_path):
    return explained(written(tmp_path / "rain"), Wanted(id="rain/yes_no/1"))


def test_every_section_stands_in_its_place(found):
    titles = [line.split(" ")[1] for line in lines(found) if line.startswith("── ")]
    assert titles == ["Leg", "Leg", "The", "Fees,", "Gates", "How", "What", "What"]


def test_many_legs_are_told_one_below_the_other(found):
    walk = found.walk
    steps = tuple(
        replace(step, prices_e4=step.prices_e4 * 3, fees_e6=step.fees_e6 * 3) for step in walk.steps
    )
    many = replace(found, legs=found.legs * 3, walk=replace(walk, legs=walk.legs * 3, steps=steps))
    text = list(lines(many))
    assert "leg 6   kalshi     NO   ✓ all 13 open" in text
    (first, *_) = [line for line in text if "6 legs, 285.00 ¢ in all" in line]
    assert len(first) <= WIDTH


def test_a_shut_gate_is_marked(found):
    shut = replace(found.legs[0].gates[0], is_open=False, words="stale since 12 s")
    leg = replace(found.legs[0], gates=(shut, *found.legs[0].gates[1:]))
    text = list(lines(replace(found, legs=(leg, found.legs[1]))))
    assert any(line.startswith("live            ✗ stale since 12 s") for line in text)


def test_what_is_beyond_a_dozen_signals_is_counted(found):
    opened, changed, closed = found.life.signals
    life = replace(found.life, signals=(opened, *[changed] * 20, closed))
    text = list(lines(replace(found, life=life)))
    assert "… 10 more" in text
    assert sum("changed  edge" in line for line in text) == 10
    assert any("closed: edge gone" in line for line in text)


def test_a_structure_says_why_it_pays_and_that_no_terms_were_compared(found):
    hall = a_set()
    moment = taken(hall.engine, hall.open[0], 1)
    assert moment.proof == "made for a test"
    text = list(lines(replace(found, proof=moment.proof)))
    start = text.index(next(line for line in text if line.startswith("── Why it pays")))
    assert text[start + 1] == "made for a test."
    assert text[start + 2].startswith("This holds while every market settles by its own rules")


def test_a_pair_of_a_structure_s_name_gives_its_signals_no_proof():
    hall = a_set()
    pair = replace(hall.open[0], underround=Underround.CROSS_VENUE)
    assert taken(hall.engine, pair, 1).proof == ""
