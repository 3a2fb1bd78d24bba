"""`underround pairs review` and `underround pairs verify`: people's answers in the terminal.

Shows and asks; what an answer means is decided in `matching.review`, which the page uses too.
"""

import getpass
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import CycloptsError, Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from underround.app.clock import today, wall_ns
from underround.app.config import Config, load_config
from underround.app.output import write_json, write_line
from underround.app.pairs.verify_run import refresh_approved
from underround.app.stopping import run_until_done
from underround.cli.run import ConfigPath
from underround.core.instrument import Venue
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import CatalogMarket, entries_of_listings
from underround.matching.differences import Word, marked
from underround.matching.pair_merge import merge_pair_file, places
from underround.matching.pair_states import Answer
from underround.matching.review import ReviewDesk, ReviewError, ReviewPair
from underround.matching.tables import read_listings
from underround.matching.verification import SOUND, tally, verify_pairs

CatalogPath = Annotated[
    Path | None, Parameter(help="the catalog (SQLite) that `match` keeps; else the configured one")
]
PairsFile = Annotated[
    Path | None, Parameter(help="bring this pairs file up to date; a person's entries stay")
]
_ANSWERS: Final = {"a": Answer.ACCEPT, "r": Answer.REFUSE, "u": Answer.UNSURE}
_PROMPT: Final = "[a]ccept [r]efuse [u]nsure [s]kip [b]ack [q]uit: "


def review(
    *,
    catalog: CatalogPath = None,
    who: Annotated[str | None, Parameter(help="your name; the login name if not given")] = None,
    second_person: Annotated[
        bool, Parameter(negative=(), help="a pair needs two different people")
    ] = False,
    pairs: PairsFile = None,
    config: ConfigPath = None,
) -> None:
    """Read the pairs that wait for a person, both rules side by side, and answer.

    Words that only one side has stand between asterisks. Every answer is kept with your name, the
    time and your reason; `back` takes your last one back.
    """
    with Catalog(_existing(catalog, load_config(config, os.environ))) as opened:
        desk = ReviewDesk(opened, second_person=second_person)
        answered = _ask_all(desk, who or getpass.getuser(), Console(), _ask)
        write_line(f"{answered} answered, {len(desk.waiting())} waiting")
        _write(desk, pairs)


def verify(
    *,
    catalog: CatalogPath = None,
    poly: Annotated[Path | None, Parameter(help="today's Polymarket listings (CSV)")] = None,
    kalshi: Annotated[Path | None, Parameter(help="today's Kalshi listings (CSV)")] = None,
    live: Annotated[
        bool, Parameter(negative=(), help="ask the venues for today's rules first")
    ] = False,
    pairs: PairsFile = None,
    config: ConfigPath = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Check the approved pairs again against today's rules, and suspend those that no longer hold.

    Exits with 1 when a pair is suspended. Today's rules are those of the last `underround match`;
    with --live the venues are asked for them now, with --poly and --kalshi they are read of files.

    Parameters
    ----------
    json
        Write one JSON object to stdout and nothing else.
    """
    if (poly is None) != (kalshi is None):
        raise CycloptsError(msg="give both --poly and --kalshi, or neither")
    if live and poly is not None:
        raise CycloptsError(msg="--live asks the venues; leave the files out")
    settings = load_config(config, os.environ)
    with Catalog(_existing(catalog, settings)) as opened:
        desk = ReviewDesk(opened)
        if live:
            run_until_done(refresh_approved(opened, settings))
        for venue, path in ((Venue.POLYMARKET, poly), (Venue.KALSHI, kalshi)):
            if path is not None:
                markets = entries_of_listings(read_listings(path, venue).listings)
                opened.refresh(venue, markets, wall_ns(), whole=True)
        found = verify_pairs(desk, today())
        _write(desk, pairs)
    if json:
        listed = [msgspec.to_builtins(each) for each in found]
        write_json({**tally(found), "verified": listed})
    else:
        for each in found:
            write_line(f"{each.standing.value:14} {each.pair_id:40} {each.reason}")
        write_line(", ".join(f"{count} {name}" for name, count in tally(found).items()))
    return int(any(each.standing not in SOUND for each in found))


def _existing(given: Path | None, config: Config) -> Path:
    catalog = given or Path(config.storage.catalog)
    if not catalog.exists():
        named = f" --catalog {catalog}" if given is not None else ""
        raise ReviewError(f"{catalog}: no catalog; `underround match{named}` makes one")
    return catalog


def _write(desk: ReviewDesk, path: Path | None) -> None:
    if path is not None:
        merge_pair_file(path, places(desk))


def _ask(prompt: str) -> str | None:
    """Ask on the terminal; None at the end of the input."""
    try:
        return input(prompt).strip()
    except EOFError:
        return None


def _ask_all(desk: ReviewDesk, who: str, console: Console, ask: Callable[[str], str | None]) -> int:
    """Show what waits, one after the other, until the queue or the input ends."""
    answered = 0
    skipped: set[str] = set()
    while waiting := [pair for pair in desk.waiting() if pair.id not in skipped]:
        pair = waiting[0]
        show(pair, desk.markets(pair.id), console)
        said = ask(_PROMPT)
        if said is None or said == "q":
            break
        if said == "b":
            answered -= _back(desk, who)
        elif said in _ANSWERS:
            reason = ask("reason: ")
            if reason is None:
                break
            try:
                desk.answer(pair.id, _ANSWERS[said], reason, who, wall_ns())
            except ReviewError as error:
                write_line(str(error))
                continue
            answered += 1
            skipped.add(pair.id)
        else:
            skipped.add(pair.id)
    return answered


def _back(desk: ReviewDesk, who: str) -> int:
    try:
        pair = desk.undo(who, wall_ns())
    except ReviewError as error:
        write_line(str(error))
        return 0
    write_line(f"taken back: {pair.id} is {pair.state.value} again")
    return 1


def show(
    pair: ReviewPair,
    markets: tuple[CatalogMarket | None, CatalogMarket | None],
    console: Console,
) -> None:
    """Print one pair: its state, both texts with the differing words marked, and the checks."""
    console.print(
        f"\n{pair.id} ({pair.state.value}, {pair.polarity}): {pair.outcome}", markup=False
    )
    texts = [_text_of(market) for market in markets]
    table = Table("Polymarket", "Kalshi", expand=True)
    table.add_row(*(Text(" ").join(_styled(words)) for words in marked(*texts)))
    console.print(table)
    for check in pair.checks:
        console.print(f"  {check}", markup=False, highlight=False)


def _text_of(market: CatalogMarket | None) -> str:
    if market is None:
        return "(not in the catalog)"
    return " ".join(part for part in (market.title, market.subtitle, market.rules) if part)


def _styled(words: list[Word]) -> Iterator[Text]:
    for word in words:
        yield Text(f"*{word.text}*", style="bold") if word.differs else Text(word.text)
