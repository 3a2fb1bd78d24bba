"""The reference's reading of Kalshi's order book channel, from the protocol's facts alone.

Everything on the YES scale: a NO bid at q is an ask at 1 − q. Imports nothing of the product.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from conformance.cases import RestAnswer
from conformance.reference_book import (
    ASK,
    BID,
    ONE,
    Levels,
    ReferenceBook,
    parse_price,
    parse_size,
)

if TYPE_CHECKING:
    from conformance.reference import Connection, Reference

TERMINAL = {10, 25}
RANGE = ("start", "end", "step")
BEGAN_S = 1_790_000_000
"""When every case began, in seconds since 1970."""


class KalshiWire:
    """What messages and answers mean; books and states are the reference's."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    def heard(self, connection: Connection, frame: bytes) -> bool:
        """Act on one message; tell whether it proves that data flows."""
        try:
            message = json.loads(frame.decode("utf-8"))
        except (ValueError, RecursionError):
            self.reference.reject(connection.books.values())
            return True
        try:
            return self._act(connection, message)
        except (ValueError, KeyError, TypeError, AttributeError):
            self._reject(connection, message)
            return True

    def _reject(self, connection: Connection, message: object) -> None:
        """Take an unreadable message's number; its market is lost, or all that it may concern."""
        envelope = message if isinstance(message, dict) else {}
        if isinstance(envelope.get("seq"), int) and isinstance(envelope.get("sid"), int):
            self._follows(connection, envelope["sid"], envelope["seq"])
        body = envelope.get("msg")
        ticker = body.get("market_ticker") if isinstance(body, dict) else None
        if isinstance(ticker, str):
            book = self.reference.books.get(ticker)
            self.reference.reject(() if book is None else (book,))
        else:
            self.reference.reject(connection.books.values())

    def answered(self, connection: Connection, answer: RestAnswer) -> None:
        """Act on the answer of `/markets/orderbooks`."""
        reference = self.reference
        try:
            images = [
                (each["ticker"], _levels(each["orderbook_fp"], "yes_dollars", "no_dollars"))
                for each in json.loads(answer.body)["orderbooks"]
            ]
        except (ValueError, KeyError, TypeError):
            return
        if answer.why == "poll":
            connection.last_data_ms = reference.now_ms
        for ticker, levels in images:
            book = reference.books.get(ticker)
            if book is None:
                reference.counters["unknown"] += 1
            elif answer.why == "poll":
                reference.replaced(book, levels)
            else:
                self._compare(book, levels, answer)

    def _compare(self, book: ReferenceBook, levels: Levels, answer: RestAnswer) -> None:
        reference = self.reference
        reference.answered(book, answer.why)
        if answer.why != "verify" or book.state in ("empty", "resync"):
            return
        if book.updated_ms > answer.asked_at_ms:
            return
        if book.has_top(levels):
            book.proven_ms = reference.now_ms
            reference.judge(book, "proven")
        else:
            reference.judge(book, "gap")
            reference.heal(book)

    def _act(self, connection: Connection, message: dict[str, Any]) -> bool:
        kind, sid, number = message["type"], message.get("sid", 0), message.get("seq")
        body = message.get("msg", {})
        if kind == "orderbook_delta":
            change = self._read_delta(body)
            if self._follows(connection, sid, number):
                self._delta(body, *change)
            return True
        if kind == "orderbook_snapshot":
            levels = _levels(body, "yes_dollars_fp", "no_dollars_fp")
            if self._follows(connection, sid, number):
                self._snapshot(sid, body, levels)
            return True
        if number is not None:
            self._follows(connection, sid, number)
        if kind == "subscribed":
            if body.get("channel") == "orderbook_delta":
                connection.next_number[body["sid"]] = None
        elif kind == "unsubscribed":
            self._end(connection, sid)
        elif kind == "error":
            if body.get("code") not in TERMINAL:
                self.reference.reject(())
            elif sid:
                self._end(connection, sid)
            else:
                self.reference.reject(connection.books.values())
        elif kind == "trade":
            self.reference.counters["trades"] += 1
        elif kind == "ticker":
            self._claim(body)
        elif kind == "market_lifecycle_v2":
            self._live_on(body)
        elif kind not in ("ok", "event_lifecycle", "event_fee_update"):
            self.reference.reject(())
        return True

    def _claim(self, body: dict[str, Any]) -> None:
        book = self.reference.books.get(body["market_ticker"])
        if book is not None and book.has_snapshot:
            best = body["yes_bid_dollars"], body["yes_ask_dollars"]
            book.top_claim = (self.reference.now_ms, body.get("ts_ms"), *best)

    def _live_on(self, body: dict[str, Any]) -> None:
        """Take in what happened to a market."""
        book = self.reference.books.get(body["market_ticker"])
        if book is None:
            return
        match body["event_type"]:
            case "determined" | "settled":
                book.is_closed = True
            case "deactivated" | "activated" as name:
                book.is_halted = bool(body.get("is_deactivated", name == "deactivated"))
            case "close_date_updated":
                book.closes_at_ms = (int(body["close_ts"]) - BEGAN_S) * 1_000
            case "price_level_structure_updated":
                ranges = [
                    [parse_price(each[k]) * 10_000 for k in RANGE] for each in body["price_ranges"]
                ]
                book.set_grid([(start, end, step) for start, end, step in ranges])
                self.reference.judge(book, "grid_changed")
                self.reference.heal(book)

    def _follows(self, connection: Connection, sid: int, number: int | None) -> bool:
        """Check a message's number; a gap loses every book of the stream."""
        if number is None:
            return True
        expected = connection.next_number.get(sid)
        if expected is not None and number < expected:
            self.reference.counters["duplicates"] += 1
            return False
        connection.next_number[sid] = number + 1
        if expected is not None and number > expected:
            self.reference.counters["gaps"] += 1
            books = [b for b in connection.books.values() if b.stream in (None, sid)]
            for book in books:
                self.reference.judge(book, "gap")
                self.reference.heal(book)
        return True

    @staticmethod
    def _read_delta(body: dict[str, Any]) -> tuple[str, Decimal, Decimal]:
        price, change = (
            parse_price(body["price_dollars"]),
            parse_size(body["delta_fp"], signed=True),
        )
        if body["side"] not in ("yes", "no"):
            raise ValueError(f"side {body['side']}")
        return (BID, price, change) if body["side"] == "yes" else (ASK, ONE - price, change)

    def _delta(self, body: dict[str, Any], side: str, price: Decimal, change: Decimal) -> None:
        reference = self.reference
        book = reference.books.get(body["market_ticker"])
        if book is None or not book.has_snapshot:
            reference.counters["ignored"] += 1
            return
        book.group_at_ms = book.updated_ms = reference.now_ms
        if not book.is_on_grid(price):
            reference.counters["off_grid"] += 1
            if not 0 < price < 1:
                reference.lose([book])
                return
            book.refine()
            reference.judge(book, "contradicted")
        size = book.sides[side].get(price, Decimal(0)) + change
        if size < 0:
            reference.counters["negative"] += 1
            reference.lose([book])
            size = Decimal(0)
        book.set(side, price, size)

    def _snapshot(self, sid: int, body: dict[str, Any], levels: Levels) -> None:
        book = self.reference.books.get(body["market_ticker"])
        if book is None:
            self.reference.counters["unknown"] += 1
            return
        book.stream = sid
        book.group_at_ms = -(10**9)
        self.reference.replaced(book, levels)

    def _end(self, connection: Connection, sid: int) -> None:
        connection.next_number.pop(sid, None)
        for book in connection.books.values():
            if book.stream == sid:
                self.reference.judge(book, "gap")
                book.stream = None


def _levels(body: dict[str, Any], yes: str, no: str) -> Levels:
    """Read both sides' bids; a side without bids has no key."""
    bids = [(parse_price(p), parse_size(s)) for p, s in body.get(yes, [])]
    asks = [(ONE - parse_price(p), parse_size(s)) for p, s in body.get(no, [])]
    return {BID: list(bids), ASK: list(asks)}
