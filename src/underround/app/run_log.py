"""Signals and trades of a run as log events with their ids, for a log that machines read.

Hears what the pipeline tells; writes on the loop's next turn, never within the hot path.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import msgspec

from underround.app.config import Config
from underround.app.telemetry.names import Trace, TraceNames
from underround.app.wording import describe
from underround.core.opportunity import Signal
from underround.core.trading.effect import JournalWanted, TradeRefused, TradingEffect
from underround.core.trading.journal_record import HaltSet, IntentWritten, TradeMoved, TradePlanned
from underround.core.trading.order_event import Filled
from underround.core.windows.pricing_effect import PricingEffect, ValueRaised
from underround.core.windows.value_signal import ValueSignal

_log = logging.getLogger(__name__)


@contextmanager
def logging_run(
    on_signal: list[Callable[[Signal], None]],
    on_trading: list[Any],
    names: TraceNames | None = None,
) -> Iterator[None]:
    """Log what is signalled and traded while the block runs; must be inside the loop.

    With `names` every line bears the ids of its trace.
    """
    later = asyncio.get_running_loop().call_soon

    def heard(signal: Signal) -> None:
        later(log_signal, signal, names)

    def traded(effect: TradingEffect) -> None:
        later(log_trading, effect, names)

    on_signal.append(heard)
    on_trading.append(traded)
    try:
        yield
    finally:
        on_signal.remove(heard)
        on_trading.remove(traded)


class RunLog(ExitStack):
    """Logs what is signalled and traded while the log is for machines; a person sees the lines."""

    def __init__(
        self,
        on_signal: list[Callable[[Signal], None]],
        on_trading: list[Any],
        names: TraceNames | None = None,
    ) -> None:
        super().__init__()
        self._heard = on_signal, on_trading, names
        self._is_on = False

    def take_up(self, config: Config) -> None:
        """Begin or end with what a configuration says."""
        is_on = config.logging.format == "json"
        if is_on and not self._is_on:
            self.enter_context(logging_run(*self._heard))
        elif self._is_on and not is_on:
            self.close()
        self._is_on = is_on


@contextmanager
def logging_chances(on_pricing: list[Callable[[PricingEffect], None]]) -> Iterator[None]:
    """Log the chances on Bitcoin windows while the block runs; must be inside the loop."""
    later = asyncio.get_running_loop().call_soon

    def heard(effect: PricingEffect) -> None:
        if isinstance(effect, ValueRaised):
            later(log_value, effect.signal)

    on_pricing.append(heard)
    try:
        yield
    finally:
        on_pricing.remove(heard)


def log_signal(signal: Signal, names: TraceNames | None = None) -> None:
    """Log one signal under its id."""
    known = {
        "signal": signal.id,
        "kind": signal.kind.value,
        "underround": signal.underround.value,
        "pair": signal.pair,
        "at_ns": signal.at_ns,
        "edge_e6": signal.edge_e6,
        "size_e6": signal.size_e6,
        "edge_usd_e6": signal.edge_usd_e6,
        "reason": signal.reason,
        "legs": msgspec.to_builtins(signal.legs),
    }
    _tell("signal", describe(signal), known, None if names is None else names.of_signal(signal.id))


def log_trading(effect: TradingEffect, names: TraceNames | None = None) -> None:
    """Log what trading decided or learned, under the trade's id; the rest is silent."""
    match effect:
        case TradeRefused(signal=signal, code=code, text=text, at_ns=at_ns):
            known = {"signal": signal, "code": code, "at_ns": at_ns}
            said = "refusal", f"not traded: {text}"
        case JournalWanted(record=TradePlanned(plan=plan)):
            known = msgspec.to_builtins(plan)
            known["trade"] = known.pop("id")
            said = "trade", f"trade {plan.id} of signal {plan.signal}"
        case JournalWanted(record=TradeMoved() as moved):
            known = msgspec.to_builtins(moved)
            said = "trade", f"trade {moved.trade}: {moved.trigger} {moved.reason}".strip()
        case JournalWanted(record=IntentWritten(intent=intent, role=role)):
            known = msgspec.to_builtins(intent) | {"role": role.value}
            known["order"] = known.pop("id")
            said = "order", f"order {intent.id} of trade {intent.trade}"
        case JournalWanted(record=Filled() as fill):
            known = msgspec.to_builtins(fill)
            known["venue_trade"] = known.pop("trade")  # the venue's number, not our trade
            said = "fill", f"fill of {fill.instrument}"
        case JournalWanted(record=HaltSet(reason=reason, at_ns=at_ns)):
            known = {"reason": reason, "at_ns": at_ns}
            said = "halt", f"trading stands still: {reason}"
        case _:
            return
    _tell(*said, known, None if names is None else names.of_effect(effect))


def log_value(signal: ValueSignal) -> None:
    """Log one moment of a chance on a Bitcoin window under its id."""
    known = {
        "signal": signal.id,
        "kind": signal.kind.value,
        "at_ns": signal.at_ns,
        "chance": msgspec.to_builtins(signal.chance),
        "reason": signal.reason,
    }
    _tell("chance", f"{signal.kind} {signal.chance.subject}: {signal.reason}", known, None)


def _tell(noun: str, text: str, known: dict[str, Any], trace: Trace | None) -> None:
    ids = {} if trace is None else trace.fields()
    _log.info("%s", text, extra={"noun": noun, **known, **ids})
