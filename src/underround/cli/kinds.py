"""The flag that names kinds of underround: checked before anything starts."""

from typing import Annotated, Any

from cyclopts import Parameter

from underround.simulation.structures.structure import read_kinds


def _check(_: Any, text: str) -> None:
    read_kinds(text)


Kinds = Annotated[
    str,
    Parameter(
        validator=_check,
        help="kinds of underround: cross_venue, partition, ladder, basket, or all",
    ),
]
