"""Best prices of a Kalshi recording, line by line, the slow way: Decimals in dictionaries.

Written from the protocol alone; takes nothing from the product.
"""

import gzip
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

HEADER = "line,venue,instrument,yes_bid_e4,yes_bid_size_e6,yes_ask_e4,yes_ask_size_e6"
Book = dict[str, dict[Decimal, Decimal]]
"""Bids by price, of "yes" and of "no", each in its own dollars."""


def lines_of(path: Path) -> list[str]:
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    return content.decode(errors="replace").split("\n")


def message_of(line: str) -> dict | None:
    """Take a venue's message out of a line, however it is wrapped; None when there is none."""
    try:
        found = json.loads(line)
        if not isinstance(found, dict):
            return None
        if found.get("dir") == "recv":
            found = json.loads(found["text"])
        elif "raw" in found:
            found = json.loads(found["raw"])
        elif "frame" in found:
            found = found["frame"]
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("msg"), dict) else None


def apply(books: dict[str, Book], message: dict) -> str | None:
    """Apply a message; return the market it may have changed."""
    body = message["msg"]
    ticker = body.get("market_ticker")
    if message.get("type") == "orderbook_snapshot":
        books[ticker] = {
            side: {Decimal(p): Decimal(s) for p, s in body.get(f"{side}_dollars_fp") or ()}
            for side in ("yes", "no")
        }
        return ticker
    if message.get("type") != "orderbook_delta" or ticker not in books:
        return None
    side, price = books[ticker][body["side"]], Decimal(body["price_dollars"])
    side[price] = max(Decimal(0), side.get(price, Decimal(0)) + Decimal(body["delta_fp"]))
    return ticker


def top(book: Book) -> tuple[int | None, ...]:
    """Return bid, its size, ask, its size of YES: an ask is one dollar less the best NO bid."""
    cells: list[int | None] = []
    for side in ("yes", "no"):
        prices = [price for price, size in book[side].items() if size > 0]
        if not prices:
            cells += [None, None]
            continue
        best = max(prices)
        size = book[side][best] * 10**6
        price = (best if side == "yes" else 1 - best) * 10_000
        assert price == int(price)
        assert size == int(size)
        cells += [int(price), int(size)]
    return tuple(cells)


def rows(path: Path) -> Iterator[str]:
    """Yield the rows, without the header."""
    books: dict[str, Book] = {}
    told: dict[str, tuple[int | None, ...]] = {}
    for number, line in enumerate(lines_of(path)):
        message = message_of(line)
        ticker = None if message is None else apply(books, message)
        if ticker is None:
            continue
        now = top(books[ticker])
        if now != told.get(ticker, (None,) * 4):
            told[ticker] = now
            cells = ["" if cell is None else str(cell) for cell in now]
            yield ",".join([str(number), "kalshi", ticker, *cells])
