"""Read the recordings that other programs made: one venue message a line, in several wrappings.

Each line of the file is answered by exactly one ForeignLine, so that line numbers stay those of
the file. A wrapped message is taken out byte for byte, never parsed and written again. This module
judges no message: what it cannot unwrap it hands on as it stands.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Raw, Struct

from underround.core.instrument import Venue
from underround.core.units import NS_PER_MS
from underround.stores.jsonl import Torn, read_lines

_TIMES: Final = {"recv_ns": 1, "recv_ts_ns": 1, "recv_ms": NS_PER_MS, "t_ms": NS_PER_MS}
_LATEST_NS: Final = 2**63
_KALSHI_REPLIES: Final = frozenset({b'"ok"', b'"error"', b'"subscribed"', b'"unsubscribed"'})
_POLYMARKET_KEYS: Final = frozenset({"asset_id", "price_changes"})
_WRAPPINGS: Final = ("frame", "raw")
_KEEPALIVES: Final = frozenset({b"PING", b"PONG"})
_FAULTS: Final = (msgspec.MsgspecError, UnicodeError, RecursionError)

_Keys = Mapping[str, Raw]
_decode_keys = msgspec.json.Decoder(dict[str, Raw]).decode
_decode_array = msgspec.json.Decoder(list[dict[str, Raw]]).decode


class ForeignLine(Struct, frozen=True):
    """Line `line` of the file, counted from 0: a frame of the wire, or a note why there is none.

    `received_at_ns` is None where the line does not say. Garbage has both: the line as the frame,
    and a note.
    """

    line: int
    received_at_ns: int | None
    frame: bytes | None
    note: str | None = None


def read_foreign(path: Path | str) -> Iterator[ForeignLine]:
    """Yield a ForeignLine for each line, plain, gzip or zstd, and one for a torn end.

    Raises OSError when the file cannot be read, and nothing else.
    """
    for number, line in enumerate(read_lines(Path(path))):
        if isinstance(line, Torn):
            yield ForeignLine(number, None, None, f"torn: {line.reason}")
        else:
            yield parse_line(number, line)


def parse_line(number: int, line: bytes) -> ForeignLine:
    """Return what one line holds."""
    line = line.removeprefix(b"\xef\xbb\xbf").strip()
    if not line:
        return ForeignLine(number, None, None, "blank")
    try:
        if line.startswith(b"{"):
            return _unwrapped(number, line, _decode_keys(line))
        if line.startswith(b'"'):
            return ForeignLine(number, None, _payload(Raw(line)))
    except _FAULTS:
        return ForeignLine(number, None, line, "not JSON")
    known = line.startswith(b"[") or line in _KEEPALIVES
    return ForeignLine(number, None, line, None if known else "not JSON")


def venue_of(frame: bytes) -> Venue | None:
    """Tell by its content which venue sent a frame; None for another venue, or for garbage."""
    frame = frame.strip()
    if frame in _KEEPALIVES:
        return Venue.POLYMARKET
    try:
        keys = _first_of_array(frame) if frame.startswith(b"[") else _decode_keys(frame)
    except _FAULTS:
        return None
    if "event_type" in keys or ("market" in keys and not keys.keys().isdisjoint(_POLYMARKET_KEYS)):
        return Venue.POLYMARKET
    if "type" in keys and "msg" in keys:
        return Venue.KALSHI
    reply = bytes(keys.get("type", b"")) in _KALSHI_REPLIES
    return Venue.KALSHI if reply and ("sid" in keys or "id" in keys) else None


def _first_of_array(frame: bytes) -> _Keys:
    return next(iter(_decode_array(frame)), {})


def _unwrapped(number: int, line: bytes, keys: _Keys) -> ForeignLine:
    timed = next((key for key in _TIMES if key in keys), None)
    at_ns = None if timed is None else _at_ns(keys[timed], _TIMES[timed])
    for wrapping in _WRAPPINGS:
        if wrapping in keys:
            return ForeignLine(number, at_ns, _payload(keys[wrapping]))
    if _is_message(keys):
        return ForeignLine(number, at_ns, line)
    if "dir" in keys:
        direction = _text(keys["dir"])
        if direction == "recv" and "text" in keys:
            return ForeignLine(number, at_ns, _payload(keys["text"]))
        details = [_text(keys[key]) for key in ("text", "code", "reason") if key in keys]
        return ForeignLine(number, at_ns, None, " ".join([f"{direction}:", *details]))
    if timed is not None and "note" in keys:
        detail = f": {_text(keys['detail'])}" if "detail" in keys else ""
        return ForeignLine(number, at_ns, None, _text(keys["note"]) + detail)
    return ForeignLine(number, at_ns, line)


def _is_message(keys: _Keys) -> bool:
    """Tell a venue's own message, whatever keys a recorder added, from a line about one."""
    return "event_type" in keys or ("type" in keys and "msg" in keys)


def _at_ns(raw: Raw, unit_ns: int) -> int | None:
    try:
        time = msgspec.json.decode(raw, type=Decimal)
    except msgspec.MsgspecError:
        return None
    return int(time * unit_ns) if 0 <= time < _LATEST_NS // unit_ns else None


def _payload(raw: Raw) -> bytes:
    """Return the wire bytes: of a string its content, of anything else the JSON as it stands."""
    content = bytes(raw)
    if content.startswith(b'"'):
        return msgspec.json.decode(content, type=str).encode()
    return content


def _text(raw: Raw) -> str:
    return _payload(raw).decode(errors="replace")
