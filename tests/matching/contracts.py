"""Contracts as the two venues word them, made up for the tests: the forms are real, no row is."""

from underround.core.instrument import Venue
from underround.matching.listing import Listing


def poly(title, outcome="Yes", rules="", ends="", **more):
    """Make a Polymarket side."""
    name = more.pop("id", f"0x{abs(hash((title, ends))):x}")
    return Listing(
        venue=Venue.POLYMARKET,
        id=name,
        title=title,
        outcome=outcome,
        rules=rules,
        ends=ends,
        **more,
    )


def kalshi(ticker, title, subtitle="", rules="", ends="", **more):
    """Make a Kalshi market."""
    return Listing(
        venue=Venue.KALSHI,
        id=ticker,
        title=title,
        subtitle=subtitle,
        rules=rules,
        ends=ends,
        **more,
    )


def scheduled(league, day):
    """Return the opening words of Polymarket's rules for a game."""
    return (
        f"In the upcoming {league} game, scheduled for {day} at 7:00PM ET: If either wins, it pays."
    )


FED = "The FED interest rates are defined in this market by the upper bound of the target range."

# (Polymarket, Kalshi): the same bet.
SAME = {
    "basketball game": (
        poly(
            "Hawks vs. Celtics", "Celtics", scheduled("NBA", "February 3"), "2026-02-04T00:00:00Z"
        ),
        kalshi("KXNBAGAME-26FEB03ATLBOS-BOS", "Atlanta at Boston Winner?", "Boston"),
    ),
    "two teams of one city": (
        poly("Nets vs. Clippers", "Clippers", scheduled("NBA", "February 3"), "2026-02-04"),
        kalshi("KXNBAGAME-26FEB03BKNLAC-LAC", "Brooklyn at Los Angeles C Winner?", "Los Angeles C"),
    ),
    "football game without a league": (
        poly("Browns vs. Steelers", "Browns", ends="2026-10-11"),
        kalshi("KXNFLGAME-26OCT11CLEPIT-CLE", "Cleveland at Pittsburgh Winner?", "Cleveland"),
    ),
    "league only in the rules": (
        poly("Sabres vs. Bruins", "Sabres", scheduled("NHL", "March 3"), "2026-03-04T00:30:00Z"),
        kalshi(
            "KXPUCKGAME-26MAR03BUFBOS-BUF",
            "Buffalo at Boston Winner?",
            "Buffalo",
            "If Buffalo wins the Buffalo at Boston professional hockey game originally scheduled "
            "for Mar 3, 2026, then the market resolves to Yes.",
        ),
    ),
    "baseball with its day in the rules": (
        poly("Cubs vs. Mets", "Mets", scheduled("MLB", "June 9"), "2026-06-16T23:00:00Z"),
        kalshi("KXMLBGAME-26JUN091900CHCNYM-NYM", "Chicago C vs New York M Winner?", "New York M"),
    ),
    "college nicknames": (
        poly("Ducks vs. Hoosiers", "Hoosiers", ends="2026-09-19"),
        kalshi("KXNCAAFGAME-26SEP19OREIND-IND", "Oregon vs Indiana Winner?", "Indiana"),
    ),
    "soccer win": (
        poly("Will BV Borussia 09 Dortmund win on 2026-03-14?", ends="2026-03-14"),
        kalshi("KXBUNDESLIGAGAME-26MAR14FCABVB-BVB", "Augsburg vs Dortmund Winner?", "Dortmund"),
    ),
    "soccer draw": (
        poly("Will Valencia CF vs. Girona FC end in a draw?", ends="2026-03-14"),
        kalshi("KXLALIGAGAME-26MAR14VALGIR-TIE", "Valencia vs Girona Winner?", "Tie"),
    ),
    "soccer in a league nobody listed": (
        poly("Will Hapoel Petah Tikva FC win on 2026-03-14?", ends="2026-03-14"),
        kalshi(
            "KXLIGATHAALGAME-26MAR14HPTBSH-HPT",
            "Hapoel Petah Tikva vs Bnei Sakhnin Winner?",
            "Hapoel Petah Tikva",
            "If Hapoel Petah Tikva wins the Hapoel Petah Tikva vs Bnei Sakhnin professional soccer "
            "game originally scheduled for Mar 14, 2026, then the market resolves to Yes.",
        ),
    ),
    "nation": (
        poly("Will Côte d'Ivoire win on 2026-06-14?", ends="2026-06-14"),
        kalshi("KXWCGAME-26JUN14CIVECU-CIV", "Ivory Coast vs Ecuador Winner?", "Ivory Coast"),
    ),
    "half time": (
        poly("Fulham FC leading at halftime?", ends="2026-04-11"),
        kalshi("KXEPL1H-26APR11FULLEE-FUL", "Fulham vs Leeds: First Half Winner?", "Fulham"),
    ),
    "total by the ticker": (
        poly("Fulham FC vs. Leeds United FC: O/U 2.5", "Over", ends="2026-04-11"),
        kalshi("KXEPLTOTAL-26APR11FULLEE-3", "Fulham vs Leeds: Totals"),
    ),
    "fixture by home side": (
        poly("Fulham FC vs. Leeds United FC: O/U 2.5", "Over"),
        kalshi("KXEPLTOTAL-26APR11FULLEE-3", "Leeds at Fulham: Totals", "Over 2.5 goals scored"),
    ),
    "spread": (
        poly("Spread: Celtics (-4.5)", "Celtics", scheduled("NBA", "February 3"), "2026-02-04"),
        kalshi("KXNBASPREAD-26FEB03ATLBOS-BOS4", "Boston wins by over 4.5 points?"),
    ),
    "tennis": (
        poly("Lyon Open: Ada Nowak vs Bea Ortiz", "Ortiz", ends="2026-05-27"),
        kalshi(
            "KXWTAMATCH-26MAY20NOWORT-ORT",
            "Will Bea Ortiz win the Nowak vs Ortiz : Quarterfinal match?",
            "Bea Ortiz",
        ),
    ),
    "fight": (
        poly("UFC 330: Ivan Petrov vs. Luis del Campo", "Luis del Campo", ends="2026-05-09"),
        kalshi(
            "KXUFCFIGHT-26MAY09PETDEL-DEL",
            "Will Luis del Campo win the Petrov vs del Campo professional MMA fight?",
            "Luis del Campo",
        ),
    ),
    "esports map": (
        poly("LoL: Blue Foxes vs Red Owls - Game 2 Winner", "Red Owls", ends="2026-05-09"),
        kalshi(
            "KXLOLMAP-26MAY090900BFRO-2-RO",
            "Will Red Owls win map 2 in the Blue Foxes vs. Red Owls match?",
        ),
    ),
    "playoff series": (
        poly("NBA Playoffs: Who Will Win Series? - Heat vs. Magic", "Magic", ends="2026-05-22"),
        kalshi(
            "KXNBASERIES-26MIAORLR1-ORL",
            "Miami Heat vs Orlando Magic 2026 1st Round series winner?",
        ),
    ),
    "no change": (
        poly(
            "Will there be no change in Fed interest rates after the April 2026 meeting?", rules=FED
        ),
        kalshi(
            "KXFEDDECISION-26APR-H0",
            "Will the Federal Reserve Hike rates by 0bps at their April 2026 meeting?",
            "Fed maintains rate",
        ),
    ),
    "a bank nobody listed": (
        poly("Bank of Thailand decreases interest rates by 25 bps after April 2026 meeting?"),
        kalshi(
            "KXCBDECISIONTHAILAND-26APR29-C25",
            "Will the Bank of Thailand Cut 25 basis points at the Apr 2026 meeting?",
            "Cut 25 basis points",
        ),
    ),
    "title names the wrong year": (
        poly("RBA increases interest rates by 25 bps after May 2026 meeting?", ends="2026-05-05"),
        kalshi(
            "KXCBDECISIONAUSTRALIA-26MAY05-H25",
            "Will the Reserve Bank of Australia Hike 25 basis points at the May 2025 RBA meeting?",
            "Hike 25 basis points",
        ),
    ),
    "league title": (
        poly("Will the Denver Nuggets win the 2026 NBA Finals?"),
        kalshi("KXNBA-26-DEN", "Will the Denver win the 2026 Pro Basketball Finals?"),
    ),
    "super bowl": (
        poly("Will the Chicago Bears win Super Bowl LXI?"),
        kalshi("KXSB-27-CHI", "Will Chicago win the 2027 Pro Football Championship?", "Chicago"),
    ),
    "season's prize": (
        poly("Will Sam Doe win the 2026 NFL MVP?", ends="2027-02-12"),
        kalshi("KXNFLMVP-27-SDOE", "Will Sam Doe win the MVP?", ends="2028-02-11"),
    ),
    "tournament around New Year": (
        poly("Will Ghana win the CAF Africa Cup of Nations Kenya 2027?", ends="2028-02-06"),
        kalshi(
            "KXAFCON-28-GHA",
            "Will Ghana win the Africa Cup of Nations?",
            "Ghana",
            ends="2028-02-20",
        ),
    ),
    "slam": (
        poly(
            "Will Ada Nowak win the 2026 French Open?",
            rules="This market will resolve to the player that wins the Women's Singles "
            "Tournament.",
        ),
        kalshi(
            "KXFOWOMEN-26-ANOW",
            "Will Ada Nowak win Roland Garros?",
            "Ada Nowak",
            "If Ada Nowak wins the 2026 Women's French Open professional tennis tournament, then "
            "the market resolves to Yes.",
        ),
    ),
    "award by its number": (
        poly("Will Ada Nowak be nominated for Best Actress at the 99th Academy Awards?"),
        kalshi("KXOSCARNOMACTR-27-ANOW", "2027 Best Actress Oscar nominations?", "Ada Nowak"),
    ),
    "nominee": (
        poly("Will Ada Nowak win the 2026 Ohio Governor Democratic primary election?"),
        kalshi(
            "KXGOVOHNOMD-26-ANOW", "Will Ada Nowak be the Democratic nominee for Governor in Ohio?"
        ),
    ),
    "house seat": (
        poly("Will the Republican Party win the OH-09 House seat?", ends="2026-11-03"),
        kalshi("KXHOUSERACE-OH09-26-R", "Will Republicans win the House race for OH-9?"),
    ),
    "control": (
        poly("Will the Democratic Party control the Senate after the 2026 Midterm elections?"),
        kalshi("CONTROLS-2026-D", "Will Democrats win the Senate in 2026?", "Democratic Party"),
    ),
    "deadline": (
        poly("Lunar base announced by June 30?", ends="2026-12-30"),
        kalshi("KXLUNAR-26JUL01", "Will a lunar base be announced before Jul 1, 2026?"),
    ),
    "rules win over the title": (
        poly("Will Acme (ACME) be added to the S&P 500 by June 30, 2026?"),
        kalshi(
            "KXSP500ADDQ-26JUN30-ACME",
            "Will Acme be added to S&P 500 before Jun 30, 2026?",
            rules="If Acme is officially added to S&P 500 in the time period Apr 1, 2026 to June "
            "30, 2026, then the market resolves to Yes.",
        ),
    ),
    "in the year, by its end": (
        poly("Ada Nowak and Luis Ortiz engaged by end of 2026?"),
        kalshi("KXENGAGED-26", "Will Ada Nowak and Luis Ortiz be engaged in 2026?"),
    ),
    "inflation": (
        poly("Chile's 12-month inflation below 3.50% for May 2026?"),
        kalshi(
            "KXCHILEINF-26MAY-3.50",
            "Will inflation in Chile be below 3.50% in May 2026?",
            rules="If the 12-month inflation rate in Chile is below 3.50% in May 2026, then the "
            "market resolves to Yes.",
        ),
    ),
    "said aloud": (
        poly('Will Powell say "Tariff" during March press conference?', ends="2026-03-18"),
        kalshi(
            "KXFEDMENTION-26MAR-TARI", "Will Powell say Tariff at his Mar 2026 press conference?"
        ),
    ),
    "chart": (
        poly('Will "Quiet: Season 2" be the top US Netflix show this week? (March 10, 2026)'),
        kalshi(
            "KXNETFLIXRANKSHOW-26MAR09-QUI",
            "Top US Netflix Show on Mar 9, 2026?",
            "Quiet 2",
            "If Quiet 2 is #1 on the Netflix Top 10 US Show on the chart published on Mar 10, "
            "2026, then the market resolves to Yes.",
        ),
    ),
}
