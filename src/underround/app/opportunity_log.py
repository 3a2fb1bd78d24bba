"""Every opportunity of a run in memory, for scores and summaries; kept nowhere else."""

from typing import Any

from underround.core.opportunity import Signal, SignalKind


class OpportunityLog:
    """Every opportunity of a run from opening to closing, for scores and summaries.

    A row names what was for sale: the kind of underround and its legs as sorted [venue,
    instrument, outcome].
    """

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}

    def add(self, said: Signal) -> None:
        """Take in one signal."""
        if said.kind is SignalKind.OPENED:
            self.rows[said.id] = {
                "kind": said.underround.value,
                "pair": said.pair,
                "direction": said.direction,
                "legs": sorted(
                    [leg.venue.value, leg.instrument, leg.outcome.value] for leg in said.legs
                ),
                "opened_ns": said.at_ns,
                "closed_ns": None,
            }
        elif said.kind is SignalKind.CLOSED:
            self.rows[said.id]["closed_ns"] = said.at_ns
