"""Kalshi's commands: their words on the wire, their numbers, and which of them wait for answers.

Sans-io; what an answer means for the subscriptions is decided by `session`.
https://docs.kalshi.com/websockets/websocket-connection
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

CHANNEL: Final = "orderbook_delta"
LIVES: Final = "market_lifecycle_v2"
TRADES: Final = "trade"
INDICES: Final = "cfbenchmarks_value"
INDICES_5HZ: Final = "cfbenchmarks_value_5hz"
BY_TICKER: Final = frozenset({CHANNEL, "ticker", TRADES})
BY_INDEX: Final = frozenset({INDICES, INDICES_5HZ})
TICKERS_PER_COMMAND: Final = 500
_OWN_WORDS: Final = frozenset({"subscribe", "unsubscribe", "list_subscriptions"})

Action = Literal[
    "subscribe",
    "add_markets",
    "delete_markets",
    "get_snapshot",
    "unsubscribe",
    "list_subscriptions",
]


class Command(Struct, frozen=True):
    """A command, numbered when it is said; `known` are the streams held at that time."""

    action: Action
    tickers: tuple[str, ...] = ()
    sid: int | None = None
    repeats: int = 0
    channel: str = CHANNEL
    indices: tuple[str, ...] = ()
    known: frozenset[int] = frozenset()
    id: int = 0


class CommandError(Struct, frozen=True):
    """A refusal by the venue; `command` None when no command of ours has that id."""

    code: int
    message: str
    command: Command | None
    sid: int | None


class Commands:
    """Numbers commands from 1 on each connection and keeps them until they are answered."""

    def __init__(self) -> None:
        self.pending: dict[int, Command] = {}
        self._next_id = 1

    def restart(self) -> None:
        """Forget everything: the connection is a new one."""
        self.pending.clear()
        self._next_id = 1

    def repeat(self, command: Command) -> bytes:
        """Return the frame that says a command again, under a new number."""
        return self.say(replace(command, repeats=command.repeats + 1))

    def say(self, command: Command) -> bytes:
        """Return the frame of a command, which waits for its answer from now on."""
        command = replace(command, id=self._next_id)
        self._next_id += 1
        self.pending[command.id] = command
        word = command.action if command.action in _OWN_WORDS else "update_subscription"
        written: dict[str, object] = {"id": command.id, "cmd": word}
        parameters = _parameters(command)
        if parameters is not None:
            written["params"] = parameters
        return msgspec.json.encode(written)


def chunks(tickers: Sequence[str]) -> list[tuple[str, ...]]:
    """Split tickers into lists that one command may carry."""
    starts = range(0, len(tickers), TICKERS_PER_COMMAND)
    return [tuple(tickers[start : start + TICKERS_PER_COMMAND]) for start in starts]


def _parameters(command: Command) -> dict[str, object] | None:
    if command.action == "list_subscriptions":
        return None
    if command.action == "unsubscribe":
        return {"sids": [command.sid]}
    if command.action != "subscribe":
        return {
            "sid": command.sid,
            "action": command.action,
            "market_tickers": command.tickers,
        }
    parameters: dict[str, object] = {"channels": [command.channel]}
    if command.channel in BY_INDEX:
        parameters["index_ids"] = command.indices
    if command.tickers:
        parameters["market_tickers"] = command.tickers
    if command.channel == CHANNEL:
        # Sent although false is the default: the venue will change the default.
        parameters["use_yes_price"] = False
    return parameters
