"""Prices of coins, indices and commodities against a number, over a window or at one instant.

The same strike is not the same bet: Kalshi averages an index, Polymarket reads one exchange. The
source and the way it is measured are read, or taken from the venue's custom, and must agree.
"""

import re
from decimal import Decimal
from typing import Final

from underround.core.instrument import Venue
from underround.matching.listing import Listing
from underround.matching.periods import dated_by_rules, find_periods, read_end
from underround.matching.quantities import find_interval, find_numbers
from underround.matching.terms import Family, Interval, Period, Side, Terms
from underround.matching.tickers import read_ticker
from underround.matching.wording import folded, plain

_ASSETS: Final = {
    "btc": r"bitcoin|btc", "eth": r"ethereum|ether|eth", "sol": r"solana|sol", "xrp": r"xrp|ripple",
    "doge": r"dogecoin|doge", "hype": r"hyperliquid|hype", "bnb": r"bnb", "ada": r"cardano|ada",
    "ltc": r"litecoin|ltc", "avax": r"avalanche|avax", "link": r"chainlink token|link",
    "shib": r"shiba inu|shib", "sui": r"sui", "zec": r"zcash|zec", "dot": r"polkadot|dot",
    "bch": r"bitcoin cash|bch", "spx": r"s&p 500|spx|s&p", "ndx": r"nasdaq(?:[ -]100)?|ndx",
    "dji": r"dow jones|dow", "gold": r"gold", "silver": r"silver", "wti": r"wti|crude oil|crude|"
        r"oil",
    "natgas": r"natural gas", "eurusd": r"eur/usd", "usdjpy": r"usd/jpy", "vix": r"vix",
}  # fmt: skip
_ASSET: Final = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _ASSETS.items()) + r")\b"
)
_PRICING: Final = re.compile(
    r"\bprices?\b|\babove\b|\bbelow\b|\breach\b|\bhit\b|\bdip\b|up or down|trimmed mean|\bclose\b|"
    r"\ball[- ]time high\b|\bath\b|\bbetween\b|\brange\b|\bopens? up\b|\bsettle\b|\bover \$|"
    r"\bunder \$"
)
_KALSHI_SERIES: Final = re.compile(
    r"^(?:KX)?(?P<asset>BTC|ETH|SOL|XRP|DOGE|HYPE|BNB|ADA|LTC|AVAX|SHIB|SUI|ZEC|BCH|INX|NASDAQ|"
    r"WTI|GOLD|"
    r"SILVER|EURUSD|USDJPY)(?P<kind>D|15M|MAX\w*|MIN\w*|Y|W|M|H|U|100\w*|U?R?ATH\w*)?$"
)
_SERIES_ASSET: Final = {"INX": "spx", "NASDAQ": "ndx"}
_STRIKE_SUFFIX: Final = re.compile(r"T-?[0-9]{1,12}(?:\.[0-9]{1,8})?")
_COINS: Final = frozenset(list(_ASSETS)[:16])
_NOT_A_PRICE: Final = re.compile(
    r"\badded to\b|\breserve\b|\betf\b|\bhold(?:s|ings)?\b|\bbuy|\bpurchase|\bsay\b|\bmarket "
    r"cap\b|\boil (?:sanction|tanker)|"
    r"\bgold (?:medal|card|glove)|golden|\bgolds\b|\bmention"
)
_SOURCES: Final = (
    ("CF Benchmarks", r"cf benchmarks|\bbrti\b|real-time index"), ("Chainlink", r"chainlink"),
    ("Binance", r"binance"), ("Coinbase", r"coinbase"), ("Pyth", r"\bpyth\b"),
    ("Yahoo Finance", r"yahoo"), ("CoinGecko", r"coingecko"),
    ("ICE", r"\bice\b"), ("CME", r"\bcme\b"),
)  # fmt: skip
_MEASURES: Final = (
    ("direction", r"up or down|price up in"), ("trimmed mean", r"trimmed mean"),
    ("average", r"simple average|sixty seconds|60 seconds"), ("touch", r"\breach|\bhit\b|\bdip|"
     r"\bhigh price|\bat any (?:time|point)|when will"),
    ("level", r"\babove|\bbelow|\bbetween|\bprice (?:on|at|range)|\bclose|\bsettle|or above|or "
     r"below"),
)  # fmt: skip


def read_price(listing: Listing) -> Terms | None:
    """Return the terms of a contract on a traded price, or None for any other question."""
    title = folded(listing.title)
    kalshi = listing.venue is Venue.KALSHI
    series = _KALSHI_SERIES.match(listing.id.split("-")[0]) if kalshi else None
    asset = _asset(title)
    if series:
        asset = _SERIES_ASSET.get(series["asset"], series["asset"].lower())
    elif not asset or not _PRICING.search(title) or _NOT_A_PRICE.search(title):
        return None
    if not series and not re.search(r"\d|up or down|all[- ]time high|\bath\b", title):
        return None
    ends = read_end(listing.ends)
    text = f"{title} {folded(listing.subtitle)} {folded(listing.rules)}"
    source, custom = _source(text, asset, kalshi)
    measure = _measure(text, title)
    return Terms(
        family=Family.PRICE,
        subject=Side(asset, f"asset:{asset}"),
        predicate=frozenset({measure}),
        interval=None if measure == "direction" else _strike(listing),
        unit="$",
        period=_window(listing, kalshi),
        ends=ends,
        source=source,
        negated=folded(listing.outcome) in ("no", "down"),
        series=listing.id.split("-")[0] if kalshi else "",
        doubts=() if not custom else (f"source by the venue's custom: {source}",),
        words=plain(listing.title),
    )


def _asset(title: str) -> str:
    found = _ASSET.search(title)
    return (found.lastgroup or "") if found else ""


def _source(text: str, asset: str, kalshi: bool) -> tuple[str, bool]:
    for name, pattern in _SOURCES:
        if re.search(pattern, text):
            return name, False
    if asset in _COINS:
        return ("CF Benchmarks", True) if kalshi else ("one exchange's prices", True)
    return "", False


def _measure(text: str, title: str) -> str:
    for name, pattern in _MEASURES[:3]:
        if re.search(pattern, text):
            return name
    for name, pattern in _MEASURES[3:]:
        if re.search(pattern, title) or re.search(pattern, text):
            return name
    return ""


def _strike(listing: Listing) -> Interval | None:
    ends = read_end(listing.ends)
    for text in (listing.subtitle, find_periods(listing.title, ends)[1]):
        interval, rest = find_interval(text)
        if interval:
            return interval
        numbers, _ = find_numbers(rest)
        if numbers and text:
            return Interval(max(numbers), None)
    suffix = read_ticker(listing.id).suffix if listing.venue is Venue.KALSHI else ""
    if _STRIKE_SUFFIX.fullmatch(suffix):
        return Interval(Decimal(suffix[1:]), None, low_included=False)
    return None


def _window(listing: Listing, kalshi: bool) -> Period | None:
    ends = read_end(listing.ends)
    ticker = read_ticker(listing.id) if kalshi else None
    if ticker is not None and ticker.day is not None:
        clock = f"{ticker.hour[:2]}:{ticker.hour[2:] or '00'} ET" if ticker.hour else ""
        return Period("on", ticker.day, ticker.day, clock, words=listing.id)
    found, _ = find_periods(listing.title, ends)
    return dated_by_rules(found[0], listing.rules, ends) if found else None
