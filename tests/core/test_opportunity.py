"""When a change of an opportunity is worth telling."""

import pytest

from underround.core.opportunity import is_material
from underround.core.sizing import Sizing


def sizing(edge_top_e6: int, size_e6: int) -> Sizing:
    return Sizing(size_e6, size_e6, 0, 0, edge_top_e6, ())


@pytest.mark.parametrize(
    ("edge_top_e6", "size_e6", "material"),
    [
        (20_000, 1_000_000, False),
        (20_999, 1_000_000, False),
        (19_001, 1_000_000, False),
        (21_000, 1_000_000, True),
        (19_000, 1_000_000, True),
        (20_000, 1_099_999, False),
        (20_000, 1_100_000, True),
        (20_000, 900_001, False),
        (20_000, 900_000, True),
    ],
)
def test_a_tenth_of_a_cent_or_a_tenth_of_the_size(edge_top_e6: int, size_e6: int, material: bool):
    assert is_material(sizing(20_000, 1_000_000), sizing(edge_top_e6, size_e6)) is material
