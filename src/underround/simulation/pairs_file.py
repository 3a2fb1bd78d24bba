"""Writes the compared pairs as a `pairs.toml`, each named in one of the ways Polymarket allows.

A file for the operator's side; nothing here reads one.
"""

from collections.abc import Iterable
from pathlib import Path

from underround.simulation.market import Pair


def write_pairs(path: Path, pairs: Iterable[Pair]) -> Path:
    """Write the file and return its path; pairs that are not compared are left out."""
    tables = []
    for index, pair in enumerate(pair for pair in pairs if pair.compared):
        market = pair.polymarket
        names = (market.condition_id, market.slug, market.gamma_id, market.tokens[0])
        tables.append(
            "[[pair]]\n"
            f'id = "{pair.id}"\n'
            f'polymarket = "{names[index % len(names)]}"\n'
            f'kalshi = "{pair.kalshi.ticker}"\n'
            f'polarity = "{"inverse" if pair.inverse else "same"}"\n'
            f'note = "{pair.note}"\n'
        )
    path.write_text("\n".join(tables))
    return path
