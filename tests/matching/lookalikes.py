"""Pairs that look like one bet and are not, each with the check that must tell."""

from tests.matching.contracts import FED, kalshi, poly, scheduled

# name: (Polymarket, Kalshi, the check that speaks against it)
APART = {
    "other side of the game": (
        poly("Hawks vs. Celtics", "Hawks", scheduled("NBA", "February 3"), "2026-02-04"),
        kalshi("KXNBAGAME-26FEB03ATLBOS-BOS", "Atlanta at Boston Winner?", "Boston"),
        "polarity",
    ),
    "back to back": (
        poly("Hawks vs. Celtics", "Celtics", scheduled("NBA", "February 4"), "2026-02-05"),
        kalshi("KXNBAGAME-26FEB03ATLBOS-BOS", "Atlanta at Boston Winner?", "Boston"),
        "period",
    ),
    "other league of the city": (
        poly("Clippers vs. Pistons", "Pistons", scheduled("NBA", "May 3"), "2026-05-04"),
        kalshi("KXMLBGAME-26MAY031300LAADET-DET", "Los Angeles A vs Detroit Winner?", "Detroit"),
        "league",
    ),
    "first half": (
        poly("Hawks vs. Celtics", "Celtics", scheduled("NBA", "February 3"), "2026-02-04"),
        kalshi(
            "KXNBA1HWINNER-26FEB03ATLBOS-BOS", "Atlanta at Boston: First Half Winner?", "Boston"
        ),
        "scope",
    ),
    "win is not draw": (
        poly("Will Valencia CF vs. Girona FC end in a draw?", ends="2026-03-14"),
        kalshi("KXLALIGAGAME-26MAR14VALGIR-VAL", "Valencia vs Girona Winner?", "Valencia"),
        "predicate",
    ),
    "opponent": (
        poly("Will Girona FC win on 2026-03-14?", ends="2026-03-14"),
        kalshi("KXLALIGAGAME-26MAR14VALGIR-VAL", "Valencia vs Girona Winner?", "Valencia"),
        "polarity",
    ),
    "club of the same city": (
        poly("Will RCD Espanyol de Barcelona win on 2026-03-14?", ends="2026-03-14"),
        kalshi("KXLALIGAGAME-26MAR14FCBGET-FCB", "Barcelona vs Getafe Winner?", "Barcelona"),
        "subject",
    ),
    "women's side": (
        poly("Will Chelsea FC Women win on 2026-03-14?", ends="2026-03-14"),
        kalshi("KXEPLGAME-26MAR14CHEFUL-CHE", "Chelsea vs Fulham Winner?", "Chelsea"),
        "subject",
    ),
    "under": (
        poly("Fulham FC vs. Leeds United FC: O/U 2.5", "Under", ends="2026-04-11"),
        kalshi("KXEPLTOTAL-26APR11FULLEE-3", "Fulham vs Leeds: Totals", "Over 2.5 goals scored"),
        "polarity",
    ),
    "other line": (
        poly("Fulham FC vs. Leeds United FC: O/U 2.5", "Over", ends="2026-04-11"),
        kalshi("KXEPLTOTAL-26APR11FULLEE-2", "Fulham vs Leeds: Totals", "Over 1.5 goals scored"),
        "threshold",
    ),
    "spread is not a win": (
        poly("Spread: Celtics (-4.5)", "Celtics", scheduled("NBA", "February 3"), "2026-02-04"),
        kalshi("KXNBAGAME-26FEB03ATLBOS-BOS", "Atlanta at Boston Winner?", "Boston"),
        "predicate",
    ),
    "map is not a match": (
        poly(
            "Counter-Strike: Blue Foxes vs Red Owls - Map 2 Winner", "Red Owls", ends="2026-05-09"
        ),
        kalshi(
            "KXCS2GAME-26MAY09BFRO-RO", "Will Red Owls win the Blue Foxes vs. Red Owls CS2 match?"
        ),
        "scope",
    ),
    "other meeting": (
        poly("No change in Fed interest rates after April 2026 meeting?", rules=FED),
        kalshi(
            "KXFEDDECISION-26JUN-H0", "Will the Fed Hike rates by 0bps at their June 2026 meeting?"
        ),
        "period",
    ),
    "50 or more is not above 25": (
        poly("Fed decreases interest rates by 50+ bps after June 2026 meeting?", rules=FED),
        kalshi(
            "KXFEDDECISION-26JUN-C26",
            "Will the Federal Reserve Cut rates by >25bps at their June 2026 meeting?",
            "Cut >25bps",
        ),
        "threshold",
    ),
    "cut is not hike": (
        poly("Fed decreases interest rates by 25 bps after June 2026 meeting?", rules=FED),
        kalshi(
            "KXFEDDECISION-26JUN-H25",
            "Will the Fed Hike rates by 25bps at their June 2026 meeting?",
        ),
        "threshold",
    ),
    "bundle": (
        poly("No change in Fed interest rates after June 2026 meeting?", rules=FED),
        kalshi("KXFEDCOMBO-26JUN-0-0", "Will Rates be No change AND Dissents be 0 for Jun 2026?"),
        "text",
    ),
    "coin by another source": (
        poly(
            "Will the price of Bitcoin be above $90,000 on June 10?",
            rules='Resolves to "Yes" if the Binance 1 minute candle at 12:00 ET closes higher.',
            ends="2026-06-10T12:00:00-04:00",
        ),
        kalshi("KXBTCD-26JUN1012-T89999.99", "Bitcoin price on Jun 10, 2026?", "$90,000 or above"),
        "source",
    ),
    "other station": (
        poly(
            "Will the highest temperature in New York City be between 70-71°F on June 10?",
            rules="The highest temperature recorded at the LaGuardia Airport Station in degrees "
            "Fahrenheit, by Wunderground.",
            ends="2026-06-10",
        ),
        kalshi(
            "KXHIGHNY-26JUN10-B70.5",
            "Will the high temp in NYC be 70-71° on Jun 10, 2026?",
            "70° to 71°",
            "If the highest temperature recorded in Central Park, New York for June 10, 2026 as "
            "reported by the National Weather Service's Climatological Report (Daily), is between "
            "70-71°, then the market resolves to Yes.",
        ),
        "source",
    ),
    "nominee is not winner": (
        poly("Will Ada Nowak win Best Actress at the 99th Academy Awards?"),
        kalshi(
            "KXOSCARNOMACTR-27-ANOW",
            "2027 Best Actress Oscar nominations?",
            "Ada Nowak",
            "If Ada Nowak has been nominated for Best Actress at the 99th Academy Awards, then the "
            "market resolves to Yes.",
        ),
        "predicate",
    ),
    "same surname": (
        poly("Will Eva Nowak win the 2028 Democratic presidential nomination?"),
        kalshi(
            "KXPRESNOMD-28-ANOW", "Will Ada Nowak be the Democratic Presidential nominee in 2028?"
        ),
        "subject",
    ),
    "father or son": (
        poly("Will Donald Trump win the 2028 Republican presidential nomination?"),
        kalshi("KXPRESNOMR-28-DJTJ", "Will Donald Trump Jr. be the Republican nominee in 2028?"),
        "subject",
    ),
    "other district": (
        poly("Will the Republican Party win the OH-11 House seat?", ends="2026-11-03"),
        kalshi("KXHOUSERACE-OH01-26-R", "Will Republicans win the House race for OH-1?"),
        "predicate",
    ),
    "one day later": (
        poly("Will Acme release Rocket 9 by June 30, 2026?"),
        kalshi("KXROCKET-26JUN30", "Will Acme release Rocket 9 before Jun 30, 2026?"),
        "deadline",
    ),
    "announced is not released": (
        poly("Will Acme release Rocket 9 by June 30, 2026?"),
        kalshi("KXROCKET-26JUL01", "Will Acme announce Rocket 9 before Jul 1, 2026?"),
        "predicate",
    ),
    "rules speak of another act": (
        poly("Will Ada Nowak win the 2028 Examplia presidential election?"),
        kalshi(
            "KXEXPRES-28-ANOW",
            "Will Ada Nowak win the 2028 Examplia presidential election?",
            "Ada Nowak",
            "If Ada Nowak is the next person inaugurated as President of Examplia in 2028, then "
            "the market resolves to Yes.",
        ),
        "rules",
    ),
    "who does it to whom": (
        poly("Will Peru visit Chile by June 30, 2026?"),
        kalshi("KXVISIT-26JUL01", "Will Chile visit Peru before Jul 1, 2026?"),
        "subject",
    ),
    "second place": (
        poly("Will June 2026 be the 2nd hottest on record?"),
        kalshi("KXHMONTH-26JUN", "Will Jun 2026 be the hottest Jun ever?"),
        "predicate",
    ),
    "venues define a shutdown apart": (
        poly("US government shutdown by June 30, 2026?"),
        kalshi("KXGOVSHUT-26JUL01", "Will there be a US government shutdown before Jul 1, 2026?"),
        "definition",
    ),
    "inclusive": (
        poly("Will 4 or more hurricanes form in 2026?"),
        kalshi("KXHURR-26-4", "Will more than 4 hurricanes form in 2026?"),
        "inclusive",
    ),
    "placeholder": (
        poly("Will Person G be the Democratic nominee for Governor in Ohio?"),
        kalshi(
            "KXGOVOHNOMD-26-ANOW", "Will Ada Nowak be the Democratic nominee for Governor in Ohio?"
        ),
        "text",
    ),
    "next year's": (
        poly("Will Ada Nowak win the Nobel Peace Prize in 2027?"),
        kalshi("KXNOBELPEACE-26-ANOW", "Will Ada Nowak win the Nobel Peace Prize in 2026?"),
        "period",
    ),
    "women's draw": (
        poly(
            "Will Ada Nowak win the 2026 French Open?",
            rules="This market will resolve to the player that wins the Men's Singles Tournament.",
        ),
        kalshi(
            "KXFOWOMEN-26-ANOW",
            "Will Ada Nowak win Roland Garros?",
            "Ada Nowak",
            "If Ada Nowak wins the 2026 Women's French Open professional tennis tournament, then "
            "the market resolves to Yes.",
        ),
        "gender",
    ),
    "a fraction of the words": (
        poly("New Coronavirus Pandemic in 2026?"),
        kalshi("KXOUTBREAK-26", "Pandemic in 2026?"),
        "predicate",
    ),
    "month and year of the deadline alone": (
        poly("Will Acme release Rocket 9 by June 2026?"),
        kalshi("KXROCKET-26JUL01", "Will Acme release Rocket 9 before Jul 1, 2026?"),
        "period",
    ),
}
