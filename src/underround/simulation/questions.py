"""The questions that the simulated venues list: invented, and worded the way each venue words them.

A table and its row type, nothing that moves.
"""

from typing import Final, Literal, NamedTuple

Regime = Literal["cent", "fine", "taper", "low", "high"]
"""Ticks and region: `cent` a cent on both; `fine` a tenth of a cent on Polymarket; `taper`
Kalshi's tapered grid with cents on Polymarket; `low`, `high` tenths on both, near 0 or 1."""


class Question(NamedTuple):
    """One question as both venues ask it; `inverse` when their YES sides are opposites."""

    id: str
    polymarket: str
    category: str
    series: str
    event: str
    suffix: str
    kalshi: str
    yes_sub_title: str
    regime: Regime
    inverse: bool = False


FEE_RATES_E4: Final = {
    "Crypto": 700,
    "Sports": 500,
    "Economics": 500,
    "Weather": 500,
    "Politics": 400,
    "Tech": 400,
    "Finance": 400,
    "Geopolitics": 0,
}
"""Polymarket's taker rate by category, in 1e-4."""

HALF_FEE_SERIES: Final = frozenset({"KXMLBWIN", "KXHIGHNY", "KXINX"})
"""Kalshi series with a fee multiplier of one half."""


def _q(
    row: str, polymarket: str, kalshi: str, yes: str, regime: Regime, *, inverse: bool = False
) -> Question:
    name, category, series, event, suffix = row.split()
    return Question(name, polymarket, category, series, event, suffix, kalshi, yes, regime, inverse)


QUESTIONS: Final[tuple[Question, ...]] = (
    _q(
        "btc-15m-a Crypto KXBTC15M 27JAN041215 15",
        "Bitcoin Up or Down - January 4, 12:00PM-12:15PM ET",
        "BTC price up in next 15 mins?",
        "Price to beat",
        "taper",
    ),
    _q(
        "fed-jan-hold Economics KXFEDDECISION 27JAN H0",
        "Will the Fed leave rates unchanged after the January 2027 meeting?",
        "Will the Federal Reserve hold rates at its January 2027 meeting?",
        "Fed maintains rate",
        "cent",
    ),
    _q(
        "shutdown-jan Politics KXGOVSHUT 27JAN31 OPEN",
        "Will the US government shut down before February 2027?",
        "Will the US government stay open through January 2027?",
        "Stays open",
        "fine",
        inverse=True,
    ),
    _q(
        "cpi-dec-03 Economics KXCPI 26DEC T0.3",
        "Will December CPI rise by more than 0.3%?",
        "Will CPI rise more than 0.3% in December 2026?",
        "Above 0.3%",
        "fine",
    ),
    _q(
        "ny-high-jan4 Weather KXHIGHNY 27JAN04 T41",
        "Will the highest temperature in New York City be 42°F or higher on January 4?",
        "Will the high temp in NYC be >41° on Jan 4, 2027?",
        "42° or above",
        "cent",
    ),
    _q(
        "mars-2030 Tech KXMARSLAND 30 Y",
        "Will a crewed ship land on Mars before 2030?",
        "Crewed landing on Mars before 2030?",
        "Before 2030",
        "low",
    ),
    _q(
        "spain-cup Sports KXWCUPQUAL 30 ESP",
        "Will Spain qualify for the 2030 World Cup?",
        "Will Spain miss the 2030 World Cup?",
        "Misses",
        "fine",
        inverse=True,
    ),
    _q(
        "truce-feb Geopolitics KXTRUCE 27FEB Y",
        "Will a truce be signed before February 2027?",
        "Truce signed before Feb 1, 2027?",
        "Before Feb 1",
        "cent",
    ),
    _q(
        "btc-100k Crypto KXBTCMAX 27JAN 100000",
        "Will Bitcoin reach $100,000 in January 2027?",
        "Will Bitcoin reach $100,000 in January 2027?",
        "$100,000 or above",
        "fine",
    ),
    _q(
        "senate-budget Politics KXSENBUDGET 27FEB Y",
        "Will the Senate pass the budget before March 2027?",
        "Will the Senate reject or delay the budget past February 2027?",
        "Not passed",
        "cent",
        inverse=True,
    ),
    _q(
        "lakers-jan5 Sports KXNBAGAME 27JAN05LALBOS LAL",
        "Lakers vs. Celtics",
        "Los Angeles L at Boston Winner?",
        "Los Angeles L",
        "cent",
    ),
    _q(
        "unemployment-42 Economics KXU3 26DEC T4.2",
        "Will the December unemployment rate be above 4.2%?",
        "Will the unemployment rate be above 4.2% in December 2026?",
        "Above 4.2%",
        "cent",
    ),
    _q(
        "index-7000 Finance KXINX 27JAN04 T7000",
        "Will the S&P 500 close above 7,000 on January 4?",
        "S&P 500 close above 7,000 on Jan 4, 2027?",
        "Above 7,000",
        "fine",
    ),
    _q(
        "rate-hike-jan Economics KXFEDDECISION 27JAN H25",
        "Will the Fed increase interest rates by 25 bps after the January 2027 meeting?",
        "Will the Federal Reserve hike rates by 25bps at its January 2027 meeting?",
        "Hike 25bps",
        "low",
    ),
    _q(
        "btc-15m-b Crypto KXBTC15M 27JAN041230 30",
        "Bitcoin Up or Down - January 4, 12:15PM-12:30PM ET",
        "BTC price up in next 15 mins?",
        "Price to beat",
        "taper",
    ),
    _q(
        "model-top-jan Tech KXTOPMODEL 27JAN31 G",
        "Will Google have the best AI model at the end of January 2027?",
        "Which company has the best AI model end of January 2027?",
        "Google",
        "fine",
    ),
    _q(
        "eth-4k Crypto KXETHMAX 27JAN 4000",
        "Will Ethereum stay below $4,000 through January?",
        "Will Ethereum be above $4,000 at any time in January 2027?",
        "$4,000 or above",
        "cent",
        inverse=True,
    ),
    _q(
        "speaker-feb Politics KXSPEAKER 27FEB STAY",
        "Will the Speaker of the House be in office on February 1, 2027?",
        "Will the Speaker of the House be in office on Feb 1, 2027?",
        "In office",
        "high",
    ),
    _q(
        "opec-cut Geopolitics KXOPECCUT 27JAN Y",
        "Will OPEC announce a cut in January?",
        "OPEC output cut announced in January 2027?",
        "Before Feb 1",
        "fine",
    ),
    _q(
        "bears-jan8 Sports KXNFLGAME 27JAN08CHIGB CHI",
        "Bears vs. Packers",
        "Chicago at Green Bay Winner?",
        "Chicago",
        "cent",
    ),
    _q(
        "gdp-q4-2 Economics KXGDP 26Q4 T2.0",
        "Will Q4 GDP growth exceed 2.0%?",
        "Will real GDP increase by more than 2.0% in Q4 2026?",
        "Above 2.0%",
        "fine",
    ),
    _q(
        "treaty-ratified Geopolitics KXTREATY 27MAR Y",
        "Will the treaty be ratified before April 2027?",
        "Will the treaty be ratified before Apr 1, 2027?",
        "Before Apr 1",
        "high",
    ),
    _q(
        "btc-90k-dip Crypto KXBTCMIN 27JAN 60000",
        "Will Bitcoin fall to $60,000 in January?",
        "Will Bitcoin hold above $60,000 throughout January 2027?",
        "Holds above",
        "taper",
        inverse=True,
    ),
    _q(
        "yankees-series Sports KXMLBWIN 27 NYY",
        "Will the Yankees win the 2027 World Series?",
        "Will New York Y win the 2027 Pro Baseball Championship?",
        "New York Y",
        "cent",
    ),
)
