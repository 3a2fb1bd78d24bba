"""Central banks: how Kalshi's series, titles and Polymarket's questions name each. Facts only."""

import re
from typing import Final

from underround.matching.wording import folded

# id: (letters in Kalshi series after KXCBDECISION, pattern in folded text)
BANKS: Final = {
    "fed": ("FED US", r"\bfed\b|\bfederal reserve\b|\bfomc\b"),
    "ecb": ("EU ECB", r"\becb\b|\beuropean central bank\b"),
    "boe": ("ENGLAND UK", r"\bbank of england\b|\bboe\b"),
    "boj": ("JAPAN", r"\bbank of japan\b|\bboj\b"),
    "boc": ("CANADA", r"\bbank of canada\b|\bboc\b"),
    "rba": ("AUSTRALIA", r"\breserve bank of australia\b|\brba\b"),
    "rbnz": ("NEWZEALAND NZ", r"\breserve bank of new zealand\b|\brbnz\b"),
    "snb": ("SWITZERLAND", r"\bswiss national bank\b|\bsnb\b"),
    "riksbank": ("SWEDEN", r"\briksbank\b"),
    "norges": ("NORWAY", r"\bnorges bank\b"),
    "banxico": ("MEXICO", r"\bbanxico\b|\bbank of mexico\b|\bbanco de mexico\b"),
    "copom": ("BRAZIL", r"\bcopom\b|\bcentral bank of brazil\b|\bbanco central do brasil\b|"
        r"\bselic\b"),
    "bok": ("KOREA SOUTHKOREA", r"\bbank of korea\b|\bbok\b"),
    "rbi": ("INDIA", r"\breserve bank of india\b|\brbi\b"),
    "pboc": ("CHINA", r"\bpboc\b|\bpeople's bank of china\b"),
    "cbrt": ("TURKEY", r"\bcbrt\b|\bcentral bank of (?:the republic of )?turkiye\b|\bturkish "
        r"central bank\b"),
    "cbr": ("RUSSIA", r"\bbank of russia\b|\bcentral bank of russia\b"),
    "sarb": ("SOUTHAFRICA", r"\bsouth african reserve bank\b|\bsarb\b"),
    "boi": ("ISRAEL", r"\bbank of israel\b"),
    "bi": ("INDONESIA", r"\bbank indonesia\b"),
    "nbp": ("POLAND", r"\bnational bank of poland\b|\bnbp\b"),
    "mnb": ("HUNGARY", r"\bhungarian national bank\b|\bmnb\b"),
    "cnb": ("CZECH CZECHIA", r"\bczech national bank\b|\bcnb\b"),
    "bcch": ("CHILE", r"\bcentral bank of chile\b"),
    "banrep": ("COLOMBIA", r"\bbanco de la republica\b|\bbank of the republic\b"),
    "bcrp": ("PERU", r"\bcentral reserve bank of peru\b|\bbcrp\b"),
    "bsp": ("PHILIPPINES", r"\bbangko sentral\b|\bbsp\b"),
}  # fmt: skip
_PATTERNS: Final = {bank: re.compile(pattern) for bank, (_, pattern) in BANKS.items()}


_NAMED: Final = re.compile(
    r"\b((?:central |reserve |national |people's )*bank of (?:the )?[a-z]+|"
    r"[a-z]+ (?:national|central|reserve) bank|bank (?:indonesia|negara malaysia))\b"
)


def bank_in(text: str) -> str:
    """Return the id of the one central bank that `text` names, or "".

    A bank that is not listed here goes by its own name, "bank of thailand".
    """
    low = folded(text)
    found = [bank for bank, pattern in _PATTERNS.items() if pattern.search(low)]
    named = set(_NAMED.findall(low)) if not found else set()
    if len(named) == 1:
        return str(named.pop())
    return found[0] if len(found) == 1 else ""


def bank_of_series(core: str) -> str:
    """Return the id of the bank a Kalshi series (without KX) decides on, or ""."""
    if core == "FEDDECISION":
        return "fed"
    place = core.removeprefix("CBDECISION")
    if place == core:
        return ""
    return next((bank for bank, (names, _) in BANKS.items() if place in names.split()), "")
