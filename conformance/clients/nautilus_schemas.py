"""NautilusTrader's Polymarket client, schemas and order book against our venue's market channel.

It knows no `book` of our making: its own decoder reads every frame, its own book is built.
"""

import asyncio
from decimal import Decimal

import msgspec
from nautilus_trader.adapters.polymarket.common.constants import POLYMARKET_VENUE
from nautilus_trader.adapters.polymarket.common.symbol import get_polymarket_instrument_id
from nautilus_trader.adapters.polymarket.schemas.book import (
    PolymarketBookSnapshot,
    PolymarketQuotes,
    PolymarketTickSizeChange,
    PolymarketTrade,
)
from nautilus_trader.adapters.polymarket.websocket.client import (
    PolymarketWebSocketChannel,
    PolymarketWebSocketClient,
)
from nautilus_trader.adapters.polymarket.websocket.types import MARKET_WS_MESSAGE
from nautilus_trader.common.component import LiveClock
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.currencies import USDC_POS
from nautilus_trader.model.enums import AssetClass, BookType
from nautilus_trader.model.identifiers import Symbol
from nautilus_trader.model.instruments import BinaryOption
from nautilus_trader.model.objects import Price, Quantity
from talk import TokenBooks, ready, run, told_to_stop

DECODE = msgspec.json.Decoder(MARKET_WS_MESSAGE).decode


def instrument_of(condition, token):
    """Return the instrument of a token, fine enough for every tick size."""
    return BinaryOption(
        instrument_id=get_polymarket_instrument_id(condition, token),
        raw_symbol=Symbol(token),
        asset_class=AssetClass.ALTERNATIVE,
        currency=USDC_POS,
        price_precision=4,
        price_increment=Price.from_str("0.0001"),
        size_precision=6,
        size_increment=Quantity.from_str("0.000001"),
        activation_ns=0,
        expiration_ns=2**62,
        ts_event=0,
        ts_init=0,
        outcome="Yes",
        description=token,
    )


class Reader:
    """Decodes frames with NautilusTrader's schemas and keeps NautilusTrader's books."""

    def __init__(self, report):
        self.report = report
        self.books = {}
        self.instruments = {}
        self.times = TokenBooks()

    def take(self, raw):
        """Decode one frame and apply what it says."""
        if raw in (b"PONG", b"PING"):
            return
        try:
            message = DECODE(raw)
        except msgspec.MsgspecError as fault:
            self.report.problem(f"cannot decode: {fault}: {raw[:160]!r}")
            return
        for each in message if isinstance(message, list) else [message]:
            self.report.messages[type(each).__name__.removeprefix("Polymarket")] += 1
            self.apply(each)

    def apply(self, message):
        """Apply one message to its book or books."""
        if isinstance(message, PolymarketBookSnapshot):
            token = message.asset_id
            instrument = self.instruments.setdefault(token, instrument_of(message.market, token))
            self.books[token] = OrderBook(instrument.id, BookType.L2_MBP)
            self.times.replace(token, {}, {}, int(message.timestamp))
            deltas = message.parse_to_snapshot(instrument, ts_init=0)
            if deltas is not None:  # an empty book gives none
                self.books[token].apply_deltas(deltas)
        elif isinstance(message, PolymarketQuotes):
            for change in message.price_changes:
                self.change(message, change)
        elif isinstance(message, PolymarketTrade):
            instrument = self.instruments[message.asset_id]
            message.parse_to_trade_tick(instrument, ts_init=0)
        else:
            assert isinstance(message, PolymarketTickSizeChange)

    def change(self, message, change):
        """Apply one entry by the client's own parser, unless it is late."""
        token, time = change.asset_id, int(message.timestamp)
        if self.times.is_late(token, change.side.value, Decimal(change.price), time):
            return
        single = msgspec.structs.replace(message, price_changes=[change])
        self.books[token].apply_deltas(single.parse_to_deltas(self.instruments[token], ts_init=0))


async def exercise(addresses, report):
    """Subscribe to every token and follow until told to stop."""
    reader = Reader(report)
    tokens = addresses["tokens"]
    client = PolymarketWebSocketClient(
        clock=LiveClock(),
        base_url=addresses["polymarket"]["ws"].removesuffix("market"),
        channel=PolymarketWebSocketChannel.MARKET,
        handler=reader.take,
        handler_reconnect=None,
        loop=asyncio.get_running_loop(),
    )
    for token in tokens:
        client.subscribe_book(asset=token)
    await report.call("connect", client.connect())
    for _ in range(400):
        if len(reader.books) == len(tokens):
            break
        await asyncio.sleep(0.05)
    report.expect(f"opening books of {len(reader.books)} tokens", len(reader.books) == len(tokens))
    report.expect(f"venue {POLYMARKET_VENUE}", reader.books)
    ready()
    await told_to_stop()
    await report.call("disconnect", client.disconnect())
    for token, book in reader.books.items():
        bids, asks = (
            {level.price: Decimal(str(level.size())) for level in levels}
            for levels in (book.bids(), book.asks())
        )
        report.book(token, bids, asks)


run(exercise)
