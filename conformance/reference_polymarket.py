"""The reference's reading of Polymarket's market channel, from the protocol's facts alone.

A frame is read whole or not at all. Imports nothing of the product.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.cases import RestAnswer
from conformance.reference_book import ASK, BID, Levels, ReferenceBook, parse_price, parse_size

if TYPE_CHECKING:
    from conformance.reference import Connection, Reference

SIDES = {"BUY": BID, "SELL": ASK}


class PolymarketWire:
    """What frames and answers mean; books and states are the reference's."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    def heard(self, connection: Connection, frame: bytes) -> bool:
        """Act on one frame; tell whether it proves that data flows."""
        text = frame.strip()
        if text in (b"PONG", b"PING"):
            return False
        if text == b"INVALID OPERATION":
            self.reference.reject(())
            return True
        try:
            parsed = json.loads(frame.decode("utf-8"))
        except (ValueError, RecursionError):
            self.reference.reject(connection.books.values())
            return True
        messages = parsed if isinstance(parsed, list) else [parsed]
        try:
            actions = [self._read(message) for message in messages]
        except (ValueError, KeyError, TypeError, AttributeError):
            named = {token for message in messages for token in _tokens(message)}
            books = self.reference.books
            self.reference.reject([books[each] for each in sorted(named & set(books))])
            return True
        for action in actions:
            if action is not None:
                action(connection)
        return any(action is not None for action in actions)

    def answered(self, connection: Connection, answer: RestAnswer) -> None:
        """Act on the answer of `/book` or `/books`."""
        reference = self.reference
        try:
            parsed = json.loads(answer.body)
            bodies = parsed if isinstance(parsed, list) else [parsed]
            images = [(b["asset_id"], *_book(b)) for b in bodies if "asset_id" in b]
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        given = {token for token, *_ in images}
        for name in answer.instruments:
            if name not in given:
                reference.answered(reference.books[name], answer.why)
        for token, levels, time, tick in images:
            book = reference.books.get(token)
            if book is None:
                reference.counters["unknown"] += 1
                continue
            reference.answered(book, answer.why)
            self._take_image(book, levels, time, tick, answer)

    def _take_image(
        self,
        book: ReferenceBook,
        levels: Levels,
        time: int,
        tick: Decimal | None,
        answer: RestAnswer,
    ) -> None:
        reference = self.reference
        if answer.why == "verify" and book.state in ("live", "stale", "suspect"):
            if book.updated_ms > answer.asked_at_ms:
                return
            if book.has_top(levels):
                book.proven_ms = reference.now_ms
                reference.judge(book, "proven")
                return
            if time < book.time:
                reference.counters["late"] += 1
                return
            reference.judge(book, "gap")
        elif book.state == "live":
            return
        elif answer.asked_at_ms < book.since_ms:
            reference.heal(book)
            return
        if book.has_snapshot and time < book.time:
            self._merge(book, levels, time)
        else:
            self._replace(book, levels, time, tick)
        book.proven_ms = reference.now_ms

    def _merge(self, book: ReferenceBook, levels: Levels, time: int) -> None:
        """Take an image over with the changes later than it on top: sizes are absolute."""
        if time < book.snapshot_time:
            self._count("late")
            return
        self.reference.fill(book, levels)
        book.snapshot_time = time
        for _, side, price, size in sorted(each for each in book.changes if each[0] > time):
            book.set(side, price, size)
        self.reference.note_whole(book)

    def _read(self, message: dict[str, Any]) -> Any:
        kind = message.get("event_type")
        if kind == "book":
            token, image = message["asset_id"], _book(message)
            return lambda connection: self._book(connection, token, *image)
        if kind == "price_change":
            entries, time = _changes(message), int(message["timestamp"])
            return lambda connection: self._change(entries, time)
        if kind == "last_trade_price":
            parse_price(message["price"])
            parse_size(message["size"])
            return lambda connection: self._count("trades")
        if kind == "tick_size_change":
            token, tick = message["asset_id"], _tick(message["new_tick_size"])
            return lambda connection: self._retick(token, tick)
        if kind == "market_resolved":
            tokens = list(message["assets_ids"])
            return lambda connection: self._resolve(tokens)
        if kind == "best_bid_ask":
            return lambda connection: self._claim(message)
        if kind == "new_market":
            return lambda connection: None
        return lambda connection: self.reference.reject(())

    def _claim(self, message: dict[str, Any]) -> None:
        book = self.reference.books.get(message["asset_id"])
        if book is not None and book.has_snapshot:
            time = int(message["timestamp"]) if message["timestamp"] else None
            best = message["best_bid"] or "0", message["best_ask"] or "1"
            book.top_claim = (self.reference.now_ms, time, *best)

    def _count(self, name: str) -> None:
        self.reference.counters[name] += 1

    def _book(
        self, connection: Connection, token: str, levels: Levels, time: int, tick: Decimal | None
    ) -> None:
        book = self.reference.books.get(token)
        if book is None:
            self._count("unknown")
        else:
            self._replace(book, levels, time, tick)

    def _replace(
        self, book: ReferenceBook, levels: Levels, time: int, tick: Decimal | None
    ) -> None:
        if book.has_snapshot and time < book.time:
            self._count("late")
            return
        book.time = book.snapshot_time = time
        if book.claims is not None and book.claims[0] <= time:
            book.claims = None
        if tick is not None:
            book.set_grid([(Decimal(0), Decimal(10_000), tick * 10_000)])
        self.reference.replaced(book, levels)

    def _change(self, entries: list[Any], time: int) -> None:
        for token, side, price, size, bid, ask in entries:
            book = self.reference.books.get(token)
            if book is None or not book.has_snapshot:
                self._count("ignored")
                continue
            if not book.is_on_grid(price):
                self._count("off_grid")
                if not 0 < price < 1:
                    self.reference.lose([book])
                    continue
                book.refine()
                self.reference.judge(book, "contradicted")
            if time < book.time:
                self._count("late")
                if time < book.snapshot_time or book.is_overtaken(time, side, price):
                    continue
            else:
                book.time = time
                if time > book.snapshot_time:
                    book.claims = (time, bid, ask)
            book.changes.append((time, side, price, size))
            book.set(side, price, size)
            book.updated_ms = self.reference.now_ms

    def _retick(self, token: str, tick: Decimal) -> None:
        book = self.reference.books.get(token)
        if book is None:
            self._count("unknown")
            return
        ranges = [(Decimal(0), Decimal(10_000), tick * 10_000)]
        if book.ranges_e4 != ranges:
            book.set_grid(ranges)
            self.reference.judge(book, "grid_changed")
            self.reference.heal(book)

    def _resolve(self, tokens: list[str]) -> None:
        for token in tokens:
            if token in self.reference.books:
                self.reference.books[token].is_closed = True


def _changes(message: dict[str, Any]) -> list[Any]:
    """Read the entries of today's form, or of the one before 15 September 2025."""
    entries = message.get("price_changes")
    if entries is None:
        token = message["asset_id"]
        entries = [{**entry, "asset_id": token} for entry in message["changes"]]
    read = []
    for entry in entries:
        price, size = parse_price(entry["price"]), parse_size(entry["size"])
        claims = entry.get("best_bid") or "", entry.get("best_ask") or ""
        read.append((entry["asset_id"], SIDES[entry["side"]], price, size, *claims))
    return read


def _book(message: dict[str, Any]) -> tuple[Levels, int, Decimal | None]:
    levels: Levels = {}
    for side, key in ((BID, "bids"), (ASK, "asks")):
        levels[side] = [
            (parse_price(level["price"]), parse_size(level["size"])) for level in message[key]
        ]
    tick = message.get("tick_size")
    return levels, int(message["timestamp"]), _tick(tick) if tick else None


def _tick(text: str) -> Decimal:
    tick = parse_price(text)
    if not Decimal("0.0001") <= tick <= Decimal("0.1"):
        raise ValueError(f"tick size {text}")
    return tick


def _tokens(message: object) -> set[str]:
    """Name the tokens that an unreadable message was about."""
    if not isinstance(message, dict):
        return set()
    entries = message.get("price_changes")
    parts = [message, *(entries if isinstance(entries, list) else [])]
    found = {part.get("asset_id") for part in parts if isinstance(part, dict)}
    return {token for token in found if isinstance(token, str)}
