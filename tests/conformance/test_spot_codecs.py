"""One suite for every spot exchange's codec, against a speaker of the exchange's protocol.

The speakers are the simulated exchanges', which know nothing of the codecs.
"""

import json
import random
import re
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from underround.app.bitcoin.spot_codecs import CODECS, ON_BY_DEFAULT
from underround.core.windows.spot_book import SpotBook, SpotState
from underround.core.windows.spot_event import (
    Asset,
    Exchange,
    SpotDelta,
    SpotFault,
    SpotFaultKind,
    SpotNotice,
    SpotReply,
    SpotRequest,
    SpotSnapshot,
)
from underround.simulation.exchanges.bitstamp import BitstampRest
from underround.simulation.exchanges.exchange import SPEAKERS
from underround.simulation.exchanges.spot_book import SimulatedBook

EVERY = pytest.mark.parametrize("name", list(Exchange))
START_NS = 1_790_000_000_123_456_000
STEP_NS = 1_100_000_000
STAMPLESS = {Exchange.PAXOS}
WITH_NUMBERS = [Exchange.COINBASE, Exchange.CRYPTOCOM, Exchange.GEMINI]
ONE_MARKET_ONLY = {Exchange.PAXOS, Exchange.BITSTAMP}  # of a connection, or of a channel
DEPTHS = {Exchange.CRYPTOCOM: 50}


class Talk:
    """A codec and a speaker in conversation, without a wire, and the book that comes of it."""

    def __init__(self, name, **arguments):
        tick_e8 = 10_000_000 if name == Exchange.KRAKEN else 1_000_000
        self.book = SimulatedBook(random.Random(4), 8_000_000_000_000, tick_e8)
        self.codec = CODECS[name](**arguments)
        self.rest = BitstampRest(self.book)
        self.mine = SpotBook(name)
        self.events = []
        self.now_ns = START_NS
        self.elapsed_s = 0.0
        self.connect()

    def connect(self):
        self.speaker = SPEAKERS[self.codec.exchange](self.book)
        sent = self.codec.opened()
        self.hear(self.speaker.opened(self.now_ns))
        self.send(sent)

    def send(self, frames):
        for frame in frames:
            self.hear(self.speaker.heard(frame.decode(), self.now_ns))

    def hear(self, texts):
        for text in texts:
            self.take(partial(self.codec.decode, text.encode(), self.now_ns))

    def take(self, decode):
        found = []
        decode(found)
        self.events += found
        for event in found:
            if isinstance(event, SpotReply):
                self.send([event.frame])
            elif isinstance(event, SpotRequest):
                body = self.rest.answer("/api/v2/order_book/btcusd/")
                self.take(partial(self.codec.take_snapshot, body, self.now_ns))
            elif not isinstance(event, SpotNotice):
                self.mine.apply(event)

    def step(self, count=1, *, is_lost=False):
        for _ in range(count):
            self.now_ns += STEP_NS
            self.elapsed_s += STEP_NS / 1e9
            change = self.book.step(self.book.mid_e8 + self.book.dice.randint(-3, 3) * 10**8)
            self.rest.stepped(self.now_ns)
            texts = self.speaker.changed(change, self.now_ns)
            self.hear([] if is_lost else texts)
            self.hear(self.speaker.pulse(self.elapsed_s, self.now_ns))

    def faults(self):
        return [event.kind for event in self.events if isinstance(event, SpotFault)]

    def agrees(self):
        depth = DEPTHS.get(self.codec.exchange)
        sides = (list(self.mine.bids), list(self.mine.asks))
        return sides == (self.book.levels(-1)[:depth], self.book.levels(1)[:depth])


@EVERY
def test_the_book_is_the_exchange_s_after_every_change(name):
    talk = Talk(name)
    talk.step(10)
    for _ in range(40):
        talk.step()
        assert talk.agrees()
    assert talk.faults() == []
    assert talk.mine.state is SpotState.LIVE


@EVERY
def test_a_new_connection_starts_afresh(name):
    talk = Talk(name)
    talk.step(12)
    talk.connect()
    talk.step(12)
    assert talk.agrees()
    assert talk.faults() == []


@EVERY
def test_stamps_are_the_exchange_s_time(name):
    talk = Talk(name)
    talk.step(10)
    lag_ns = [
        event.received_at_ns - event.exchange_at_ns
        for event in talk.events
        if isinstance(event, SpotSnapshot | SpotDelta) and event.exchange_at_ns is not None
    ]
    if name in STAMPLESS:
        assert lag_ns == []
    else:
        # up to a millisecond is cut off; the book over REST is some steps old
        assert all(0 <= lag < 1_000_000 or lag % STEP_NS < 1_000_000 for lag in lag_ns)
        assert 0 <= lag_ns[-1] < 1_000_000


@EVERY
def test_resubscribing_brings_a_whole_book_again(name):
    talk = Talk(name)
    talk.step(10)
    talk.mine.apply(SpotFault(name, SpotFaultKind.GAP, "made up", talk.now_ns))
    again = talk.codec.reopened()
    talk.send(again) if again else talk.connect()
    talk.step(10)
    assert talk.mine.state is SpotState.LIVE
    assert talk.agrees()


@pytest.mark.parametrize("name", WITH_NUMBERS)
def test_a_lost_message_is_noticed_and_mended(name):
    talk = Talk(name)
    talk.step(3)
    talk.step(is_lost=True)
    talk.step()
    assert talk.faults() == [SpotFaultKind.GAP]
    assert talk.mine.state is SpotState.SUSPECT
    again = talk.codec.reopened()
    talk.send(again) if again else talk.connect()
    talk.step(3)
    assert talk.agrees()


@pytest.mark.parametrize("name", [*WITH_NUMBERS, Exchange.BULLISH])
def test_a_message_that_comes_twice_counts_once(name):
    talk = Talk(name)
    talk.step(3)
    texts = talk.speaker.changed(talk.book.step(talk.book.mid_e8), talk.now_ns)
    talk.hear(texts)
    events = len(talk.events)
    talk.hear(texts)
    assert [event.what for event in talk.events[events:]] == ["duplicate"]
    assert talk.agrees()


@pytest.mark.parametrize("name", [name for name in Exchange if name not in ONE_MARKET_ONLY])
def test_another_symbol_s_book_is_not_ours(name):
    talk = Talk(name)
    talk.step(3)
    talk.codec.symbol = "nothing"
    before = len(talk.events)
    talk.step(3)
    assert {type(event) for event in talk.events[before:]} == {SpotNotice}


REFUSALS = {
    Exchange.BITSTAMP: '{"event":"bts:error","channel":"","data":{"code":null,"message":"no"}}',
    Exchange.BULLISH: '{"jsonrpc":"2.0","id":"1","error":{"code":-32602,"message":"no"}}',
    Exchange.COINBASE: '{"type":"error","message":"no"}',
    Exchange.CRYPTOCOM: '{"id":1,"method":"subscribe","code":40003,"message":"no"}',
    Exchange.GEMINI: '{"id":1,"status":400,"error":{"code":-1121,"msg":"no"}}',
    Exchange.KRAKEN: '{"method":"subscribe","success":false,"error":"no"}',
    Exchange.LMAX: '{"type":"ERROR","error_code":"X","error_message":"no"}',
    Exchange.PAXOS: '{"type":"ERROR","message":"no"}',
}


@EVERY
def test_a_refused_command_is_told_and_leaves_the_book(name):
    talk = Talk(name)
    talk.step(10)
    talk.hear([REFUSALS[name]])
    assert talk.faults() == [SpotFaultKind.REJECTED]
    assert "no" in talk.events[-1].detail
    assert talk.mine.state is SpotState.LIVE


@EVERY
@settings(max_examples=30, deadline=None)
@given(noise=st.binary(max_size=80), place=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_no_bytes_raise(name, noise, place, byte):
    talk = Talk(name)
    talk.step(7)
    real = talk.speaker.changed(talk.book.step(talk.book.mid_e8), talk.now_ns + 2 * STEP_NS)
    spoilt = bytearray(real[0].encode())
    spoilt[place % len(spoilt)] = byte
    for frame in (noise, bytes(spoilt), b"null", b"[]", b'{"a":' * 3000):
        found = []
        talk.codec.decode(frame, talk.now_ns, found)
        assert found or frame == bytes(spoilt)
        assert all(event.exchange == name for event in found)


@EVERY
@pytest.mark.parametrize("frame", [b"", b"{", b"\xff\xfe", b'{"data": [1, "x"]', b"12"])
def test_what_cannot_be_read_breaks_the_book(name, frame):
    talk = Talk(name)
    talk.step(10)
    talk.take(partial(talk.codec.decode, frame, talk.now_ns))
    assert talk.faults() == [SpotFaultKind.MALFORMED]
    assert talk.mine.state is SpotState.SUSPECT


@EVERY
def test_data_and_other_messages_are_told_apart_at_a_glance(name):
    talk = Talk(name)
    talk.step(10)
    real = talk.speaker.changed(talk.book.step(talk.book.mid_e8), talk.now_ns + STEP_NS)
    assert all(talk.codec.is_data(text.encode()) for text in real)
    if name != Exchange.PAXOS:
        assert not talk.codec.is_data(REFUSALS[name].encode())


@EVERY
@pytest.mark.parametrize("number", ["1E999980", "-1E999999999", "NaN", "9" * 400])
def test_no_number_raises_or_holds_anybody_up(name, number):
    talk = Talk(name)
    talk.step(7)
    real = talk.speaker.changed(talk.book.step(talk.book.mid_e8), talk.now_ns + 2 * STEP_NS)
    for found in re.finditer(r'(?<=[:,\[])"?-?[0-9]+(?:\.[0-9]*)?"?(?=[,\]}])', real[0]):
        for spelt in (number, f'"{number}"'):
            spoilt = real[0][: found.start()] + spelt + real[0][found.end() :]
            events = []
            talk.codec.decode(spoilt.encode(), talk.now_ns, events)
            books = [event for event in events if isinstance(event, SpotSnapshot | SpotDelta)]
            levels = [level for book in books for level in [*book.bids, *book.asks]]
            assert all(0 <= price_e8 < 10**26 > size_e8 for price_e8, size_e8 in levels)


@EVERY
@pytest.mark.parametrize("asset", list(Asset))
def test_every_asset_has_a_symbol_and_an_address(name, asset):
    codec = CODECS[name](asset)
    assert asset.lower() in codec.symbol.lower()
    assert codec.url.startswith("wss://")
    assert all(json.loads(frame) for frame in [*codec.opened(), *codec.reopened()])
    assert codec.heartbeat is None or json.loads(codec.heartbeat)
    assert (name in ON_BY_DEFAULT) is (name != Exchange.LMAX)
    assert codec.protocol_pings is (name != Exchange.LMAX)
