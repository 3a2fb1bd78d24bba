"""`underround brti`: the real-time index, live, streamed, of given books, or fitted to it."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.types import ExistingFile, ExistingPath

from underround.app.bitcoin.guide_lines import INDEX_NAMES
from underround.app.bitcoin.index_books import price_books
from underround.app.bitcoin.index_calibration import Calibration, Fit
from underround.app.bitcoin.index_stream import StreamRequest, stream_index
from underround.app.bitcoin.session import BitcoinRequest
from underround.app.logs import log_to_stderr
from underround.app.output import write_json, write_line
from underround.app.stopping import run_until_done
from underround.cli.errors import ExitCode
from underround.cli.pipeline import Fault, Seed, Simulated, checked, positive_seconds
from underround.cli.run import ConfigPath, Json, KalshiEnvironment, Verbose, environment_flags
from underround.core.errors import ConfigError
from underround.core.windows.spot_event import Asset

WhichAsset = Annotated[Asset, Parameter(help="whose index")]

app = App(name="brti", help="Calculate the real-time index of the constituents' order books.")


@app.default
def brti(
    *,
    books: ExistingFile | None = None,
    reading: str = "",
    every_reading: bool = False,
    asset: WhichAsset = Asset.BTC,
    simulated: Simulated = False,
    seed: Seed = 7,
    fault: Fault = (),
    config: ConfigPath = None,
    kalshi_env: KalshiEnvironment = None,
    json: Json = False,
    verbose: Verbose = False,
) -> int:
    """Calculate the CME CF real-time index once: live, or of books in a JSON file.

    Live it reads the constituents' public order books; no key is needed. With a Kalshi key the
    official value is shown beside it.

    Parameters
    ----------
    books
        JSON file: {"params": {…}, "venues": {NAME: {"bids": [[price, size]…], "asks": […]}}}.
    reading
        Switches of the undecided readings, e.g. "lambda=1/0.37;cap=per_level;sample=min50".
    every_reading
        Report every combination of the undecided readings (of a file).
    """
    if books is not None:
        return _of_file(books, reading, every_reading, json)
    log_to_stderr(verbose=verbose)
    flags: dict[str, Any] = environment_flags(kalshi_env)
    if reading:
        flags["bitcoin"] = {"reading": reading}
    request = BitcoinRequest(
        simulated=simulated,
        seed=seed,
        faults=checked(fault, simulated),
        config_path=config,
        flags=flags,
    )
    result = run_until_done(stream_index(StreamRequest(venues=request, asset=asset), _silent))
    [value] = result["values"]
    if json:
        write_json(value)
    else:
        for line in [_line(value), *_detail_lines(value)]:
            write_line(line)
    return ExitCode.OK if value["index"] is not None else ExitCode.FAILED


@app.command
def stream(
    every: Annotated[str, Parameter(help="seconds between values")] = "5",
    minutes: Annotated[str | None, Parameter(help="end by itself after so many minutes")] = None,
    /,
    *,
    asset: WhichAsset = Asset.BTC,
    simulated: Simulated = False,
    seed: Seed = 7,
    fault: Fault = (),
    recording: Annotated[Path | None, Parameter(help="record into this new folder")] = None,
    config: ConfigPath = None,
    kalshi_env: KalshiEnvironment = None,
    json: Json = False,
    verbose: Verbose = False,
) -> int:
    """Show the index every few seconds: `stream 5`, or for ten minutes `stream 5 10`.

    Ctrl+C stops. With --json all values are written at the end, as one object.
    """
    every_s = positive_seconds(every)
    seconds = None if minutes is None else positive_seconds(minutes) * 60
    log_to_stderr(verbose=verbose)
    request = BitcoinRequest(
        simulated=simulated,
        seed=seed,
        faults=checked(fault, simulated),
        config_path=config,
        flags=environment_flags(kalshi_env),
    )
    stream_request = StreamRequest(
        venues=request, every_s=every_s, seconds=seconds, recording=recording, asset=asset
    )
    result = run_until_done(stream_index(stream_request, _silent if json else _tell))
    if json:
        write_json(result)
    elif result["official"] is not None:
        figures = result["official"]
        write_line(
            f"against the official value over {figures['prints']} prints: mean "
            f"{figures['mean']:+.2f}, sd {figures['sd']:.2f}, largest {figures['largest']:.2f} USD"
        )
    has_any = any(value["index"] is not None for value in result["values"])
    return ExitCode.OK if has_any else ExitCode.FAILED


@app.command
def calibrate(
    recording: ExistingPath,
    /,
    *,
    asset: Asset = Asset.BTC,
    json: Json = False,
) -> None:
    """Fit the index's undecided readings to the official values in a recording.

    Needs a recording made with a Kalshi key (`pipeline`, or `brti stream --recording`). A reading
    that is better beyond chance goes into the configuration: `[bitcoin] reading = "…"`.
    """
    calibration = Calibration(asset)
    calibration.run(recording)
    fits = calibration.fits()
    if json:
        change = fits[0].reading if fits[0].is_distinct else None
        best = {"best": fits[0].reading, "change_to": change}
        write_json(best | {"readings": [_fit(fit) for fit in fits]})
        return
    write_line("  rms      mean      sd        prints  reading")
    for fit in fits:
        mark = " (in use)" if fit.is_in_use else ""
        figures = f"{fit.rms:8.4f} {fit.mean:+9.4f} {fit.sd:9.4f} {fit.prints:7}"
        write_line(f"{figures}  {fit.reading}{mark}")
    write_line(_advice(fits[0]))


def _fit(fit: Fit) -> dict[str, Any]:
    return {name: getattr(fit, name) for name in fit.__struct_fields__}


def _advice(best: Fit) -> str:
    """Return what follows from the best fit."""
    if best.is_in_use:
        return "the reading in use fits best"
    if best.is_distinct:
        return f'better beyond chance; set [bitcoin] reading = "{best.reading}"'
    return "no reading is better than the one in use beyond chance; record for longer"


def _silent(value: dict[str, Any]) -> None:
    """Say nothing yet."""


def _tell(value: dict[str, Any]) -> None:
    write_line(_line(value))


def _line(value: dict[str, Any]) -> str:
    """Return one live value as the guide's line."""
    if value["index"] is None:
        return f"no index: {value['failure']}"
    name = INDEX_NAMES[value["asset"]]
    line = f"💰 {name}: ${value['published']:,.2f} ({value['latency_ms']:.0f}ms)"
    if value["official"] is not None and value["difference"] is not None:
        line += f"  official {value['official']:,.2f} (prints differ by {value['difference']:+.2f})"
    left_out = ", ".join(f"{who} {why['reason']}" for who, why in value["refused"].items())
    without = f"; without {left_out}" if left_out else ""
    return f"{line}  {value['quality']}: {len(value['used'])} venues{without}"


def _detail_lines(report: dict[str, Any]) -> list[str]:
    """Return who is in an index and who is not, with the rule and its figures."""
    lines = [f"used: {', '.join(report['used']) or 'none'}; quality {report.get('quality')}"]
    for venue, refusal in report.get("refused", {}).items():
        lines.append(f"refused: {venue}, {refusal['reason']}: {refusal['detail']}")
    return lines


def _of_file(books: Path, reading: str, every_reading: bool, json: bool) -> int:
    try:
        report = price_books(books.read_bytes(), reading=reading, every_reading=every_reading)
    except ValueError as error:
        raise ConfigError(f"{books}: {error}") from None
    if json:
        write_json(report)
    else:
        named = {"": report} if "index" in report else report
        for name, single in named.items():
            for line in _file_lines(name, single):
                write_line(line)
    singles = [report] if "index" in report else list(report.values())
    succeeded = all(single["index"] is not None for single in singles)
    return ExitCode.OK if succeeded else ExitCode.FAILED


def _file_lines(name: str, report: dict[str, Any]) -> list[str]:
    """Return the lines of one example of a file."""
    lines = [name] if name else []
    for reading, single in report.get("results_by_reading", {"": report}).items():
        if single["index"] is None:
            lines.append(f"no index: {single['failure']}")
        else:
            lines.append(
                f"${single['published']:,.2f}  (unrounded {single['index']:.6f}, utilized depth "
                f"{single['utilized_depth']:g}, cap {single['cap']:.6f})  {reading}".rstrip()
            )
    return lines + _detail_lines(report)
