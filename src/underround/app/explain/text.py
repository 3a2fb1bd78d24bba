"""An explanation as text of 100 columns. Pure: lines out, nothing printed."""

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from underround.app.explain.explanation import Explanation
from underround.app.explain.frames import Evidence
from underround.app.explain.moment import LegMoment
from underround.app.explain.walk import Walk, WalkedLeg
from underround.app.wording import cents, clock_time
from underround.core.consumption import Consumption
from underround.core.contract_terms import TERMS
from underround.core.opportunity import Signal, SignalKind
from underround.core.units import NS_PER_MS, format_price, format_size, format_usd

WIDTH: Final = 100
PROOF_RESTS: Final = (
    "This holds while every market settles by its own rules as they read when they were listed: no"
    " terms of settlement were compared between its markets. A rule that pays one of them otherwise"
    " (a void, a carve-out, another source or instant) breaks it."
)
_SHOWN_SIGNALS: Final = 12
_SIDE_BY_SIDE: Final = 3
"""More legs than these are told of one below the other."""


def lines(explanation: Explanation) -> Iterator[str]:
    """Yield the explanation, section by section."""
    yield from _head(explanation)
    for number, leg in enumerate(explanation.legs):
        walked = None if explanation.walk is None else explanation.walk.legs[number]
        yield from _leg(number + 1, leg, walked, explanation.signal)
    if explanation.walk is not None:
        yield from _walk(explanation.walk)
        yield from _fees(explanation.walk, explanation.legs)
    yield from _gates(explanation.legs)
    yield from _terms(explanation)
    yield from _evidence(explanation.evidence)
    yield from _life(explanation)


def _title(text: str) -> Iterator[str]:
    yield ""
    yield f"── {text} ".ljust(WIDTH, "─")


def _head(explanation: Explanation) -> Iterator[str]:
    signal = explanation.signal
    yield f"{signal.id}".ljust(WIDTH - 26) + f"{clock_time(signal.at_ns)} UTC".rjust(26)
    yield f"{signal.kind}, {explanation.kind.replace('_', ' ')}; signal {explanation.number} of"
    yield f"  {explanation.recording}"
    yield ""
    parts = " + ".join(
        f"{leg.outcome.upper()} on {leg.venue} at {format_price(leg.price_e4)}"
        for leg in signal.legs
    )
    yield from wrap(f"Buy {parts}.", WIDTH)
    payoff = signal.cost_usd_e6 + signal.edge_usd_e6
    yield (
        f"{format_size(signal.size_e6)} sets cost {format_usd(signal.cost_usd_e6, 4)}, fees of "
        f"{format_usd(signal.fee_usd_e6, 4)} included, and pay {format_usd(payoff, 4)}:"
    )
    yield (
        f"edge {format_usd(signal.edge_usd_e6, 4)}, {cents(signal.edge_e6)} a set "
        f"({cents(signal.edge_top_e6)} at the best prices)."
    )
    if signal.held_for:
        held = f"{signal.held_ns / NS_PER_MS:.1f} ms"
        stood = clock_time(signal.tick_at_ns)
        yield f"The edge stood from {stood}; held {held} for {signal.held_for}."


def _leg(number: int, leg: LegMoment, walked: WalkedLeg | None, signal: Signal) -> Iterator[str]:
    said = leg.leg
    yield from _title(f"Leg {number}: {said.outcome.upper()} on {said.venue}")
    yield from wrap(leg.instrument.title, WIDTH)
    yield f"{leg.instrument.id}"[:WIDTH]
    if leg.takes_bids:
        yield "bought by taking the book's bids: NO at p is YES sold at 1 − p"
    books = f"{'bids':>17}   │ {'asks':17} │"
    yield f"{books} {'this leg buys':>13} {'size':>12} {'taken':>12} {'cost':>16}"
    rows = max(len(leg.bids[:8]), len(leg.asks[:8]), 0 if walked is None else len(walked.levels))
    for row in range(rows):
        yield _row(leg, walked, row).rstrip()
    if walked is not None:
        yield (
            f"orders {format_size(walked.order_size_e6)} at {format_price(walked.limit_e4)} or "
            f"better: {format_usd(walked.cost_usd_e6, 6)}, of it fees "
            f"{format_usd(walked.fee_usd_e6, 6)}"
        )


def _row(leg: LegMoment, walked: WalkedLeg | None, row: int) -> str:
    bid = _level(leg.bids[row]) if row < min(8, len(leg.bids)) else ""
    ask = _level(leg.asks[row]) if row < min(8, len(leg.asks)) else ""
    text = f"{bid:>17}   │ {ask:17} │ "
    if walked is None or row >= len(walked.levels):
        return text
    level = walked.levels[row]
    cost_e6 = level.price_e4 * 100 + level.fee_per_contract_e6
    mark = "▸" if level.taken_e6 else " "
    taken = format_size(level.taken_e6) if level.taken_e6 else ""
    return (
        f"{text}{mark}{format_price(level.price_e4):>12} {format_size(level.size_e6):>12} "
        f"{taken:>12} {cents(cost_e6):>16}"
    )


def _level(level: tuple[int, int]) -> str:
    return f"{format_price(level[0]):6} × {format_size(level[1])}"


def _walk(walk: Walk) -> Iterator[str]:
    if not walk.steps:
        return
    yield from _title("The walk")
    payoff, least = format_usd(walk.payoff_e6), cents(walk.threshold_e6)
    yield f"A set pays {payoff}; each must leave {least} after fees."
    yield f"  {'sets':>22}  {'prices':30} {'fees':>24} {'leaves':>12}"
    for step in walk.steps:
        span = f"{format_size(step.from_e6)} … {format_size(step.to_e6)}"
        if len(step.prices_e4) > _SIDE_BY_SIDE:
            prices = f"{len(step.prices_e4)} legs, {cents(sum(step.prices_e4) * 100)} in all"
            fees = f"{cents(sum(step.fees_e6))} in all"
        else:
            prices = " + ".join(format_price(price_e4) for price_e4 in step.prices_e4)
            fees = " + ".join(f"{fee_e6 / 10_000:.2f}" for fee_e6 in step.fees_e6) + " ¢"
        mark = "▸" if step.is_taken else "✗"
        yield f"{mark} {span:>22}  {prices:30} {fees:>24} {cents(step.edge_e6):>12}"
    yield f"It ends because {walk.ended_because}."


def _fees(walk: Walk, legs: Sequence[LegMoment]) -> Iterator[str]:
    yield from _title("Fees, fill by fill (each at its worst rounding; rebates not counted on)")
    for leg, walked in zip(legs, walk.legs, strict=True):
        for level in walked.levels:
            if level.fee is not None:
                yield (
                    f"{leg.leg.venue:10} {level.fee.formula:42} = "
                    f"{format_usd(level.fee.model_usd_e6, 6):>12} → "
                    f"{format_usd(level.fee.fee_usd_e6, 6):>12}"
                )
        rounding = next(level.fee.rounding for level in walked.levels if level.fee is not None)
        yield f"{'':10} {leg.fees.kind}: {rounding}"[:WIDTH]


def _gates(legs: Sequence[LegMoment]) -> Iterator[str]:
    yield from _title("Gates at that instant")
    if len(legs) > _SIDE_BY_SIDE:
        for number, leg in enumerate(legs, 1):
            shut = [f"✗ {gate.name}: {gate.words}" for gate in leg.gates if not gate.is_open]
            words = "; ".join(shut) or f"✓ all {len(leg.gates)} open"
            yield f"leg {number:<3} {leg.leg.venue:10} {leg.leg.outcome.upper():4} {words}"[:WIDTH]
        return
    width = (WIDTH - 16) // len(legs)
    yield " " * 16 + "".join(
        f"{leg.leg.venue} {leg.leg.outcome.upper()}".ljust(width) for leg in legs
    )
    for number, gate in enumerate(legs[0].gates):
        cells = []
        for leg in legs:
            reading = leg.gates[number]
            cells.append(
                f"{'✓' if reading.is_open else '✗'} {reading.words}"[: width - 1].ljust(width)
            )
        yield f"{gate.name:16}{''.join(cells)}".rstrip()


def _terms(explanation: Explanation) -> Iterator[str]:
    if explanation.proof:
        yield from _title("Why it pays, and by what texts")
        yield from wrap(f"{explanation.proof}.", WIDTH)
        yield from wrap(PROOF_RESTS, WIDTH)
    else:
        yield from _title("How both sides settle")
    terms = None if explanation.pair is None else explanation.pair.terms
    if terms is None:
        yield "No terms are stated; voids are taken as the venues mostly pay them."
    else:
        yield f"{'':16}{'polymarket':42}kalshi"
        for name in TERMS:
            ours, theirs = getattr(terms.polymarket, name), getattr(terms.kalshi, name)
            mark = "≠" if name in explanation.differences else " "
            if ours or theirs:
                cells = f"{ours or '–':.39}".ljust(40), f"{theirs or '–':.40}"
                yield f"{name.replace('_', ' '):14}{mark} {cells[0]}  {cells[1]}".rstrip()
        graded = f"graded {terms.grade}" if terms.grade else "not graded"
        approved = f", approved by {terms.approved_by}" if terms.approved_by else ""
        left = f": {terms.residual}" if terms.residual else ""
        yield from wrap(f"{graded}{approved}{left}", WIDTH)
    for case in explanation.void_cases:
        words = case.words[: WIDTH - 14]
        yield f"{words.ljust(WIDTH - 14)} pays {format_usd(case.payoff_e6, 4)}"
    yield f"A set pays {format_usd(explanation.worst_payoff_e6, 4)} at worst."


def _evidence(evidence: Sequence[Evidence]) -> Iterator[str]:
    yield from _title("What it rests on, in the order received")
    before = None
    for each in evidence:
        if each.place != before:
            did = f"{clock_time(each.at_ns)}  {each.kind} of {each.source}: {'; '.join(each.did)}"
            yield from wrap(did, WIDTH, subsequent_indent="    ")
            yield f"    {each.place.path} line {each.place.line}, byte {each.place.offset}"[:WIDTH]
            before = each.place
        for event in each.events:
            yield f"      {_event(event)}"[:WIDTH]
        if each.frame is not None:
            yield f"      frame {each.frame}: {' '.join(each.text.split())}"[: WIDTH - 2] + " …"


def _event(event: Mapping[str, Any]) -> str:
    """Write an event of a book in a few words."""
    match event["event"]:
        case "LevelsSet":
            changes = (
                f"{'bid' if is_bid else 'ask'} {format_price(price)} → {format_size(size)}"
                for _, is_bid, price, size, *_ in event["changes"]
            )
            return ", ".join(changes)
        case "LevelAdded":
            side, change_e6 = "bid" if event["is_bid"] else "ask", event["change_e6"]
            sign = "+" if change_e6 > 0 else ""
            return (
                f"{side} {format_price(event['price_e4'])} {sign}{format_size(change_e6)}, "
                f"number {event['sequence']} of stream {event['stream']}"
            )
        case "BookReplaced":
            return f"whole book: {len(event['bids'])} bids, {len(event['asks'])} asks"
        case "TradePrinted":
            return f"trade {format_price(event['price_e4'])} × {format_size(event['size_e6'])}"
    return str(event["event"])


def _life(explanation: Explanation) -> Iterator[str]:
    life = explanation.life
    yield from _title("What happened after")
    left_out = len(life.signals) - _SHOWN_SIGNALS
    for number, signal in enumerate(life.signals):
        if left_out > 0 and _SHOWN_SIGNALS - 1 <= number < len(life.signals) - 1:
            if number == _SHOWN_SIGNALS - 1:
                yield f"… {left_out} more"
            continue
        after_ms = (signal.at_ns - life.opened_ns) / NS_PER_MS
        if signal.kind is SignalKind.CLOSED:
            yield f"{clock_time(signal.at_ns)}  +{after_ms:9.1f} ms  closed: {signal.reason}"
        else:
            yield (
                f"{clock_time(signal.at_ns)}  +{after_ms:9.1f} ms  {signal.kind:8} "
                f"edge {cents(signal.edge_top_e6)}, size {format_size(signal.size_e6)}, "
                f"{format_usd(signal.edge_usd_e6)}"
            )
    if life.lasted_ns is None:
        yield "It was open when the recording ended."
    else:
        if life.end is not None:
            yield from _end(life.end)
        yield (
            f"It lasted {life.lasted_ns / NS_PER_MS:.1f} ms; its best edge was "
            f"{cents(life.peak_edge_e6)}."
        )


def _end(end: Consumption) -> Iterator[str]:
    yield f"Ended by a {end.ended}: {end.words}."
    for trade in end.trades:
        told = trade.printed
        yield (
            f"{clock_time(trade.heard_ns)}  {format_size(told.size_e6)} traded at "
            f"{format_price(told.price_e4)} of {told.instrument}"
        )[:WIDTH]
