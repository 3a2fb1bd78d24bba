"""`underround match`: which markets of the two venues are the same bet, live or over files."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final, NamedTuple

from cyclopts import CycloptsError, Parameter
from cyclopts.validators import Number

from underround.app.clock import wall_ns
from underround.app.config import Config, load_config
from underround.app.output import write_json, write_line
from underround.app.pairs.match_files import find_in_files, judge_file, keep
from underround.app.pairs.match_run import SHOWN_SKIPPED, MatchRequest, match_live, match_simulated
from underround.app.progress import matching
from underround.app.stopping import run_until_done
from underround.cli.run import ConfigPath, Quiet
from underround.matching.candidates import TOP
from underround.matching.catalog import Catalog
from underround.matching.finding import Adjudicator
from underround.matching.pair_merge import merge_pair_file, places, wanted
from underround.matching.review import ReviewDesk
from underround.matching.tables import write_report

REPORT: Final = Path("data/match-report.md")
SIMULATED_REPORT: Final = Path("data/simulated-match-report.md")
SIMULATED_PAIRS: Final = Path("data/simulated-pairs.toml")


def match(
    *,
    pairs: Annotated[Path | None, Parameter(help="judge the proposed pairs of this CSV")] = None,
    poly: Annotated[Path | None, Parameter(help="Polymarket listings (CSV)")] = None,
    kalshi: Annotated[Path | None, Parameter(help="Kalshi listings (CSV)")] = None,
    out: Annotated[Path | None, Parameter(help="the CSV to write; needed with files")] = None,
    report: Annotated[
        Path | None, Parameter(help="a page to read, or as .csv every verdict with its checks")
    ] = None,
    write_pairs: Annotated[Path | None, Parameter(help="the accepted as a pairs file")] = None,
    catalog: Annotated[
        Path | None, Parameter(help="keep markets and pairs for review in this file (SQLite)")
    ] = None,
    top: Annotated[int, Parameter(validator=Number(gte=1, lte=500))] = TOP,
    embeddings: Annotated[
        Path | None, Parameter(help="also propose pairs by meaning: the folder of a BERT model")
    ] = None,
    llm_endpoint: Annotated[
        str | None, Parameter(help="ask a language model about accepted pairs, at this URL")
    ] = None,
    llm_model: Annotated[str | None, Parameter(help="the model to ask for there")] = None,
    simulated: Annotated[
        bool, Parameter(negative=(), help="on simulated venues on this machine")
    ] = False,
    seed: Annotated[int, Parameter(help="the simulated world")] = 7,
    config: ConfigPath = None,
    json: Annotated[bool, Parameter(negative=())] = False,
    quiet: Quiet = False,
) -> None:
    """Find the markets that are the same bet, live or in files, or judge proposed pairs.

    Without files it asks both venues for all that is open, judges what is new or changed since
    the last time, and brings the pairs file up to date; entries and answers of a person stay. With
    files it reads them only: no network, no key. A pair is accepted when every check passes; one
    failed check refuses it, and what cannot be decided goes to a person
    (`underround pairs review`).

    Parameters
    ----------
    top
        How many Kalshi markets are judged for each Polymarket side.
    llm_endpoint
        Any endpoint of the OpenAI chat form. The model may refuse a pair or send it to review,
        never approve one. Needs --llm-model, and with files --catalog, where every question and
        answer is kept; a key is read from UNDERROUND_LLM_KEY.
    json
        Write one JSON object to stdout and nothing else.
    """
    llm = (llm_endpoint, llm_model)
    if pairs is None and poly is None and kalshi is None:
        if embeddings is not None:
            raise CycloptsError(msg="--embeddings needs files: --poly and --kalshi")
        given = (catalog, write_pairs, report)
        world = seed if simulated else None
        with matching(quiet=quiet):
            summary = _live(load_config(config, os.environ), given, out, top, llm, world)
    else:
        if simulated:
            raise CycloptsError(msg="--simulated lists markets itself; leave the files out")
        files = _Files(pairs, poly, kalshi, embeddings)
        with matching(quiet=quiet):
            summary = _over_files(files, (out, catalog, write_pairs, report), top, llm)
    if json:
        write_json(summary)
    else:
        _show(summary)


class _Files(NamedTuple):
    """What was given to read."""

    pairs: Path | None
    poly: Path | None
    kalshi: Path | None
    embeddings: Path | None


def _live(
    config: Config,
    given: tuple[Path | None, Path | None, Path | None],
    out: Path | None,
    top: int,
    llm: tuple[str | None, str | None],
    seed: int | None,
) -> dict[str, Any]:
    """Do one round on the configured venues; with a seed on simulated ones, all files apart."""
    catalog, pairs, report = given
    kept: Path | str = catalog or (":memory:" if seed is not None else config.storage.catalog)
    named = SIMULATED_PAIRS if seed is not None else Path(config.pairs)
    with ExitStack() as stack:
        opened = stack.enter_context(Catalog(kept))
        request = MatchRequest(
            pairs=pairs or named,
            report=report or (SIMULATED_REPORT if seed is not None else REPORT),
            out=out,
            top=top,
            second=_second_opinion(stack, llm, opened),
        )
        found: dict[str, Any] = run_until_done(
            match_live(opened, config, request)
            if seed is None
            else match_simulated(opened, seed, request)
        )
    return found | {"catalog": str(kept)}


def _over_files(
    files: _Files,
    written: tuple[Path | None, Path | None, Path | None, Path | None],
    top: int,
    llm: tuple[str | None, str | None],
) -> dict[str, Any]:
    pairs, poly, kalshi, embeddings = files
    out, catalog, write_pairs, report = written
    if (pairs is None) == (poly is None and kalshi is None) or (poly is None) != (kalshi is None):
        raise CycloptsError(msg="give either --pairs, or --poly and --kalshi, or no file at all")
    if out is None:
        raise CycloptsError(msg="--out is missing: the CSV to write")
    with ExitStack() as stack:
        kept = stack.enter_context(Catalog(catalog)) if catalog is not None else None
        second = _second_opinion(stack, llm, kept)
        if pairs is not None:
            verdicts, summary = judge_file(pairs, out, second)
        else:
            assert poly is not None
            assert kalshi is not None
            verdicts, summary = find_in_files(poly, kalshi, out, top, second, embeddings)
        if kept is not None:
            summary |= {"proposed": keep(kept, verdicts), "catalog": str(catalog)}
        if write_pairs is not None:
            known = wanted(verdicts) if kept is None else places(ReviewDesk(kept))
            merged = merge_pair_file(write_pairs, known)
            summary["pairs_written"] = len(merged.added)
            summary["pairs_file"] = str(write_pairs)
    if report is not None:
        write_report(report, verdicts)
        summary["report"] = str(report)
    return summary


def _second_opinion(
    stack: ExitStack, llm: tuple[str | None, str | None], catalog: Catalog | None
) -> Adjudicator | None:
    """The language model to ask, or None: it is off unless an endpoint is named."""
    url, model = llm
    if url is None and model is None:
        return None
    if url is None or model is None or catalog is None:
        raise CycloptsError(msg="--llm-endpoint, --llm-model and --catalog belong together")
    import httpx

    from underround.matching.adjudication import Endpoint, adjudicator

    endpoint = Endpoint(url=url, model=model, key=os.environ.get("UNDERROUND_LLM_KEY", ""))
    client = stack.enter_context(httpx.Client())
    return adjudicator(endpoint, client, lambda opinion: catalog.keep_opinion(opinion, wall_ns()))


def _show(summary: dict[str, Any]) -> None:
    for name, value in summary.items():
        if isinstance(value, int | str):
            write_line(f"{name.replace('_', ' '):16} {value}")
    for name in summary.get("missing_columns", ()):
        write_line(f"no column {name!r}: judged without it")
    for row in summary.get("skipped_rows", ())[:SHOWN_SKIPPED]:
        write_line(f"left out: line {row['line']}: {row['name'] or '(no name)'}: {row['reason']}")
    for market in summary.get("skipped_markets", ())[:SHOWN_SKIPPED]:
        write_line(f"left out: {market['venue']} {market['name']}: {market['reason']}")
    for name in summary.get("suspended_now", ()):
        write_line(f"suspended: {name}: its rules changed; look at it with pairs review")
