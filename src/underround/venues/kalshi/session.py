"""What to say on Kalshi's order book channel: commands with ids, replies matched by id.

Sans-io: returns frames and takes replies that the codec has read. Replies come out of order, a
second subscription merges into the first (`ok` in place of `subscribed`), and one command may get
several replies. See https://docs.kalshi.com/websockets/websocket-connection
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct

from underround.core.event import CommandAnswered

CHANNEL: Final = "orderbook_delta"
TICKERS_PER_COMMAND: Final = 500
_REPEATABLE: Final = frozenset({18, 27})  # command timeout, command rate
_TERMINAL: Final = frozenset({10, 25})  # channel error, subscription buffer overflow
_UNKNOWN_SID: Final = 7
_REPEATS: Final = 3

Action = Literal["subscribe", "add_markets", "delete_markets", "get_snapshot", "unsubscribe"]


class Command(Struct, frozen=True):
    """A command that waits for its answer."""

    id: int
    action: Action
    tickers: tuple[str, ...]
    sid: int | None
    repeats: int = 0


class CommandError(Struct, frozen=True):
    """A refusal by the venue; `command` None when no command of ours has that id."""

    code: int
    message: str
    command: Command | None
    sid: int | None


class BookSession:
    """The order book subscription of one connection; a reconnect repeats all its tickers."""

    heartbeat: bytes | None = None  # the venue pings every 10 s, the transport answers
    heartbeat_every_s: float = 10.0
    silence_s: float | None = None  # a quiet market is silent for as long as it likes

    def __init__(self, tickers: Iterable[str] = ()) -> None:
        self._tickers = dict.fromkeys(tickers)
        self._next_id = 1
        self.pending: dict[int, Command] = {}
        self.sids: dict[int, set[str]] = {}
        self.errors: deque[CommandError] = deque(maxlen=100)
        self.error_count = 0
        self.unmatched = 0
        """Replies whose id belongs to no waiting command."""

    @property
    def tickers(self) -> tuple[str, ...]:
        """The tickers wanted, in the order of their subscription."""
        return tuple(self._tickers)

    def opened(self) -> list[bytes]:
        """Return the frames that subscribe a new connection to everything; ids begin at 1."""
        self._next_id = 1
        self.pending.clear()
        self.sids.clear()
        return self._subscribe(self.tickers)

    def is_data(self, frame: bytes) -> bool:
        """Count every frame as data: a half-open peer is seen by its missing pings."""
        return True

    def add(self, tickers: Iterable[str]) -> list[bytes]:
        """Return the frames that subscribe to the tickers not yet wanted."""
        fresh = [ticker for ticker in dict.fromkeys(tickers) if ticker not in self._tickers]
        self._tickers.update(dict.fromkeys(fresh))
        sid = next(iter(self.sids), None)
        if sid is None:
            return self._subscribe(fresh)  # merges with the subscription under way, if any
        return self._update("add_markets", sid, fresh)

    def delete(self, tickers: Iterable[str]) -> list[bytes]:
        """Return the frames that give up the tickers wanted among these."""
        gone = [ticker for ticker in dict.fromkeys(tickers) if ticker in self._tickers]
        for ticker in gone:
            del self._tickers[ticker]
        frames = []
        for sid, held in self.sids.items():
            frames += self._update("delete_markets", sid, [t for t in gone if t in held])
        return frames

    def snapshot(self, sid: int, tickers: Iterable[str] | None = None) -> list[bytes]:
        """Return the frames that ask for whole books of `sid`; None means all its tickers."""
        held = self.sids.get(sid, set())
        wanted = sorted(held) if tickers is None else list(dict.fromkeys(tickers))
        return self._update("get_snapshot", sid, wanted)

    def unsubscribe(self, sid: int) -> list[bytes]:
        """Return the frame that ends a subscription and forget its tickers."""
        for ticker in self.sids.get(sid, ()):
            self._tickers.pop(ticker, None)
        return [self._command("unsubscribe", (), sid, {"sids": [sid]})]

    def on_reply(self, answer: CommandAnswered) -> list[bytes]:
        """Match the answer with its command; return the frames that it makes necessary.

        `answer` is a reply as the codec read it, or a snapshot that carries a command's id.
        """
        command = self.pending.get(answer.id) if answer.id is not None else None
        if answer.kind == "error":
            return self._on_error(answer, command)
        if command is None:
            self.unmatched += answer.id is not None and answer.kind != "orderbook_snapshot"
        elif answer.kind != "orderbook_snapshot" or self._snapshots_complete(command, answer):
            del self.pending[command.id]
        if answer.stream is None:
            return []
        if answer.kind == "unsubscribed":
            self.sids.pop(answer.stream, None)
            return []
        if answer.kind == "subscribed" and answer.channel == CHANNEL:
            held = self.sids.setdefault(answer.stream, set())
            held.update(command.tickers if command is not None else ())
        elif answer.kind == "ok" and answer.instruments is not None:
            if command is None or command.action != "get_snapshot":
                self.sids[answer.stream] = set(answer.instruments)  # the list is the whole of it
        else:
            return []
        return self._give_up_unwanted(answer.stream)

    def _give_up_unwanted(self, sid: int) -> list[bytes]:
        """Delete what was given up while its subscription was still under way."""
        going = {
            ticker
            for command in self.pending.values()
            if command.sid == sid and command.action in ("delete_markets", "unsubscribe")
            for ticker in command.tickers or self.sids[sid]
        }
        unwanted = self.sids[sid] - going - self._tickers.keys()
        return self._update("delete_markets", sid, sorted(unwanted))

    def _snapshots_complete(self, command: Command, answer: CommandAnswered) -> bool:
        """Strike one book off a get_snapshot, which is answered book by book."""
        left = tuple(t for t in command.tickers if t not in (answer.instruments or ()))
        self.pending[command.id] = msgspec.structs.replace(command, tickers=left)
        return not left

    def _on_error(self, answer: CommandAnswered, command: Command | None) -> list[bytes]:
        code = answer.code if answer.code is not None else 0
        self.error_count += 1
        sid = self._sid_of(answer, command)
        self.errors.append(CommandError(code, answer.text, command, sid))
        if command is not None:
            del self.pending[command.id]
            if code in _REPEATABLE and command.repeats < _REPEATS:
                return [self._repeat(command)]
        if sid is not None and (code in _TERMINAL or code == _UNKNOWN_SID):
            lost = self.sids.pop(sid, set())
            return self._subscribe([ticker for ticker in self._tickers if ticker in lost])
        return []

    def _sid_of(self, answer: CommandAnswered, command: Command | None) -> int | None:
        """Tell which subscription an error concerns; the only one there is, if none is named."""
        if answer.stream is not None:
            return answer.stream
        if command is not None:
            return command.sid
        return next(iter(self.sids)) if len(self.sids) == 1 else None

    def _subscribe(self, tickers: Sequence[str]) -> list[bytes]:
        return [
            self._command("subscribe", chunk, None, _subscription(chunk))
            for chunk in _chunks(tickers)
        ]

    def _update(self, action: Action, sid: int, tickers: Sequence[str]) -> list[bytes]:
        return [
            self._command(action, chunk, sid, _change(action, sid, chunk))
            for chunk in _chunks(tickers)
        ]

    def _repeat(self, command: Command) -> bytes:
        if command.action == "subscribe":
            params = _subscription(command.tickers)
        elif command.action == "unsubscribe":
            params = {"sids": [command.sid]}
        else:
            assert command.sid is not None
            params = _change(command.action, command.sid, command.tickers)
        repeats = command.repeats + 1
        return self._command(command.action, command.tickers, command.sid, params, repeats)

    def _command(
        self,
        action: Action,
        tickers: tuple[str, ...],
        sid: int | None,
        params: dict[str, object],
        repeats: int = 0,
    ) -> bytes:
        number = self._next_id
        self._next_id += 1
        self.pending[number] = Command(number, action, tickers, sid, repeats)
        name = action if action in ("subscribe", "unsubscribe") else "update_subscription"
        return msgspec.json.encode({"id": number, "cmd": name, "params": params})


def _subscription(tickers: tuple[str, ...]) -> dict[str, object]:
    # use_yes_price is sent although false is the default: the venue will change the default.
    return {"channels": [CHANNEL], "market_tickers": tickers, "use_yes_price": False}


def _change(action: Action, sid: int, tickers: tuple[str, ...]) -> dict[str, object]:
    return {"sid": sid, "action": action, "market_tickers": tickers}


def _chunks(tickers: Sequence[str]) -> list[tuple[str, ...]]:
    starts = range(0, len(tickers), TICKERS_PER_COMMAND)
    return [tuple(tickers[start : start + TICKERS_PER_COMMAND]) for start in starts]
