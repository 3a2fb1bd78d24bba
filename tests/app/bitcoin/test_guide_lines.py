"""The quick-start guide's lines, word for word where it shows them."""

from tests.core.windows.days import START_NS, a_polymarket_window, a_window
from underround.app.bitcoin.guide_lines import (
    ending_line,
    heading,
    index_line,
    market_line,
    signal_line,
)
from underround.core.instrument import Outcome, Venue
from underround.core.opportunity import SignalKind
from underround.core.windows.fair_value import FairValue
from underround.core.windows.index import IndexQuality, IndexValue
from underround.core.windows.index_exclusions import Refusal, RefusalReason
from underround.core.windows.pricing_effect import WindowEnded
from underround.core.windows.value_signal import Chance, Grade, ValueLeg, ValueSignal
from underround.core.windows.view import Offer, WindowView

YES = Offer("K", 5_400, 557_400, 10**7)
NO = Offer("K", 4_800, 497_500, 10**7)
FAIR = FairValue(0.531, 100.0, 1.0, 0.1, 0.012)


def value(index: float | None, **refused: str) -> IndexValue:
    refusals = {name: Refusal(RefusalReason(reason), "") for name, reason in refused.items()}
    quality = IndexQuality.NONE if index is None else IndexQuality.REDUCED
    used = () if index is None else ("coinbase", "gemini")
    failure = "no constituent has a usable book" if index is None else None
    return IndexValue(START_NS, index, None, None, None, None, used, refusals, quality, failure)


def test_a_session_begins_as_the_guide_shows_it():
    assert heading(("KXBTC15M",), 2)[:4] == [
        "Starting Real-Time Pipeline",
        "Series: KXBTC15M",
        "BRTI Interval: 2.0s",
        "=====================================",
    ]


def test_a_market_has_its_bid_and_ask_and_its_value():
    line = market_line(WindowView(a_window(), 12, FAIR, YES, NO))
    assert line == "📊 KXBTC15M-A: YES 0.52/0.54  fair 0.531 ± 0.012, 12 s"
    blocked = market_line(WindowView(a_window(), 12, None, None, NO, "no strike yet"))
    assert blocked == "📊 KXBTC15M-A: YES 0.52/--  (no strike yet)"


def test_the_index_has_its_latency_and_names_who_is_out():
    assert index_line("BTC", value(105_234.56, kraken="delayed"), 320.4) == (
        "💰 BRTI: $105,234.56 (320ms)  reduced: 2 venues; without kraken delayed"
    )
    assert index_line("BTC", value(100.0), None, official=99.5) == (
        "💰 BRTI: $100.00  official 99.50 (+0.50)  reduced: 2 venues"
    )
    assert index_line("ETH", value(None, gemini="suspect"), None) == (
        "💰 ETHUSD_RTI: none (no constituent has a usable book; without gemini suspect)"
    )


def a_signal(kind: SignalKind, grade: Grade, reason: str) -> ValueSignal:
    leg = ValueLeg(Venue.KALSHI, "K", Outcome.NO, 4_800, 497_500, 10**7)
    chance = Chance(
        source="fair value",
        subject="KXBTC15M-A",
        grade=grade,
        legs=(leg,),
        edge=0.0315,
        confidence=0.943,
        loss_probability=0.4,
        reason=reason,
    )
    return ValueSignal(kind=kind, id="x", at_ns=START_NS, chance=chance, reason=reason)


def test_a_chance_says_what_it_rests_on():
    opened = signal_line(a_signal(SignalKind.OPENED, Grade.ESTIMATE, "worth more"))
    assert "NO kalshi 0.48  edge 3.1 ¢ after fees, confidence 94% (estimate; fair value:" in opened
    paired = signal_line(a_signal(SignalKind.OPENED, Grade.BASIS_RISK, "x"))
    assert "(basis risk; " in paired
    closed = signal_line(a_signal(SignalKind.CLOSED, Grade.ESTIMATE, "no index"))
    assert closed.endswith("CLOSED KXBTC15M-A  fair value: no index")


def test_a_window_s_end_is_told_with_our_word_beside_it():
    def ended(value_e8, said_yes):
        return ending_line(
            WindowEnded(
                window=a_polymarket_window(),
                at_ns=START_NS,
                value_e8=value_e8,
                said_yes=said_yes,
                is_official=True,
                resolved_yes=True,
                resolved_value_e8=None,
            )
        )

    assert ended(10_000 * 10**8, said_yes=True) == (
        "🏁 btc-updown: YES, as we said; settled at 10,000.00"
    )
    assert ended(10_000 * 10**8, said_yes=False).startswith("🏁 btc-updown: YES, wrong;")
    assert ended(None, said_yes=None) == "🏁 btc-updown: YES; our prints are not complete"
