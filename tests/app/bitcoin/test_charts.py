"""Plots as SVG: well formed, gaps are gaps, text is escaped, nothing is said of nothing."""

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from underround.app.bitcoin.charts import Band, Line, bar_plot, time_plot

HOUR_MS = 3_600_000.0


def svg_of(page: str) -> ET.Element:
    return ET.fromstring(f"<div>{page}</div>").find(".//svg")


@given(
    st.lists(
        st.tuples(st.floats(0, 1e12), st.none() | st.floats(-1e6, 1e6)), min_size=1, max_size=60
    )
)
def test_whatever_is_plotted_stays_within_the_picture(points):
    page = time_plot("t", [Line("a", "a", sorted(points, key=lambda point: point[0]))])
    if all(value is None for _, value in points):
        assert page == '<p class="none">t: nothing to plot.</p>'
        return
    path = next(each for each in svg_of(page).iter("path"))
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d", path.attrib["d"])]
    assert all(0 <= x <= 960 for x in numbers[::2])
    assert all(0 <= y <= 300 for y in numbers[1::2])


def test_a_missing_value_breaks_the_line():
    points = [(0.0, 1.0), (1.0, 2.0), (2.0, None), (3.0, 1.0), (4.0, 2.0)]
    [path] = svg_of(time_plot("t", [Line("a", "a", points)])).iter("path")
    assert re.sub(r"[^ML]", "", path.attrib["d"]) == "MLML"


def test_a_band_is_closed_where_it_ends():
    points = [(0.0, 1.0, 2.0), (1.0, 1.0, 3.0), (2.0, None, None), (3.0, 0.0, 1.0), (4.0, 0.0, 1.0)]
    page = time_plot("t", [], [Band("b", "b", points)])
    [path] = svg_of(page).iter("path")
    assert path.attrib["d"].count("Z") == 2


def test_marks_outside_of_the_picture_are_not_drawn():
    line = Line("a", "a", [(0.0, 1.0), (HOUR_MS, 2.0)])
    page = time_plot("t", [line], marks=[-1.0, 0.0, HOUR_MS / 2, HOUR_MS + 1])
    assert len([e for e in svg_of(page).iter("line") if e.attrib["class"] == "w"]) == 2


def test_names_are_escaped():
    page = time_plot("<b>&", [Line("<i>", "a", [(0.0, 1.0)])])
    assert "<b>" not in page
    assert "&lt;i&gt;" in page
    assert svg_of(bar_plot("x", [("<u>", 3)])) is not None


def test_bars_have_their_counts():
    texts = [each.text for each in svg_of(bar_plot("t", [("≤1", 5), ("more", 10)])).iter("text")]
    assert texts == ["5", "≤1", "10", "more"]
    assert bar_plot("t", []) == '<p class="none">t: nothing to plot.</p>'
