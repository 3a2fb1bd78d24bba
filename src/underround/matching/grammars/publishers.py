"""Who publishes the fact a contract settles on, as rules name them.

Two rules that name different publishers of one figure are two bets: measured twice, told apart.
"""

import re
from functools import lru_cache
from typing import Final

from underround.matching.wording import folded

_PUBLISHERS: Final = {
    "AAA": r"\baaa\b", "AP": r"\bassociated press\b|\bap\b(?= call|,| and| news)",
    "BEA": r"\bbea\b|bureau of economic analysis", "Billboard": r"\bbillboard\b",
    "BLS": r"\bbls\b|bureau of labor statistics", "Bloomberg": r"\bbloomberg\b",
    "Box Office Mojo": r"box ?office ?mojo", "CDC": r"\bcdc\b",
    "CoinGecko": r"coingecko", "Copernicus": r"\bcopernicus\b|\bera5\b",
    "Decision Desk HQ": r"decision desk|\bddhq\b", "EIA": r"\beia\b", "FDA": r"\bfda\b",
    "Forbes": r"\bforbes\b", "Gallup": r"\bgallup\b", "Google Trends": r"google trends",
    "LMArena": r"lm ?arena|chatbot arena|lmsys", "Metacritic": r"metacritic",
    "NASA": r"\bnasa\b|gistemp", "NBER": r"\bnber\b", "NOAA": r"\bnoaa\b",
    "Nate Silver": r"silver bulletin|nate silver", "OPM": r"\bopm\b|personnel management",
    "RealClearPolitics": r"real ?clear ?politics|\brcp\b|realclearpolling",
    "Rotten Tomatoes": r"rotten tomatoes", "Spotify": r"\bspotify\b",
    "TSA": r"\btsa\b", "The Numbers": r"the-numbers|the numbers\b", "YouGov": r"\byougov\b",
}  # fmt: skip
_PATTERNS: Final = {name: re.compile(pattern) for name, pattern in _PUBLISHERS.items()}
_POLLED: Final = re.compile(r"\bapproval\b|\bfavorab|\bpolling average\b|\bpolls?\b")


@lru_cache(maxsize=16384)
def publishers_in(text: str) -> frozenset[str]:
    """Return the publishers that `text` names, by one name each."""
    low = folded(text)
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(low))


def is_polled(text: str) -> bool:
    """Say whether the fact is an estimate that every publisher makes for itself."""
    return bool(_POLLED.search(folded(text)))
