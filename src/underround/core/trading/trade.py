"""The life of a trade of several legs as one transition table, checked by eye.

A is the leg that goes first, B the hedge (all the other legs). This module holds the table and
nothing that changes; why a trigger happens is decided by the trading desk.
"""

from enum import StrEnum
from typing import Final


class TradeState(StrEnum):
    """Where a trade stands."""

    SIGNAL = "signal"  # wanted; nothing is promised yet
    REJECTED = "rejected"  # refused by a rail, or could not be journaled
    RESERVED = "reserved"  # counted against every limit
    JOURNALED = "journaled"  # on disk: ids, limits, deadline
    A_SENT = "a_sent"  # the first leg may be at the venue
    A_UNKNOWN = "a_unknown"  # nobody answered; asked for, never sent again
    A_DONE = "a_done"  # the first leg lives no more
    A_VOID = "a_void"  # proven never to have arrived
    NO_FILL = "no_fill"
    B_SENT = "b_sent"
    B_UNKNOWN = "b_unknown"
    B_DONE = "b_done"
    HEDGE_RETRY = "hedge_retry"  # the hedge fell short and is tried again, dearer
    HEDGED = "hedged"  # equal legs; fills may still fail to settle
    HEDGED_SETTLED = "hedged_settled"
    UNWIND_A = "unwind_a"  # what the first leg holds too much is given back
    UNWIND_B = "unwind_b"  # what the hedge holds too much is given back
    UNWOUND = "unwound"
    HALT = "halt"  # the tries are spent: trading stops, a person is called
    STRANDED = "stranded"


class TradeTrigger(StrEnum):
    """What can happen to a trade."""

    REFUSED = "a rail refused"
    APPROVED = "every rail let it through"
    SYNCED = "intents are on disk"
    DISK_FAILED = "the journal could not be written"
    SENT = "noted as sent"
    ANSWERED = "the order lives no more, and how much filled is known"
    UNANSWERED = "no reply"
    ABSENT = "proven absent"
    NOTHING_HELD = "nothing filled"
    HEDGE = "something is held: the hedge is sent"
    FELL_SHORT = "the hedge filled less than is held"
    GIVEN_UP = "no further try would clear the collar or the deadline"
    OVERFILLED = "the hedge holds more than the first leg"
    BALANCED = "every leg holds the same"
    CONFIRMED = "every fill is final and every leg holds the same"
    SPENT = "the tries to unwind are spent"
    PAGED = "a person was called"


_S, _T = TradeState, TradeTrigger

TRANSITIONS: Final[dict[tuple[TradeState, TradeTrigger], TradeState]] = {
    (_S.SIGNAL, _T.REFUSED): _S.REJECTED,
    (_S.SIGNAL, _T.APPROVED): _S.RESERVED,
    (_S.RESERVED, _T.SYNCED): _S.JOURNALED,
    (_S.RESERVED, _T.DISK_FAILED): _S.REJECTED,
    (_S.JOURNALED, _T.SENT): _S.A_SENT,
    (_S.A_SENT, _T.ANSWERED): _S.A_DONE,
    (_S.A_SENT, _T.UNANSWERED): _S.A_UNKNOWN,
    (_S.A_UNKNOWN, _T.ANSWERED): _S.A_DONE,
    (_S.A_UNKNOWN, _T.ABSENT): _S.A_VOID,
    (_S.A_VOID, _T.NOTHING_HELD): _S.NO_FILL,
    (_S.A_VOID, _T.HEDGE): _S.B_SENT,  # both legs were sent together
    (_S.A_VOID, _T.ANSWERED): _S.A_DONE,  # a fill shows that it had arrived
    (_S.A_DONE, _T.NOTHING_HELD): _S.NO_FILL,
    (_S.A_DONE, _T.HEDGE): _S.B_SENT,
    (_S.A_DONE, _T.GIVEN_UP): _S.UNWIND_A,
    (_S.B_SENT, _T.ANSWERED): _S.B_DONE,
    (_S.B_SENT, _T.UNANSWERED): _S.B_UNKNOWN,
    (_S.B_UNKNOWN, _T.ANSWERED): _S.B_DONE,
    (_S.B_DONE, _T.NOTHING_HELD): _S.NO_FILL,
    (_S.B_DONE, _T.BALANCED): _S.HEDGED,
    (_S.B_DONE, _T.FELL_SHORT): _S.HEDGE_RETRY,
    (_S.B_DONE, _T.GIVEN_UP): _S.UNWIND_A,
    (_S.B_DONE, _T.OVERFILLED): _S.UNWIND_B,
    (_S.HEDGE_RETRY, _T.HEDGE): _S.B_SENT,
    (_S.HEDGE_RETRY, _T.GIVEN_UP): _S.UNWIND_A,
    (_S.HEDGE_RETRY, _T.OVERFILLED): _S.UNWIND_B,
    (_S.HEDGED, _T.CONFIRMED): _S.HEDGED_SETTLED,
    (_S.HEDGED, _T.GIVEN_UP): _S.UNWIND_A,  # the hedge's settlement failed
    (_S.HEDGED, _T.OVERFILLED): _S.UNWIND_B,  # the first leg's settlement failed
    (_S.UNWIND_A, _T.CONFIRMED): _S.UNWOUND,
    (_S.UNWIND_A, _T.OVERFILLED): _S.UNWIND_B,
    (_S.UNWIND_A, _T.SPENT): _S.HALT,
    (_S.UNWIND_B, _T.CONFIRMED): _S.UNWOUND,
    (_S.UNWIND_B, _T.GIVEN_UP): _S.UNWIND_A,
    (_S.UNWIND_B, _T.SPENT): _S.HALT,
    (_S.HALT, _T.PAGED): _S.STRANDED,
}

TERMINAL: Final = frozenset((_S.REJECTED, _S.NO_FILL, _S.HEDGED_SETTLED, _S.UNWOUND, _S.STRANDED))
"""States that a trade never leaves."""


def next_state(state: TradeState, trigger: TradeTrigger) -> TradeState:
    """Return the state after a trigger; ValueError for one that the state does not know."""
    try:
        return TRANSITIONS[state, trigger]
    except KeyError:
        raise ValueError(f"a trade that is {state} cannot take {trigger.name}") from None


def diagram() -> str:
    """Return the table as a Mermaid state diagram, for the documents."""
    lines = ["stateDiagram-v2", "    [*] --> SIGNAL"]
    lines += [
        f"    {state.name} --> {after.name}: {trigger.value.replace(':', ',')}"
        for (state, trigger), after in TRANSITIONS.items()
    ]
    lines += [f"    {state.name} --> [*]" for state in TradeState if state in TERMINAL]
    return "\n".join(lines)
