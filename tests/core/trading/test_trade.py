"""The table of a trade: every state is reached, ends are ends, and the picture is the table."""

import re
from pathlib import Path

import pytest

from underround.core.trading.trade import (
    TERMINAL,
    TRANSITIONS,
    TradeState,
    TradeTrigger,
    diagram,
    next_state,
)

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "trading.md"


def test_every_state_is_reached_and_every_trigger_used():
    assert set(TRANSITIONS.values()) | {TradeState.SIGNAL} == set(TradeState)
    assert {trigger for _, trigger in TRANSITIONS} == set(TradeTrigger)


def test_a_state_ends_exactly_when_nothing_leads_out_of_it():
    assert {state for state, _ in TRANSITIONS} == set(TradeState) - TERMINAL


def test_an_end_can_be_reached_from_everywhere():
    reaching = set(TERMINAL)
    for _ in TradeState:
        reaching |= {state for (state, _), after in TRANSITIONS.items() if after in reaching}
    assert reaching == set(TradeState)


def test_an_unknown_trigger_is_an_error_that_names_both():
    with pytest.raises(ValueError, match="hedged cannot take SENT"):
        next_state(TradeState.HEDGED, TradeTrigger.SENT)


def test_the_document_s_picture_is_the_table():
    [drawn] = re.findall(r"```mermaid\n(.*?)\n```", DOCUMENT.read_text(), re.DOTALL)
    assert drawn == diagram()
