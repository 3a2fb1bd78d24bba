"""`underround faults`: what goes wrong at the venues, done on purpose, and what it cost."""

from typing import Annotated, Any

from cyclopts import App, Parameter

from underround.app.logs import log_to_stderr
from underround.app.output import write_json, write_line
from underround.app.simulated.fault_trial import chosen, meets_targets, run_trials
from underround.app.stopping import run_until_done
from underround.cli.errors import ExitCode
from underround.core.errors import UnusableError


def _known(_type: object, names: list[str] | None) -> None:
    """Refuse names of faults that there are not, as wrong usage."""
    try:
        chosen(names or ())
    except UnusableError as error:
        raise ValueError(str(error)) from None


app = App(name="faults", help="Try the program out against faults of the venues.")
Names = Annotated[
    list[str] | None,
    Parameter(negative=(), validator=_known, help="only the faults of these names"),
]
_COLUMNS = "{:22} {:>6} {:>8} {:>6} {:>9} {:>9}  {}"


@app.command(name="market-data")
def market_data(
    *,
    seed: Annotated[int, Parameter(help="the venues' history")] = 7,
    only: Names = None,
    json: Annotated[bool, Parameter(negative=())] = False,
    verbose: Annotated[bool, Parameter(negative=(), help="log what the runs say")] = False,
) -> int:
    """Run against simulated venues whose market data goes wrong in every known way.

    For each fault: whether all books ended equal to the venue's own, for how many seconds a book
    that was wrong beyond its limit could still have carried a signal, how many signals the
    venue's ledger denies, how long it took to notice and to be right again. Exits with 1 when a
    book ended wrong, was ever tradable while wrong, or a signal was false.

    Parameters
    ----------
    json
        Write one JSON object to stdout and nothing else.
    """
    cases = chosen(only or ())
    if verbose:
        log_to_stderr()
    if not json:
        write_line(_COLUMNS.format("fault", "equal", "stale", "false", "noticed", "right", ""))
    result = run_until_done(run_trials(cases, seed, None if json else _show))
    if json:
        write_json(result)
    else:
        missed = result["missed"]
        verdict = f"missed: {', '.join(missed)}" if missed else "every target held"
        write_line(f"\n{len(result['faults'])} faults in {result['seconds']} s, {verdict}")
    return ExitCode.FAILED if result["missed"] else ExitCode.OK


def _show(row: dict[str, Any]) -> None:
    write_line(
        _COLUMNS.format(
            row["fault"],
            "yes" if row["books_equal"] else "NO",
            f"{row['stale_tradable_s']:.2f} s",
            row["false_signals"],
            _seconds(row["detect_s"]),
            _seconds(row["recover_s"]),
            row["reaction"] if meets_targets(row) else f"MISSED {row['why'][:3]}",
        ).rstrip()
    )


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f} s"
