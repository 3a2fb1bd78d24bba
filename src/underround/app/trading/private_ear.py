"""Listens to the stream of an account's own orders and fills, and hands on what they mean.

Frames of it are never recorded as they are: what we say on it carries a key. It decides nothing;
what may have been missed is told as a gap, and a read of the account closes it.
"""

import logging
from typing import Protocol

from underround.core.instrument import Venue
from underround.core.trading.order_event import OrderEvent, PrivateStreamChanged
from underround.execution.broker import Sink

_log = logging.getLogger("underround")


class Codec(Protocol):
    """Frames of a private stream in, events of orders out; `unreadable` counts the others."""

    unreadable: int

    def decode(self, frame: bytes) -> list[OrderEvent]:
        """Return the events of a frame."""
        ...


class PrivateEar:
    """A feed's sink that hands on events alone; it neither keeps nor tells what we said."""

    def __init__(self, venue: Venue, codec: Codec, sink: Sink) -> None:
        self._venue = venue
        self._codec = codec
        self._sink = sink
        self._is_open = False

    def opened(self, connection: str, at_ns: int) -> None:
        """Tell that the stream stands; what came before it may have been missed."""
        self._is_open = True
        self._sink(PrivateStreamChanged(self._venue, is_open=True, at_ns=at_ns))

    def batch(self, connection: str, frames: list[bytes], at_ns: int) -> None:
        """Hand the frames' events on; one that cannot be read may have been a fill."""
        known = self._codec.unreadable
        for frame in frames:
            for event in self._codec.decode(frame):
                self._sink(event)
        if self._codec.unreadable == known:
            return
        if not known:
            text = "%s: a message about our orders cannot be read; the account is read instead"
            _log.warning(text + " (said once)", connection)
        self._sink(PrivateStreamChanged(self._venue, is_open=False, at_ns=at_ns))
        self._sink(PrivateStreamChanged(self._venue, is_open=True, at_ns=at_ns))

    def sent(self, connection: str, frame: bytes, at_ns: int) -> None:
        """Forget what we said: it carries a key."""

    def closed(self, connection: str, at_ns: int, code: int | None, reason: str) -> None:
        """Tell once that the stream is lost."""
        if self._is_open:
            self._is_open = False
            self._sink(PrivateStreamChanged(self._venue, is_open=False, at_ns=at_ns))
