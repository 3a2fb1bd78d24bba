"""`underround check`: the guide's test for a person. Prints; judges nothing itself."""

from typing import Annotated, Any

from cyclopts import Parameter

from underround.app.bitcoin.check import BUDGET, check_bitcoin
from underround.app.bitcoin.session import BitcoinRequest
from underround.app.logs import log_to_stderr
from underround.app.output import write_json, write_line
from underround.app.stopping import run_until_done
from underround.cli.errors import ExitCode
from underround.cli.pipeline import Fault, Seed, Simulated, checked, positive_seconds
from underround.cli.run import ConfigPath, Json, KalshiEnvironment, Verbose, environment_flags

DEFAULT_SECONDS = "30"


def check(
    seconds: Annotated[str, Parameter(help="how long to measure")] = DEFAULT_SECONDS,
    /,
    *,
    simulated: Simulated = False,
    seed: Seed = 7,
    fault: Fault = (),
    config: ConfigPath = None,
    kalshi_env: KalshiEnvironment = None,
    json: Json = False,
    verbose: Verbose = False,
) -> int:
    """Test connections, latency and data quality against the guide's limits.

    Exits with 1 when something fails, naming it and what to do. Without a Kalshi key its books are
    read over REST: the socket needs a key.
    """
    duration_s = positive_seconds(seconds)
    log_to_stderr(verbose=verbose)
    request = BitcoinRequest(
        seconds=duration_s,
        simulated=simulated,
        seed=seed,
        faults=checked(fault, simulated),
        config_path=config,
        flags=environment_flags(kalshi_env),
        shows=False,
        records=False,
    )
    if not json:
        write_line(f"measuring for {duration_s:g} s …")
    result = run_until_done(check_bitcoin(request))
    if json:
        write_json(result)
    else:
        for line in lines_of(result):
            write_line(line)
    return ExitCode.OK if result["passed"] else ExitCode.FAILED


def lines_of(result: dict[str, Any]) -> list[str]:
    """Return the guide's lines for a person."""
    budget = result["budget"]
    lines = ["", "TEST 1: WebSocket Connection", *_connection_lines(result)]
    lines += ["", "TEST 2: Latency Measurement"]
    kalshi = "Kalshi WebSocket:" if result["has_key"] else "Kalshi REST (its socket needs a key):"
    lines += [kalshi, _latency_line(budget["kalshi"])]
    lines += ["BRTI Proxy:", _latency_line(budget["brti"])]
    for name, each in result["feeds"].items():
        lines.append(
            f"  {name:20} p50 {_ms(each['p50_ms'])}  p90 {_ms(each['p90_ms'])}  "
            f"p99 {_ms(each['p99_ms'])}  {each['messages']} messages"
        )
    offset_ms = result["clock_offset_ms"]
    if offset_ms is not None:
        lines.append(f"  clock: at most {offset_ms:.1f} ms off the venues'")
    lines += ["", "TEST 3: Limits"]
    for name, each in budget.items():
        unit = BUDGET[name].unit
        value = "not measured" if each["value"] is None else f"{each['value']:g}{unit}"
        lines.append(
            f"{_mark(each['ok'])} {BUDGET[name].label}: {value} (limit {each['limit']:g}{unit})"
        )
    quality = ", ".join(f"{name} {count}" for name, count in result["quality"].items())
    lines += ["", "TEST 4: Data Quality", f"  {quality}", _index_line(result["brti"])]
    lines += ["", "TEST 5: REST against WebSocket", *_comparison_lines(result)]
    lines.append("")
    for problem in result["problems"]:
        lines.append(f"❌ {problem['where']}: {problem['what']}. {problem['do']}")
    lines.append("✅ All tests passed" if result["passed"] else "❌ Failed: see above")
    return lines


def _connection_lines(result: dict[str, Any]) -> list[str]:
    if not result["has_key"]:
        return ["⚠️ no Kalshi key: the WebSocket needs one, its books are polled over REST"]
    first_s = result["first_message_s"]
    if first_s is None:
        return ["❌ No message received"]
    return [
        "✅ Connection successful",
        "✅ Subscription successful",
        f"✅ Received first message after {first_s:.1f}s",
    ]


def _latency_line(each: dict[str, Any]) -> str:
    if each["value"] is None:
        return "  nothing was measured ❌"
    return (
        f"  Avg latency: {each['value']:.0f}ms {_mark(each['ok'])}  "
        f"(p50 {_ms(each['p50'])}, p90 {_ms(each['p90'])}, p99 {_ms(each['p99'])})"
    )


def _index_line(brti: dict[str, Any]) -> str:
    value = "none" if brti["last"] is None else f"${brti['last']:,.2f}"
    line = f"  BRTI {value}, {brti['quality']}: {len(brti['used'])} venues, {brti['prints']} prints"
    official = brti["official"]
    if official is not None:
        line += f"; official value {official['mean']:+.2f} ± {official['sd']:.2f} USD away"
    return line


def _comparison_lines(result: dict[str, Any]) -> list[str]:
    compared = result["rest_against_websocket"]
    if compared["rest_round_trip_ms"] is None:
        return ["  REST was not reached"]
    lines = [
        f"  REST: {_ms(compared['rest_round_trip_ms'])} a read; asked every 20 s a price is "
        f"{_ms(compared['rest_every_20s_ms'])} old on average"
    ]
    if compared["ratio"] is not None:
        lines.append(
            f"  WebSocket: {_ms(compared['websocket_ms'])}: {compared['ratio']:g} times fresher"
        )
    return lines


def _mark(is_ok: bool) -> str:
    return "✅" if is_ok else "❌"


def _ms(value: float | None) -> str:
    return "--" if value is None else f"{value:.1f}ms"
