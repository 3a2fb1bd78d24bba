"""What the simulated venues say of their questions, each in its own manner: titles, rules, events.

The rules decide a question as real ones do; nothing here moves or knows a market. A question that
is listed again is asked for a later year: a lookalike with another deadline.
"""

import re
from typing import Final, NamedTuple

from underround.simulation.questions import Question

_YEAR: Final = re.compile(r"\b20(\d\d)\b")
_EVENT_YEAR: Final = re.compile(r"^(\d\d)")
_CHAINLINK: Final = (
    'This market will resolve to "Yes" if the Bitcoin price at the end of the time range in the '
    "title is greater than or equal to the price at its beginning. The resolution source is the "
    "Chainlink BTC/USD data stream."
)
_BRTI: Final = (
    "If the simple average of the sixty seconds of CF Benchmarks' Bitcoin Real-Time Index (BRTI) "
    "before the close of the window on January 4, 2027 is at least the price to beat, then the "
    "market resolves to Yes."
)


class Rules(NamedTuple):
    """The rules of one question: Polymarket's description and Kalshi's primary rule."""

    polymarket: str
    kalshi: str


class Wording(NamedTuple):
    """How a question is asked the `lap`-th time, on either venue; `event` is Kalshi's, undated."""

    polymarket: str
    description: str
    kalshi: str
    rules: str
    event: str


def worded(question: Question, lap: int) -> Wording:
    """Return the wording of a question; each lap after the first is a year later."""
    rules = RULES[question.id]
    texts = (question.polymarket, rules.polymarket, question.kalshi, rules.kalshi)
    asked = [_later(text, lap) for text in texts]
    event = _EVENT_YEAR.sub(lambda found: f"{(int(found[1]) + lap) % 100:02}", question.event)
    return Wording(
        polymarket=asked[0],
        description=asked[1],
        kalshi=asked[2],
        rules=asked[3],
        event=event if lap < _CENTURY else f"{event}X{lap}",
    )


_CENTURY: Final = 70
OUTCOMES: Final = {"lakers-jan5": ("Lakers", "Celtics"), "bears-jan8": ("Bears", "Packers")}
"""The outcomes of questions that are not asked with Yes and No."""


def _later(text: str, years: int) -> str:
    return _YEAR.sub(lambda found: str(2000 + int(found[1]) + years), text)


RULES: Final[dict[str, Rules]] = {
    "btc-15m-a": Rules(_CHAINLINK, _BRTI),
    "btc-15m-b": Rules(_CHAINLINK, _BRTI),
    "fed-jan-hold": Rules(
        "This market will resolve to Yes if the upper bound of the target federal funds rate is "
        "unchanged by the FOMC meeting scheduled for January 26-27, 2027. The resolution source "
        "is the FOMC's statement.",
        "If the upper bound of the federal funds rate is unchanged after the Federal Reserve's "
        "January 2027 meeting, then the market resolves to Yes.",
    ),
    "shutdown-jan": Rules(
        "This market will resolve to Yes if the US government shuts down for lack of "
        "appropriations by January 31, 2027, 11:59 PM ET.",
        "If the US government does not shut down for lack of appropriations before Feb 1, 2027, "
        "then the market resolves to Yes.",
    ),
    "cpi-dec-03": Rules(
        "This market will resolve to Yes if the seasonally adjusted Consumer Price Index increases "
        "by more than 0.3% in December 2026 over the month before, as the Bureau of Labor "
        "Statistics first reports it.",
        "If the seasonally adjusted Consumer Price Index increases by more than 0.3% in December "
        "2026 month over month, as the Bureau of Labor Statistics reports it, then the market "
        "resolves to Yes.",
    ),
    "ny-high-jan4": Rules(
        "This market will resolve to Yes if the highest temperature recorded at Central Park, New "
        "York City on January 4, 2027 is 42°F or higher, as the National Weather Service's Daily "
        "Climate Report gives it.",
        "If the highest temperature recorded in Central Park, New York City for January 4, 2027 "
        "as reported by the National Weather Service's Daily Climate Report is greater than 41°, "
        "then the market resolves to Yes.",
    ),
    "mars-2030": Rules(
        "This market will resolve to Yes if a ship with people aboard lands on Mars before "
        "January 1, 2030.",
        "If a crewed ship lands on Mars before Jan 1, 2030, then the market resolves to Yes.",
    ),
    "spain-cup": Rules(
        "This market will resolve to Yes if Spain qualifies for the 2030 World Cup.",
        "If Spain does not qualify for the 2030 World Cup, then the market resolves to Yes.",
    ),
    "truce-feb": Rules(
        "This market will resolve to Yes if both sides sign a truce by January 31, 2027, "
        "11:59 PM ET.",
        "If a truce is signed by both sides before Feb 1, 2027, then the market resolves to Yes.",
    ),
    "btc-100k": Rules(
        "This market will resolve to Yes if Bitcoin reaches $100,000 in January 2027 by CF "
        "Benchmarks' Bitcoin Real-Time Index (BRTI).",
        "If Bitcoin reaches $100,000 in January 2027 by CF Benchmarks' Bitcoin Real-Time Index "
        "(BRTI), then the market resolves to Yes.",
    ),
    "senate-budget": Rules(
        "This market will resolve to Yes if the Senate passes the budget before March 1, 2027.",
        "If the Senate has not passed the budget before Mar 1, 2027, then the market resolves to "
        "Yes.",
    ),
    "lakers-jan5": Rules(
        "In the upcoming NBA game, scheduled for January 5, 2027 at 7:00PM ET: if the Lakers "
        "win, the market will resolve to Yes. A postponed game leaves it open.",
        "If Los Angeles L wins the Los Angeles L at Boston professional basketball game "
        "originally scheduled for Jan 5, 2027, then the market resolves to Yes.",
    ),
    "unemployment-42": Rules(
        "This market will resolve to Yes if the unemployment rate for December 2026 is above "
        "4.2%, as the Bureau of Labor Statistics first reports it.",
        "If the seasonally adjusted unemployment rate (U-3) for December 2026 is above 4.2%, as "
        "the Bureau of Labor Statistics reports it, then the market resolves to Yes.",
    ),
    "index-7000": Rules(
        "This market will resolve to Yes if the S&P 500 closes above 7,000 on January 4, 2027, "
        "as S&P Dow Jones Indices gives it.",
        "If the S&P 500 closes above 7,000 on Jan 4, 2027 at 4:00 PM EST, as S&P Dow Jones "
        "Indices gives it, then the market resolves to Yes.",
    ),
    "rate-hike-jan": Rules(
        "This market will resolve to Yes if the FOMC raises the upper bound of the target federal "
        "funds rate at its January 2027 meeting, by whatever amount.",
        "If the Federal Reserve raises the upper bound of the federal funds rate by exactly 25 "
        "bps at its January 2027 meeting, then the market resolves to Yes.",
    ),
    "model-top-jan": Rules(
        "This market will resolve to Yes if a model of Google's has the highest score on the "
        "text leaderboard on January 31, 2027.",
        "If Google has the model with the highest score on the text leaderboard on Jan 31, 2027, "
        "then the market resolves to Yes.",
    ),
    "eth-4k": Rules(
        "This market will resolve to Yes if no one-minute candle of Binance's ETH/USDT has a high "
        "of $4,000 or more in January 2027.",
        "If CF Benchmarks' Ethereum Real-Time Index is above $4,000 at any time in January 2027, "
        "then the market resolves to Yes.",
    ),
    "speaker-feb": Rules(
        "This market will resolve to Yes if the Speaker of the House is in office on February 1, "
        "2027.",
        "If the Speaker of the House is in office on Feb 1, 2027, then the market resolves to Yes.",
    ),
    "opec-cut": Rules(
        "This market will resolve to Yes if OPEC announces a cut of its output between January 1 "
        "and January 31, 2027.",
        "If OPEC announces a cut of its output in January 2027, then the market resolves to Yes.",
    ),
    "bears-jan8": Rules(
        "In the upcoming NFL game, scheduled for January 8, 2027 at 8:15PM ET: if the Bears win, "
        "the market will resolve to Yes. A tie resolves 50-50.",
        "If Chicago wins the Chicago at Green Bay professional football game originally "
        "scheduled for Jan 8, 2027, then the market resolves to Yes.",
    ),
    "gdp-q4-2": Rules(
        "This market will resolve to Yes if real GDP increases by more than 2.0% in Q4 2026, as "
        "the advance estimate of the Bureau of Economic Analysis gives it.",
        "If real GDP increases by more than 2.0% in Q4 2026, as the advance estimate of the "
        "Bureau of Economic Analysis gives it, then the market resolves to Yes.",
    ),
    "treaty-ratified": Rules(
        "This market will resolve to Yes if the treaty is ratified by March 31, 2027, 11:59 PM ET.",
        "If the treaty is ratified before Apr 1, 2027, then the market resolves to Yes.",
    ),
    "btc-90k-dip": Rules(
        "This market will resolve to Yes if any one-minute candle of Binance's BTC/USDT has a low "
        "of $60,000 or less in January 2027.",
        "If CF Benchmarks' Bitcoin Real-Time Index stays above $60,000 throughout January 2027, "
        "then the market resolves to Yes.",
    ),
    "yankees-series": Rules(
        "This market will resolve to Yes if the New York Yankees win the 2027 World Series.",
        "If New York Y wins the 2027 Pro Baseball Championship, then the market resolves to Yes.",
    ),
}
