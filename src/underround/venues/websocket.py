"""One open WebSocket: frames joined to messages, checked, and handed on one socket read at a time.

Everything from the callback to the owner is synchronous. A WebSocket ends once and stays ended; it
never reconnects, and it keeps no time.
"""

import asyncio
from functools import partial
from typing import Final, Protocol, cast

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

_TEXT: Final = WSMsgType.TEXT
_CONTROL_BYTES: Final = 125  # a control frame is never longer
_REASON_BYTES: Final = 123  # what fits in a close frame beside its code


class Owner(Protocol):
    """What a WebSocket tells; called in this order: opened, batches, ended once."""

    def socket_opened(self, socket: "WebSocket") -> None:
        """Learn that messages can be sent and will come."""
        ...

    def socket_batch(self, socket: "WebSocket", frames: list[bytes]) -> None:
        """Take the messages of one socket read, at least one."""
        ...

    def socket_ended(self, socket: "WebSocket", code: int | None, reason: str) -> None:
        """Learn that nothing more will come; `code` is None without a close frame."""
        ...


class WebSocket(WSListener):
    """Receives one connection; `frames` counts whatever arrives, pings, pongs and parts too."""

    def __init__(self, owner: Owner, max_message_bytes: int, close_grace_s: float) -> None:
        self._owner = owner
        self._max_message_bytes = max_message_bytes
        self._close_grace_s = close_grace_s
        self._batch: list[bytes] = []
        self._parts: list[bytes] | None = None
        self._parts_bytes = 0
        self._parts_text = False
        self.transport: WSTransport | None = None
        self.has_ended = False
        self.is_abandoned = False
        self.frames = 0
        self.data_batches = 0
        self.invalid_texts = 0
        self.fragments = 0
        self.faults = 0

    @property
    def is_live(self) -> bool:
        """Whether messages can be sent and received."""
        return self.transport is not None and not self.has_ended

    def send(self, payload: bytes) -> int:
        """Send a text message now; return the bytes that the peer has not yet taken."""
        assert self.transport is not None
        self.transport.send(_TEXT, payload)
        return int(self.transport.underlying_transport.get_write_buffer_size())

    def ping(self) -> None:
        """Send a protocol ping."""
        assert self.transport is not None
        self.transport.send_ping()

    def drop(self, code: int | None, reason: str) -> None:
        """End at once without a closing handshake: the peer may be gone."""
        self.is_abandoned = True
        if self.is_live and self.transport is not None:
            transport = self.transport
            try:
                self._end(code, reason)
            finally:
                _send_close(transport, 1001, reason)
                transport.disconnect(graceful=False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Take the connection into use, unless nobody waits for it any more."""
        if self.is_abandoned:
            self.has_ended = True
            transport.disconnect(graceful=False)
            return
        self.transport = transport
        self._owner.socket_opened(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Collect one frame; hand on the batch with the last frame of a socket read."""
        # The short way, for what nearly every frame is: longer than a control frame may be,
        # whole, and plain ASCII, which one scan of words tells. It saves 200 ns of questions
        # whose answer could matter only to a venue that sets a reserved bit or a continuation
        # mark on an ASCII text of its own; the codec judges that text like any other.
        if self._parts is None and frame.payload_size > _CONTROL_BYTES and frame.fin:
            payload = frame.get_payload_as_bytes()
            if payload.isascii():
                self._batch.append(payload)
            else:
                self._take_carefully(transport, frame)
        else:
            self._take_carefully(transport, frame)
        if frame.last_in_buffer and self._batch:
            self._flush()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """End, with the code and reason that closed the connection if there was a close frame."""
        if not self.is_live:
            return
        handshake = transport.close_handshake
        # A breach that picows itself saw (an oversized frame, say) shows only in what it sent.
        if handshake is not None and handshake.sent is not None:
            self._end(_number(handshake.sent.code), f"we closed: {handshake.sent.reason}")
        else:
            self._end(None, "connection lost")

    def _flush(self) -> None:
        batch = self._batch
        self._batch = []
        self.frames += len(batch)
        self._owner.socket_batch(self, batch)

    def _take_carefully(self, transport: WSTransport, frame: WSFrame) -> None:
        if self.has_ended:
            return
        kind = frame.msg_type
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self._close(WSCloseCode.PROTOCOL_ERROR, "reserved bit set, nothing was negotiated")
        elif kind is WSMsgType.PING:
            self.frames += 1
            transport.send_pong(frame.get_payload_as_bytes())
        elif kind is WSMsgType.PONG:
            self.frames += 1
        elif kind is WSMsgType.CLOSE:
            self._take_close(frame.get_payload_as_bytes())
        else:
            self._take_part(frame, kind)

    def _take_part(self, frame: WSFrame, kind: WSMsgType) -> None:
        """Join fragments; a binary message is passed on like a text, unchecked."""
        continues = kind is WSMsgType.CONTINUATION
        if continues == (self._parts is None):
            problem = "nothing to continue" if continues else "message inside a fragmented one"
            self._close(WSCloseCode.PROTOCOL_ERROR, problem)
            return
        if self._parts is None:
            self._parts, self._parts_bytes, self._parts_text = [], 0, kind is _TEXT
        if not frame.fin or continues:
            self.frames += 1
            self.fragments += 1
        self._parts_bytes += frame.payload_size
        if self._parts_bytes > self._max_message_bytes:
            self._close(
                WSCloseCode.MESSAGE_TOO_BIG,
                f"message of {self._parts_bytes} bytes is over {self._max_message_bytes}",
            )
            return
        self._parts.append(frame.get_payload_as_bytes())
        if frame.fin:
            message, self._parts = b"".join(self._parts), None
            if self._parts_text and not (message.isascii() or _is_utf8(message)):
                self._refuse_text()
            else:
                self._batch.append(message)

    def _take_close(self, payload: bytes) -> None:
        code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else None
        reason = payload[2:].decode("utf-8", "replace")
        self._finish(code, reason or "closed by the venue", 1000 if code is None else code, "")

    def _refuse_text(self) -> None:
        self.invalid_texts += 1
        self._close(WSCloseCode.INVALID_TEXT, "text frame is not UTF-8")

    def _close(self, code: WSCloseCode, reason: str) -> None:
        self.faults += 1
        self._finish(code.value, f"we closed: {reason}", code.value, reason)

    def _finish(self, code: int | None, reason: str, answer: int, text: str) -> None:
        """End after what was received before; let the close frame leave, then cut the line."""
        transport = self.transport
        assert transport is not None
        try:
            if self._batch:
                self._flush()
            if not self.has_ended:
                self._end(code, reason)
        finally:
            _send_close(transport, answer, text)
            cut = partial(transport.disconnect, graceful=False)
            asyncio.get_running_loop().call_later(self._close_grace_s, cut)

    def _end(self, code: int | None, reason: str) -> None:
        self.has_ended = True
        self._batch = []
        self._parts = []  # so that no later frame goes the short way
        self._owner.socket_ended(self, code, reason)


def _send_close(transport: WSTransport, code: int, reason: str) -> None:
    # Ascii, so that cutting it cannot leave half a character; codes of the venues' own are legal.
    text = reason.encode("ascii", "replace")[:_REASON_BYTES]
    transport.send_close(cast(WSCloseCode, code), text)


def _number(code: WSCloseCode) -> int:
    return int(cast(int, code))  # an IntEnum when running, an Enum in the published stubs


def _is_utf8(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
