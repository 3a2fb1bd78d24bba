"""`underround calibration`: how well our probabilities did. Prints; scores nothing itself."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import CycloptsError, Parameter
from cyclopts.types import ExistingFile, ExistingPath, PositiveInt

from underround.app.bitcoin.calibration import LEAST_WINDOWS
from underround.app.bitcoin.calibration_report import calibration_report, report_lines, scores_of
from underround.app.bitcoin.history_files import history_of
from underround.app.bitcoin.reliability_plot import reliability_svg
from underround.app.bitcoin.window_decisions import decisions_of
from underround.app.output import write_json, write_line
from underround.cli.run import Json


def calibration(
    *files: Annotated[ExistingPath, Parameter(help="session files or recordings")],
    strikes: Annotated[
        ExistingFile | None, Parameter(help="CSV of windows, in place of FILES")
    ] = None,
    prices: Annotated[
        ExistingFile | None, Parameter(help="CSV of prices by second, with --strikes")
    ] = None,
    plot: Annotated[Path | None, Parameter(help="write the reliability plot, an SVG")] = None,
    least_windows: Annotated[
        PositiveInt, Parameter(help="closed windows before a correction is fitted")
    ] = LEAST_WINDOWS,
    json: Json = False,
) -> None:
    """Score the probabilities of windows that were resolved, against the market's own mid.

    Session files are taken as they are; recordings are replayed by the program as it is now. A
    logistic correction, and a boosted one where scikit-learn is installed, are tried walk-forward.
    """
    if bool(files) == (strikes is not None):
        raise CycloptsError(msg="name FILES, or --strikes CSV with --prices CSV")
    if (strikes is None) != (prices is None):
        raise CycloptsError(msg="--strikes and --prices belong together")
    if strikes is not None and prices is not None:
        decisions = history_of(strikes, prices)
    else:
        decisions = decisions_of(files)
    report: dict[str, Any] = calibration_report(decisions, least_windows)
    if plot is not None:
        title = f"Said and happened in {report['windows']} windows"
        plot.write_text(reliability_svg(scores_of(decisions), title), encoding="utf-8")
    if json:
        write_json(report | {"plot": None if plot is None else str(plot)})
        return
    for line in report_lines(report):
        write_line(line)
    if plot is not None:
        write_line(f"wrote {plot}")
