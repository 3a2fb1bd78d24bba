"""The plot is well-formed, complete and escaped."""

from xml.etree import ElementTree as ET

import pytest

from underround.app.bitcoin.calibration import Decision, score
from underround.app.bitcoin.reliability_plot import reliability_svg

SVG = "{http://www.w3.org/2000/svg}"


def scored(probabilities):
    decisions = [Decision(n, 0, 0, p, outcome=p > 0.5) for n, p in enumerate(probabilities)]
    return score(probabilities, decisions)


def test_each_forecaster_has_its_dots_and_its_legend():
    root = ET.fromstring(
        reliability_svg({"ours": scored([0.1, 0.9]), "market & co": scored([0.5])}, "A <title>")
    )
    assert root.find(f"{SVG}title").text == "A <title>"
    dots = [
        circle for circle in root.iter(f"{SVG}circle") if circle.find(f"{SVG}title") is not None
    ]
    assert len(dots) == 3
    legends = [text.text for text in root.iter(f"{SVG}text") if "Brier" in (text.text or "")]
    assert legends == [
        "ours: Brier 0.0100, 2 decisions in 2 windows",
        "market & co: Brier 0.2500, 1 decisions in 1 windows",
    ]


def test_a_dot_stands_where_it_belongs():
    root = ET.fromstring(reliability_svg({"ours": scored([0.9])}, "t"))
    dot = next(c for c in root.iter(f"{SVG}circle") if c.find(f"{SVG}title") is not None)
    assert (float(dot.get("cx")), float(dot.get("cy"))) == (46 + 0.9 * 360, 46.0)


def test_nothing_to_plot_is_refused():
    with pytest.raises(ValueError, match="nothing to plot"):
        reliability_svg({}, "t")
