"""Books written down in a JSON file, priced by the index method under any reading.

The way to check the method by hand or against another implementation: no sockets, no times, so
no exclusion by age. May not print; `cli/brti.py` does.
"""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from underround.core.windows.index import IndexCalculator, IndexValue
from underround.core.windows.index_parameters import (
    PARAMETERS,
    CapReading,
    IndexParameters,
    LambdaReading,
    SampleReading,
    with_reading,
    with_switch,
)
from underround.core.windows.spot_event import Asset, Level, SpotSnapshot
from underround.core.windows.spot_units import parse_e8

Report = dict[str, Any]

_DECODER = msgspec.json.Decoder(float_hook=Decimal)  # digits as written, not as a double has them


def price_books(content: bytes, *, reading: str = "", every_reading: bool = False) -> Report:
    """Return the index of the books in a JSON text, as a JSON-ready report.

    The text is one example {"params": …, "venues": {name: {"bids": [[price, size]…], "asks": …}}}
    or an object of named examples; the report mirrors that. `reading` overrides the switches of the
    text; with `every_reading`, or where an example lists "results_by_reading", each reading is
    reported under its name. Raises ValueError that says what is wrong and where.
    """
    try:
        document = _DECODER.decode(content)
    except msgspec.DecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise ValueError('expected an object with "venues"')
    if "venues" in document:
        return _report(document, "", reading, every_reading)
    examples = {
        name: _report(example, f"{name}: ", reading, every_reading)
        for name, example in document.items()
        if isinstance(example, dict) and "venues" in example
    }
    if not examples:
        raise ValueError('no "venues" found: expected {"params": {…}, "venues": {NAME: …}}')
    return examples


def _report(example: dict[str, Any], where: str, reading: str, every_reading: bool) -> Report:
    try:
        parameters = with_reading(_parameters(example.get("params") or {}), reading)
        books = _books(example["venues"])
        listed = example.get("results_by_reading") or {}
        report = describe(_price(books, parameters), parameters)
        names = every_reading_name() if every_reading else tuple(listed)
        if names:
            by_reading = {name: with_reading(parameters, name) for name in names}
            report["results_by_reading"] = {
                name: describe(_price(books, switched), switched)
                for name, switched in by_reading.items()
            }
    except ValueError as error:
        raise ValueError(f"{where}{error}") from None
    return report


def describe(value: IndexValue, parameters: IndexParameters) -> Report:
    """Return a calculation as JSON-ready values; dollars and coins, `index` unrounded."""
    cents = value.published_cents
    return {
        "index": value.index,
        "published": None if cents is None else cents / 100,
        "utilized_depth": value.mid.utilized_depth if value.mid else None,
        "cap": value.cap.cap if value.cap else None,
        "lambda": value.mid.decay if value.mid else None,
        "reading": parameters.reading,
        "quality": str(value.quality),
        "used": list(value.used),
        "refused": {
            name: {"reason": str(refusal.reason), "detail": refusal.detail}
            for name, refusal in value.refused.items()
        },
        "failure": value.failure,
    }


def every_reading_name() -> tuple[str, ...]:
    """Return the names of all combinations of the undecided readings."""
    return tuple(
        IndexParameters(lambda_reading=law, cap=cap, sample=sample).reading
        for law in LambdaReading
        for cap in CapReading
        for sample in SampleReading
    )


def _price(books: list[SpotSnapshot], parameters: IndexParameters) -> IndexValue:
    names = tuple(book.exchange for book in books)
    calculator = IndexCalculator(replace(parameters, constituents=names))
    for book in books:
        calculator.apply(book)
    return calculator.calculate(None)


def _parameters(params: Any) -> IndexParameters:
    if not isinstance(params, dict):
        raise ValueError("params: expected an object")
    asset = str(params.get("asset", Asset.BTC))
    if asset not in set(Asset):
        raise ValueError(f"params.asset: {asset!r} is not one of {', '.join(Asset)}")
    parameters = PARAMETERS[Asset(asset)]
    for name, value in params.items():
        try:
            if name == "s":
                parameters = replace(parameters, step_e8=_positive(parse_e8(value)))
            elif name == "D":
                limit_e9 = round(Decimal(str(value)) * 1_000_000_000)
                parameters = replace(parameters, spread_limit_e9=_positive(limit_e9))
            elif name == "reading":
                parameters = with_reading(parameters, str(value))
            elif name != "asset":
                parameters = with_switch(parameters, name, str(value))
        except (ValueError, ArithmeticError) as error:
            reason = error if isinstance(error, ValueError) else f"{value!r} is not a number"
            raise ValueError(f"params.{name}: {reason}") from None
    return parameters


def _positive(number: int) -> int:
    if number <= 0:
        raise ValueError("must be above 0")
    return number


def _books(venues: Any) -> list[SpotSnapshot]:
    if not isinstance(venues, dict) or not venues:
        raise ValueError("venues: expected an object with at least one venue")
    books = []
    for name, sides in venues.items():
        if not isinstance(sides, dict):
            raise ValueError(f'venues.{name}: expected {{"bids": […], "asks": […]}}')
        levels = [
            _levels(sides.get(side, []), f"venues.{name}.{side}") for side in ("bids", "asks")
        ]
        books.append(SpotSnapshot(name, levels[0], levels[1], 0))
    return books


def _levels(rows: Any, where: str) -> list[Level]:
    if not isinstance(rows, list):
        raise ValueError(f"{where}: expected a list of [price, size]")
    levels = []
    for place, row in enumerate(rows):
        if not isinstance(row, list) or len(row) < 2:
            raise ValueError(f"{where}[{place}]: expected [price, size]")
        try:
            price_e8, size_e8 = parse_e8(row[0]), parse_e8(row[1])
        except ValueError:
            continue  # the method drops an entry that is not numeric …
        if price_e8 > 0 and size_e8 > 0:  # … or not above zero
            levels.append((price_e8, size_e8))
    return levels
