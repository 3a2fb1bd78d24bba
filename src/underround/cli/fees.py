"""`underround fees`: what an order would cost, step by step; and an audit of what it did cost."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import App, CycloptsError, Parameter

from underround.app.fees.audit import AuditedFill, audit_fills, parse_fee_type, parse_multipliers
from underround.app.fees.quote import POLYMARKET_RATES, quote_kalshi, quote_polymarket
from underround.app.output import write_json, write_line
from underround.core.errors import UnderroundError
from underround.core.fees import BROKER_E6, DIRECT_MEMBER_E6
from underround.core.instrument import Venue
from underround.core.units import parse_price_e4, parse_size_e6
from underround.venues.kalshi.fills import decode_fills

Category = Literal[
    "crypto", "sports", "economics", "culture", "weather", "other",
    "finance", "politics", "tech", "mentions", "geopolitics",
]  # fmt: skip


def _check_price(_: Any, text: str) -> None:
    if not 0 < parse_price_e4(text) < 10_000:
        raise ValueError(f"{text} is not a price between 0 and 1 dollar")


def _check_count(_: Any, text: str) -> None:
    if parse_size_e6(text) == 0:
        raise ValueError("a count of 0 costs nothing")


def _check_multipliers(_: Any, texts: Sequence[str] | None) -> None:
    parse_multipliers([texts] if isinstance(texts, str) else texts or ())


def _check_type(_: Any, text: str | None) -> None:
    if text is not None:
        parse_fee_type(text)


fees = App(name="fees", help="What an order costs in fees, exactly; and whether the venue agrees.")


@fees.default
def quote(
    venue: Venue,
    /,
    *,
    price: Annotated[str, Parameter(validator=_check_price)],
    count: Annotated[str, Parameter(validator=_check_count)],
    series: str | None = None,
    type: Annotated[str | None, Parameter(validator=_check_type)] = None,  # noqa: A002 - the flag
    multiplier: str | None = None,
    category: Category = "crypto",
    rate: str | None = None,
    exponent: int = 1,
    maker: Annotated[bool, Parameter(negative=())] = False,
    broker: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Work out the fee of one fill, step by step. Asks no venue.

    Parameters
    ----------
    venue
        kalshi or polymarket.
    price
        The price of the side bought, in dollars: 0.56.
    count
        Contracts: 100, or 12.5.
    series
        Kalshi: the series whose published terms apply where no flag says otherwise.
    type
        Kalshi: the fee type (quadratic, quadratic_with_maker_fees, …).
    multiplier
        Kalshi: the series' or event's fee multiplier.
    category
        Polymarket: the category whose published rate applies where --rate is not given.
    rate
        Polymarket: the rate of the market's own fee schedule.
    exponent
        Polymarket: the schedule's exponent.
    maker
        The order rested in the book.
    broker
        Kalshi: the account is held through a broker, its balance in whole cents.
    json
        Write one JSON object to stdout and nothing else.
    """
    price_e4, size_e6 = parse_price_e4(price), parse_size_e6(count)
    try:
        if venue is Venue.KALSHI:
            result = quote_kalshi(
                price_e4,
                size_e6,
                series=series,
                fee_type=type,
                multiplier=multiplier,
                is_maker=maker,
                is_broker=broker,
            )
        else:
            result = quote_polymarket(
                price_e4,
                size_e6,
                rate=POLYMARKET_RATES[category] if rate is None else rate,
                exponent=exponent,
                is_maker=maker,
            )
    except ValueError as error:
        raise CycloptsError(msg=str(error)) from None
    _write(result, json)


def _write(result: dict[str, Any], json: bool) -> None:
    if json:
        write_json(result)
        return
    for line in _lines(result):
        write_line(line)


@fees.command
def audit(
    file: Path,
    /,
    *more: Annotated[str, Parameter(validator=_check_multipliers)],
    multiplier: Annotated[
        list[str] | None, Parameter(validator=_check_multipliers, negative=())
    ] = None,
    type: Annotated[str, Parameter(validator=_check_type)] = "quadratic",  # noqa: A002 - the flag
    broker: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Charge every fill of a Kalshi account again and compare with the fee the venue took.

    Parameters
    ----------
    file
        The answer of Kalshi's GET fills, as JSON.
    more
        Further PREFIX=M, so that one --multiplier may be followed by several.
    multiplier
        PREFIX=M: tickers that start with PREFIX have fee multiplier M (else 1). May be repeated;
        the longest matching prefix counts.
    type
        The fee type of every series.
    broker
        The account is held through a broker, its balance in whole cents (else $0.0001).
    json
        Write one JSON object to stdout and nothing else.
    """
    precision_e6 = BROKER_E6 if broker else DIRECT_MEMBER_E6
    try:
        multipliers = parse_multipliers((*(multiplier or ()), *more))
        audited = audit_fills(decode_fills(file.read_bytes()), multipliers, type, precision_e6)
    except ValueError as error:
        raise UnderroundError(f"{file}: {error}") from None
    matches = sum(each.is_match for each in audited)
    if json:
        write_json(
            {
                "fills": [each.as_dict() for each in audited],
                "matches": matches,
                "differences": len(audited) - matches,
            }
        )
        return
    for each in audited:
        write_line(_comparison(each))
    write_line(f"{matches} of {len(audited)} fees met to the last digit")


def _lines(result: Mapping[str, Any], indent: str = "") -> Iterator[str]:
    for name, value in result.items():
        if isinstance(value, Mapping):
            yield f"{indent}{name}:"
            yield from _lines(value, indent + "  ")
        elif value is not None:
            yield f"{indent}{name:{24 - len(indent)}} {value}"


def _comparison(each: AuditedFill) -> str:
    row = each.as_dict()
    verdict = "agrees" if each.is_match else f"differs by {row['difference_usd']}"
    role = "taker" if each.fill.is_taker else "maker"
    return (
        f"{row['ticker']:32} {role} {row['outcome']:3} {row['count']:>10} @ {row['price']:6}"
        f"  ours {row['fee_usd']}  theirs {row['fee_cost']}  {verdict}"
    )
