"""A simulated exchange on a loopback port: connections, steps, and faults that can be switched on.

Steps come from outside (`step`), so a test decides when time passes; `fleet.play` steps by the
clock. Faults lie in what is said, or not said; nobody is told of them.
"""

import random
from enum import StrEnum
from http import HTTPStatus
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from underround.simulation.exchanges.bitstamp import BitstampRest, BitstampSpeaker
from underround.simulation.exchanges.bullish import BullishSpeaker
from underround.simulation.exchanges.coinbase import CoinbaseSpeaker
from underround.simulation.exchanges.cryptocom import CryptocomSpeaker
from underround.simulation.exchanges.gemini import GeminiSpeaker
from underround.simulation.exchanges.kraken import KrakenSpeaker
from underround.simulation.exchanges.lmax import LmaxSpeaker
from underround.simulation.exchanges.paxos import PaxosSpeaker
from underround.simulation.exchanges.speaker import Speaker
from underround.simulation.exchanges.spot_book import ONE_E8, SimulatedBook
from underround.simulation.wire import write

NS_PER_SECOND: Final = 1_000_000_000
CLOCK_OFF_S: Final = 40
PRICE_OFF: Final = 1.06

SPEAKERS: Final[dict[str, type[Speaker]]] = {
    "bitstamp": BitstampSpeaker,
    "bullish": BullishSpeaker,
    "coinbase": CoinbaseSpeaker,
    "cryptocom": CryptocomSpeaker,
    "gemini": GeminiSpeaker,
    "kraken": KrakenSpeaker,
    "lmax": LmaxSpeaker,
    "paxos": PaxosSpeaker,
}


class ExchangeFault(StrEnum):
    """What is wrong with an exchange."""

    NONE = "none"
    FROZEN = "frozen"  # connected, and not a word about the book
    CHECKSUM = "checksum"  # its checksums are wrong (Kraken only: no other has any)
    GAP = "gap"  # each tenth change is never said
    PRICE = "price"  # its whole book stands 6 % too high
    CLOCK = "clock"  # its stamps run 40 s behind
    DOWN = "down"  # no connection is taken, those there are cut


class SimulatedExchange:
    """One exchange, served while its context is open."""

    def __init__(self, name: str, seed: int, mid_e8: int) -> None:
        dice = random.Random(f"{name} {seed}")
        tick_e8 = ONE_E8 // 10 if name == "kraken" else ONE_E8 // 100
        self.name = name
        self.fault = ExchangeFault.NONE
        self.book = SimulatedBook(
            dice, mid_e8, tick_e8, half_spread_e8=dice.randint(1, 300) * ONE_E8 // 100
        )
        self._offset_e8 = dice.randint(-200, 200) * ONE_E8 // 100
        self._speaker = SPEAKERS[name]
        self._rest = BitstampRest(self.book) if name == "bitstamp" else None
        self._talks: dict[ServerConnection, tuple[Speaker, list[float]]] = {}
        self._elapsed_s = 0.0
        self._at_ns = 0
        self._server: Server | None = None

    async def __aenter__(self) -> "SimulatedExchange":
        self._server = await serve(
            self._talk, "127.0.0.1", 0, process_request=self._admit, compression=None
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def origin(self) -> str:
        """The host and port it listens on."""
        assert self._server is not None, "not served yet"
        return f"127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}"

    @property
    def url(self) -> str:
        """The address of its socket, path and query as the real one's."""
        return f"ws://{self.origin}{self._speaker.path}"

    @property
    def connections(self) -> int:
        """How many are connected."""
        return len(self._talks)

    def set_fault(self, fault: ExchangeFault) -> None:
        """Switch a fault on, or all off with NONE."""
        self.fault = fault
        self.book.factor = PRICE_OFF if fault is ExchangeFault.PRICE else 1.0
        for speaker, _ in self._talks.values():
            speaker.corrupt = fault is ExchangeFault.CHECKSUM
        if fault is ExchangeFault.DOWN:
            for connection in list(self._talks):
                connection.transport.abort()

    def step(self, mid_e8: int, elapsed_s: float, at_ns: int) -> None:
        """Move the book and tell everybody connected; `at_ns` is the true time."""
        self._elapsed_s += elapsed_s
        self._at_ns = at_ns
        change = self.book.step(mid_e8 + self._offset_e8)
        stamp_ns = self._stamp_ns()
        if self._rest is not None:
            self._rest.stepped(stamp_ns)
        is_lost = self.fault is ExchangeFault.GAP and change.number % 10 == 0
        for connection, (speaker, heard_at_s) in list(self._talks.items()):
            limit_s = speaker.silence_limit_s
            if limit_s is not None and self._elapsed_s - heard_at_s[0] > limit_s:
                connection.transport.abort()
            elif self.fault is not ExchangeFault.FROZEN:
                said = speaker.changed(change, stamp_ns)
                write(connection, [] if is_lost else said)
                write(connection, speaker.pulse(self._elapsed_s, stamp_ns))

    def _stamp_ns(self) -> int:
        """Return the time by this exchange's own clock."""
        is_off = self.fault is ExchangeFault.CLOCK
        return self._at_ns - CLOCK_OFF_S * NS_PER_SECOND if is_off else self._at_ns

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Let WebSockets in on the right path, answer REST, refuse the rest."""
        if self.fault is ExchangeFault.DOWN:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "down\n")
        body = self._rest.answer(request.path) if self._rest is not None else None
        if body is not None:
            response = connection.respond(HTTPStatus.OK, body.decode())
            del response.headers["Content-Type"]
            response.headers["Content-Type"] = "application/json"
            return response
        if urlsplit(request.path).path != urlsplit(self._speaker.path).path:
            return connection.respond(HTTPStatus.NOT_FOUND, "not found\n")
        return None

    async def _talk(self, connection: ServerConnection) -> None:
        speaker = self._speaker(self.book)
        speaker.corrupt = self.fault is ExchangeFault.CHECKSUM
        heard_at_s = [self._elapsed_s]
        self._talks[connection] = (speaker, heard_at_s)
        try:
            write(connection, speaker.opened(self._stamp_ns()))
            async for text in connection:
                heard_at_s[0] = self._elapsed_s
                said = speaker.heard(str(text), self._stamp_ns())
                if self.fault is not ExchangeFault.FROZEN:
                    write(connection, said)
        except ConnectionClosed:
            pass
        finally:
            del self._talks[connection]
