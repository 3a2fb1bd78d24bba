"""`underround stats`: how long opportunities lasted, what ended them, and how many survive."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from underround.app.output import write_json, write_line, write_table
from underround.app.progress import reading
from underround.app.recordings.lives import (
    Figures,
    Statistics,
    lives_of_journal,
    lives_of_recording,
    statistics,
)
from underround.app.wording import cents
from underround.cli.run import Json, Quiet
from underround.core.errors import UnderroundError
from underround.core.units import format_usd
from underround.stores.recording_reader import is_recording
from underround.stores.signal_journal import SignalJournal, last_spoken_ns

HEADS = ("", "lives", "median", "longest", "best", "edge in all", "ended by")


def stats(
    session: Annotated[Path, Parameter(name="SESSION")],
    /,
    *,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show the lives of a session's opportunities: by pair, by kind, by hour, and how many survive.

    Parameters
    ----------
    session
        A recording (what ended an opportunity is then known), or a journal of signals.
    """
    if not session.exists():
        raise UnderroundError(f"{session}: no such file; name a recording or a journal")
    if session.is_file() and last_spoken_ns(session) is not None:
        journal = SignalJournal(session)
        found = statistics(lives_of_journal(journal))
        journal.close()
    elif is_recording(session):
        with reading("reading", [session], quiet=quiet):
            found = statistics(lives_of_recording(session))
    else:
        raise UnderroundError(f"{session}: neither a recording nor a journal of signals")
    if json:
        write_json({"session": str(session), **msgspec.to_builtins(found)})
        return
    write_table(HEADS, _rows(found), name=0, numeric=range(1, 6))
    write_line("still there after:")
    for each in found.all.survival:
        share = f"{each.alive / each.watched:.0%}" if each.watched else "–"
        write_line(f"  {each.after_ms:>5} ms  {share:>5}  ({each.alive} of {each.watched})")


def _rows(found: Statistics) -> Iterator[Sequence[str]]:
    yield _row("all", found.all)
    for title, groups in (
        ("kind", found.by_kind),
        ("pair", found.by_pair),
        ("hour, UTC", found.by_hour),
    ):
        yield (f"by {title}:", *[""] * (len(HEADS) - 1))
        for name, figures in groups.items():
            yield _row(f"  {name}", figures)


def _row(name: str, figures: Figures) -> Sequence[str]:
    ended = ", ".join(f"{words} {count}" for words, count in figures.ended.items())
    return (
        name,
        str(figures.count),
        _ms(figures.median_ms),
        _ms(figures.longest_ms),
        cents(figures.best_edge_e6),
        format_usd(figures.edge_usd_e6),
        ended,
    )


def _ms(duration_ms: float | None) -> str:
    return "–" if duration_ms is None else f"{duration_ms:.1f} ms"
