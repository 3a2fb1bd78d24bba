"""`scripts/test_websocket_stream.py`: the guide's streams tried out, in the guide's words."""

import asyncio
import logging
import sys
from typing import Annotated, Any

from cyclopts import App, Parameter
from cyclopts.validators import Number

from underround.app.output import write_json, write_line
from underround.app.simulated.stream_trial import TOTAL_LIMIT_MS, UPDATE_LIMIT_MS, try_streams
from underround.cli.errors import ExitCode, exit_code_of
from underround.core.errors import VenueError

app = App(
    name="test_websocket_stream.py",
    help="Stream the most traded markets into the price cache, and measure it.",
    exit_on_error=False,
    print_error=False,
    suppress_keyboard_interrupt=False,
    version_flags=[],
    result_action="return_value",
)


@app.default
def stream_trial(
    *,
    seconds: Annotated[float, Parameter(validator=Number(gt=0), help="how long")] = 10.0,
    markets: Annotated[
        int, Parameter(validator=Number(gte=1, lte=1000), help="how many, by 24 h volume")
    ] = 100,
    redis_url: Annotated[
        str | None, Parameter(help="in place of the configured one; memory:// needs no server")
    ] = None,
    json: Annotated[bool, Parameter(negative=(), help="one JSON object on stdout")] = False,
) -> int:
    """Stream Polymarket's most traded markets, and both sides of the configured pairs, for a while.

    Exit code 0 when everything is as the guide promises, 1 when not, 4 without a venue.
    """
    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    logging.getLogger("underround").setLevel(logging.INFO)
    try:
        figures = asyncio.run(try_streams(seconds, markets, redis_url))
    except ConnectionError as error:  # the log has told
        return ExitCode.VENUE if isinstance(error, VenueError) else ExitCode.FAILED
    if json:
        write_json(figures)
    else:
        _show(figures)
    return ExitCode.FAILED if figures["problems"] else ExitCode.OK


def main() -> None:
    """Run the script's command line."""
    sys.exit(exit_code_of(lambda: app(sys.argv[1:])))


def _show(figures: dict[str, Any]) -> None:
    cache, seconds = figures["cache"], figures["seconds"]
    for venue in ("polymarket", "kalshi"):
        if (stats := figures[venue]) is not None:
            messages = stats["messages_processed"]
            write_line(
                f"Messages: {messages} from {venue.title()} ({messages / seconds:.1f} a second, "
                f"{stats['subscribed_markets']} markets)"
            )
    write_line(f"Cached: {cache['total_cached']} markets")
    lag_ms = figures["polymarket"]["lag_ms"]
    if lag_ms["p50"] is not None:
        write_line(_judged("From message to cache", lag_ms, TOTAL_LIMIT_MS))
    write_line(_judged("Cache update and arbitrage check", figures["update_ms"], UPDATE_LIMIT_MS))
    write_line(f"Arbitrage signals: {figures['signals']} (indicative: without fees and sizes)")
    for problem in figures["problems"]:
        write_line(f"❌ {problem}")
    if not figures["problems"]:
        write_line("✅ The streams work")


def _judged(what: str, took_ms: dict[str, float], limit_ms: float) -> str:
    mark = "✅" if took_ms["p50"] <= limit_ms else "❌"
    return (
        f"{what}: {took_ms['p50']:.2f} ms, p99 {took_ms['p99']:.2f} ms "
        f"{mark} (limit {limit_ms:g} ms)"
    )
