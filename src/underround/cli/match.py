"""`underround match`: which markets of the two venues are the same bet, judged offline."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import CycloptsError, Parameter
from cyclopts.validators import Number

from underround.app.clock import wall_ns
from underround.app.output import write_json, write_line
from underround.core.instrument import Venue
from underround.matching.candidates import TOP
from underround.matching.catalog import Catalog
from underround.matching.catalog_entries import entries_of_listings
from underround.matching.finding import Adjudicator, find_pairs, judge_rows
from underround.matching.listing import Listing
from underround.matching.pair_book import write_pair_book
from underround.matching.review import ReviewDesk
from underround.matching.tables import (
    Left,
    read_listings,
    read_pairs,
    write_accepted,
    write_predictions,
    write_report,
)
from underround.matching.verdict import Decision, Verdict

_SHOWN_LEFT = 20


def match(
    *,
    pairs: Annotated[Path | None, Parameter(help="judge the proposed pairs of this CSV")] = None,
    poly: Annotated[Path | None, Parameter(help="Polymarket listings (CSV)")] = None,
    kalshi: Annotated[Path | None, Parameter(help="Kalshi listings (CSV)")] = None,
    out: Annotated[Path, Parameter(help="the CSV to write")],
    report: Annotated[Path | None, Parameter(help="also every verdict with its checks")] = None,
    write_pairs: Annotated[Path | None, Parameter(help="also the accepted as a pairs file")] = None,
    catalog: Annotated[
        Path | None, Parameter(help="keep listings and pairs for review in this file (SQLite)")
    ] = None,
    top: Annotated[int, Parameter(validator=Number(gte=1, lte=500))] = TOP,
    embeddings: Annotated[
        Path | None, Parameter(help="also propose pairs by meaning: the folder of a BERT model")
    ] = None,
    llm_endpoint: Annotated[
        str | None, Parameter(help="ask a language model about accepted pairs, at this URL")
    ] = None,
    llm_model: Annotated[str | None, Parameter(help="the model to ask for there")] = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Find the markets that are the same bet, or judge pairs that somebody proposed.

    Reads files only: no network, no key. A pair is accepted when every check passes; one failed
    check refuses it, and what cannot be decided goes to a person (`underround pairs review`).

    Parameters
    ----------
    top
        How many Kalshi markets are judged for each Polymarket side.
    llm_endpoint
        Any endpoint of the OpenAI chat form. The model may refuse a pair or send it to review,
        never approve one. Needs --llm-model and --catalog, where every question and answer is
        kept; a key is read from UNDERROUND_LLM_KEY.
    json
        Write one JSON object to stdout and nothing else.
    """
    if (pairs is None) == (poly is None and kalshi is None) or (poly is None) != (kalshi is None):
        raise CycloptsError(msg="give either --pairs, or --poly and --kalshi")
    with ExitStack() as stack:
        kept = stack.enter_context(Catalog(catalog)) if catalog is not None else None
        second = _second_opinion(stack, llm_endpoint, llm_model, kept)
        if pairs is not None:
            verdicts, summary = _judge_file(pairs, out, second)
        else:
            assert poly is not None
            assert kalshi is not None
            verdicts, summary = _find(poly, kalshi, out, top, second, embeddings)
        if kept is not None:
            summary |= {"proposed": _keep(kept, verdicts), "catalog": str(catalog)}
    if report is not None:
        write_report(report, verdicts)
        summary["report"] = str(report)
    if write_pairs is not None:
        summary["pairs_written"] = write_pair_book(write_pairs, verdicts)
        summary["pairs_file"] = str(write_pairs)
    if json:
        write_json(summary)
    else:
        _show(summary)


def _second_opinion(
    stack: ExitStack, url: str | None, model: str | None, catalog: Catalog | None
) -> Adjudicator | None:
    """The language model to ask, or None: it is off unless an endpoint is named."""
    if url is None and model is None:
        return None
    if url is None or model is None or catalog is None:
        raise CycloptsError(msg="--llm-endpoint, --llm-model and --catalog belong together")
    import httpx

    from underround.matching.adjudication import Endpoint, adjudicator

    endpoint = Endpoint(url=url, model=model, key=os.environ.get("UNDERROUND_LLM_KEY", ""))
    client = stack.enter_context(httpx.Client())
    return adjudicator(endpoint, client, lambda opinion: catalog.keep_opinion(opinion, wall_ns()))


def _judge_file(
    path: Path, out: Path, second: Adjudicator | None
) -> tuple[list[Verdict], dict[str, Any]]:
    table = read_pairs(path)
    judged = judge_rows(table.rows, adjudicate=second)
    write_predictions(
        out,
        (
            (
                row.pair_id,
                verdict.decision is Decision.ACCEPT,
                f"{verdict.decision}: {verdict.reason}",
            )
            if verdict is not None
            else (row.pair_id, False, row.reason)
            for row, verdict in zip(table.rows, judged, strict=True)
        ),
    )
    verdicts = [verdict for verdict in judged if verdict is not None]
    sides = [side for row in table.rows for side in (row.polymarket, row.kalshi) if side]
    summary = {"pairs": len(table.rows), **_counts(verdicts), "out": str(out)}
    return verdicts, summary | _gaps(sides, table.left, table.missing_columns)


def _by_meaning(
    model: Path | None, one: Sequence[Listing], two: Sequence[Listing], top: int
) -> list[tuple[int, int]]:
    """Pairs that a local model proposes; none without a model."""
    if model is None:
        return []
    from underround.matching.embedding import Embedder, nearest_by_meaning

    return [(a, b) for a, b, _ in nearest_by_meaning(Embedder(model), one, two, top)]


def _find(
    poly: Path,
    kalshi: Path,
    out: Path,
    top: int,
    second: Adjudicator | None,
    model: Path | None,
) -> tuple[list[Verdict], dict[str, Any]]:
    one, two = read_listings(poly, Venue.POLYMARKET), read_listings(kalshi, Venue.KALSHI)
    proposed = _by_meaning(model, one.listings, two.listings, top)
    verdicts = find_pairs(one.listings, two.listings, top=top, adjudicate=second, proposed=proposed)
    write_accepted(out, verdicts)
    summary = {
        "polymarket": len(one.listings),
        "kalshi": len(two.listings),
        "judged": len(verdicts),
        **_counts(verdicts),
        "out": str(out),
    }
    sides = [*one.listings, *two.listings]
    columns = (*one.missing_columns, *two.missing_columns)
    return verdicts, summary | _gaps(sides, (*one.left, *two.left), columns)


def _keep(catalog: Catalog, verdicts: Sequence[Verdict]) -> int:
    """Put the judged markets and pairs into the catalog; return how many pairs were new."""
    now_ns = wall_ns()
    sides = [side for verdict in verdicts for side in (verdict.polymarket, verdict.kalshi)]
    markets = entries_of_listings(dict.fromkeys(sides))
    for venue in Venue:
        catalog.refresh(venue, (each for each in markets if each.venue is venue), now_ns)
    return ReviewDesk(catalog).propose(verdicts, now_ns)


def _counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    found = Counter(verdict.decision for verdict in verdicts)
    return {
        "accepted": found[Decision.ACCEPT],
        "to_review": found[Decision.REVIEW],
        "refused": found[Decision.REFUSE],
    }


def _gaps(
    sides: Sequence[Listing], left: Sequence[Left], missing_columns: Sequence[str]
) -> dict[str, Any]:
    return {
        "without_rules": sum(not side.rules for side in sides),
        "skipped": len(left),
        "skipped_rows": [msgspec.to_builtins(row) for row in left],
        "missing_columns": list(missing_columns),
    }


def _show(summary: dict[str, Any]) -> None:
    for name, value in summary.items():
        if isinstance(value, int | str):
            write_line(f"{name.replace('_', ' '):14} {value}")
    for name in summary["missing_columns"]:
        write_line(f"no column {name!r}: judged without it")
    for row in summary["skipped_rows"][:_SHOWN_LEFT]:
        write_line(f"left out: line {row['line']}: {row['name'] or '(no name)'}: {row['reason']}")
