"""What to say on Kalshi's socket: which subscriptions there are to be, and what answers call for.

Order books are one subscription of many tickers; lives of markets, trades and indices are others
beside it, each in a stream of its own, and none of them can cost the books theirs. Sans-io: returns
frames and takes replies that the codec has read. Replies come out of order, a second subscription
merges into the first (`ok` in place of `subscribed`), and one command may get several replies.
See https://docs.kalshi.com/websockets/websocket-connection
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from underround.core.event import CommandAnswered
from underround.venues.kalshi.commands import (
    BY_INDEX,
    BY_TICKER,
    CHANNEL,
    Action,
    Command,
    CommandError,
    Commands,
    chunks,
)

_REPEATABLE: Final = frozenset({18, 27})  # command timeout, command rate
_TERMINAL: Final = frozenset({10, 25})  # channel error, subscription buffer overflow
_UNKNOWN_SID: Final = 7
_REPEATS: Final = 3


class BookSession:
    """The subscriptions of one connection; a reconnect repeats them all.

    `channels` are those beside the order books; `indices` ("BRTI") are what those of an index are
    asked for.
    """

    heartbeat: bytes | None = None  # the venue pings every 10 s, the transport answers
    heartbeat_every_s: float = 10.0
    fatal_closes: frozenset[int] = frozenset()
    silence_s: float | None = None  # a quiet market is silent for as long as it likes

    def __init__(
        self,
        tickers: Iterable[str] = (),
        *,
        channels: Iterable[str] = (),
        indices: Iterable[str] = (),
    ) -> None:
        self._tickers = dict.fromkeys(tickers)
        self._channels = tuple(dict.fromkeys(channels))
        self._indices = tuple(indices)
        self._commands = Commands()
        self._say = self._commands.say
        self.sids: dict[int, set[str]] = {}
        self.beside: dict[int, str] = {}
        """The channels beside the order books that stand, by stream."""
        self.errors: deque[CommandError] = deque(maxlen=100)
        self.error_count = 0
        self.unmatched = 0
        """Replies whose id belongs to no waiting command."""

    @property
    def tickers(self) -> tuple[str, ...]:
        """The tickers wanted, in the order of their subscription."""
        return tuple(self._tickers)

    @property
    def pending(self) -> dict[int, Command]:
        """The commands that wait for an answer, by number."""
        return self._commands.pending

    def opened(self) -> list[bytes]:
        """Return the frames that subscribe a new connection to everything; ids begin at 1."""
        self._commands.restart()
        self.sids.clear()
        self.beside.clear()
        frames = self._subscribe(self.tickers)
        for channel in self._channels:
            frames += self._subscribe_beside(channel, self.tickers)
        return frames

    def is_data(self, frame: bytes) -> bool:
        """Count every frame as data: a half-open peer is seen by its missing pings."""
        return True

    def add(self, tickers: Iterable[str]) -> list[bytes]:
        """Return the frames that subscribe to the tickers not yet wanted."""
        fresh = [ticker for ticker in dict.fromkeys(tickers) if ticker not in self._tickers]
        self._tickers.update(dict.fromkeys(fresh))
        sid = next(iter(self.sids), None)
        if sid is None:
            frames = self._subscribe(fresh)  # merges with the subscription under way, if any
        else:
            frames = self._update("add_markets", sid, fresh)
        for channel in self._channels:
            if channel in BY_TICKER and channel not in self.beside.values():
                frames += self._subscribe_beside(channel, fresh)  # merges with one under way
        return frames + self._update_beside("add_markets", fresh)

    def delete(self, tickers: Iterable[str]) -> list[bytes]:
        """Return the frames that give up the tickers wanted among these."""
        gone = [ticker for ticker in dict.fromkeys(tickers) if ticker in self._tickers]
        for ticker in gone:
            del self._tickers[ticker]
        frames = []
        for sid, held in self.sids.items():
            frames += self._update("delete_markets", sid, [t for t in gone if t in held])
        return frames + self._update_beside("delete_markets", gone)

    def snapshot(self, sid: int, tickers: Iterable[str] | None = None) -> list[bytes]:
        """Return the frames that ask for whole books of `sid`; None means all its tickers."""
        held = self.sids.get(sid, set())
        wanted = sorted(held) if tickers is None else list(dict.fromkeys(tickers))
        return self._update("get_snapshot", sid, wanted)

    def unsubscribe(self, sid: int) -> list[bytes]:
        """Return the frame that ends a subscription and forget its tickers."""
        for ticker in self.sids.get(sid, ()):
            self._tickers.pop(ticker, None)
        return [self._say(Command("unsubscribe", sid=sid))]

    def check(self) -> list[bytes]:
        """Return the frame that asks which subscriptions the venue thinks we hold."""
        known = frozenset(self.sids.keys() | self.beside.keys())
        return [self._say(Command("list_subscriptions", known=known))]

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
        if answer.streams is not None:
            return [] if command is None else self._compare(answer.streams, command)
        if answer.stream is None:
            return []
        if self._is_beside(answer, command):
            if answer.kind == "unsubscribed":
                self.beside.pop(answer.stream, None)
            elif answer.kind == "subscribed" and answer.channel is not None:
                self.beside[answer.stream] = answer.channel
            return []
        return self._on_books(answer.stream, answer, command)

    def _on_books(self, sid: int, answer: CommandAnswered, command: Command | None) -> list[bytes]:
        if answer.kind == "unsubscribed":
            self.sids.pop(sid, None)
            return []
        if answer.kind == "subscribed":
            held = self.sids.setdefault(sid, set())
            held.update(command.tickers if command is not None else ())
        elif answer.kind == "ok" and answer.instruments is not None:
            if command is None or command.action != "get_snapshot":
                self.sids[sid] = set(answer.instruments)  # the list is the whole of it
        else:
            return []
        return self._give_up_unwanted(sid)

    def _is_beside(self, answer: CommandAnswered, command: Command | None) -> bool:
        """Tell whether an answer concerns a channel beside the order books."""
        channel = answer.channel or (None if command is None else command.channel)
        return answer.stream in self.beside or channel not in (None, CHANNEL)

    def _compare(self, streams: tuple[tuple[str, int], ...], command: Command) -> list[bytes]:
        """Subscribe anew to what the venue dropped, and end what it keeps without our knowledge."""
        standing = {sid for _, sid in streams}
        frames: list[bytes] = []
        for sid in sorted(command.known - standing):
            frames += self._lose(sid)
        if not any(each.action == "subscribe" for each in self.pending.values()):
            strange = standing - self.sids.keys() - self.beside.keys()
            frames += [self._say(Command("unsubscribe", sid=sid)) for sid in sorted(strange)]
        return frames

    def _lose(self, sid: int) -> list[bytes]:
        """Return the frames that subscribe to what a stream that is gone carried."""
        channel = self.beside.pop(sid, None)
        if channel is not None:
            return self._subscribe_beside(channel, self.tickers)
        lost = self.sids.pop(sid, set())
        return self._subscribe([ticker for ticker in self._tickers if ticker in lost])

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
                return [self._commands.repeat(command)]
        if sid is not None and (code in _TERMINAL or code == _UNKNOWN_SID):
            return self._lose(sid)
        return []

    def _sid_of(self, answer: CommandAnswered, command: Command | None) -> int | None:
        """Tell which subscription an error concerns; the books' only one, if none is named."""
        if answer.stream is not None:
            return answer.stream
        if command is not None:
            return command.sid
        return next(iter(self.sids)) if len(self.sids) == 1 else None

    def _subscribe(self, tickers: Sequence[str]) -> list[bytes]:
        return [self._say(Command("subscribe", chunk)) for chunk in chunks(tickers)]

    def _subscribe_beside(self, channel: str, tickers: Sequence[str]) -> list[bytes]:
        """Ask for a channel; where it goes by ticker, for these, and never for all there are."""
        if channel in BY_TICKER:
            parts = chunks(tickers)
            return [self._say(Command("subscribe", part, channel=channel)) for part in parts]
        indices = self._indices if channel in BY_INDEX else ()
        return [self._say(Command("subscribe", channel=channel, indices=indices))]

    def _update(
        self, action: Action, sid: int, tickers: Sequence[str], channel: str = CHANNEL
    ) -> list[bytes]:
        return [
            self._say(Command(action, chunk, sid, channel=channel)) for chunk in chunks(tickers)
        ]

    def _update_beside(self, action: Action, tickers: Sequence[str]) -> list[bytes]:
        return [
            frame
            for sid, channel in self.beside.items()
            if channel in BY_TICKER
            for frame in self._update(action, sid, tickers, channel)
        ]
