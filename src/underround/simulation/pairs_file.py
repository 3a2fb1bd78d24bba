"""Writes the compared pairs as a `pairs.toml`, each named in one of the ways Polymarket allows.

A file for the operator's side; nothing here reads one.
"""

from collections.abc import Iterable
from pathlib import Path

from underround.simulation.market import Pair

_SAME = """source = "the question's own source"
instant = "the question's cut-off"
rounding = "as published"
tie = "no"
early_close = "once the answer is known"
"""
_TERMS = f"""grade = "equivalent"
residual = "a void pays halves on Polymarket, the last fair price on Kalshi"
approved_by = "the simulation"
[pair.terms.polymarket]
{_SAME}void = "50-50"
[pair.terms.kalshi]
{_SAME}void = "last fair price"
"""
"""Both sides of every simulated pair agree but for what a void pays, as real ones mostly do."""


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
            f"{_TERMS}"
        )
    path.write_text("\n".join(tables))
    return path
