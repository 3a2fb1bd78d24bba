"""Both simulated venues together: their servers, their flow, their ledger, their addresses.

Made whole on entry and gone on exit, temporary files included.
"""

import contextlib
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any, Self

from websockets.asyncio.server import Server

from underround.simulation.bitcoin import Bitcoin
from underround.simulation.clock import steady_ns, wall_ns
from underround.simulation.control import control_app
from underround.simulation.exchange import Exchange
from underround.simulation.faults.board import FaultBoard
from underround.simulation.faults.shield import Shield
from underround.simulation.faults.world import KALSHI, POLYBOLT, POLYMARKET, RTDS, USER, Line, World
from underround.simulation.flow import Flow
from underround.simulation.kalshi.auth import Credentials
from underround.simulation.kalshi.limits import Metered
from underround.simulation.kalshi.rest import PREFIX
from underround.simulation.kalshi.socket import PATH as KALSHI_PATH
from underround.simulation.ledger import Ledger
from underround.simulation.lifecycle import Lifecycle
from underround.simulation.machines import Machines
from underround.simulation.market import Pair
from underround.simulation.pairs_file import write_pairs
from underround.simulation.polymarket.polybolt import PATH as POLYBOLT_PATH
from underround.simulation.polymarket.socket import PATH as POLYMARKET_PATH
from underround.simulation.server import served
from underround.simulation.structures.structure import PAIRS_ALONE, Kind
from underround.simulation.trading import Trading
from underround.simulation.universe import draw_extras


class SimulatedVenues:
    """An async context: `async with SimulatedVenues(seed=7) as venues: venues.addresses`.

    What they are is told by `Machines`, which takes the same arguments.
    Faults: `venues.faults`.
    """

    def __init__(
        self,
        seed: int,
        *,
        speed: float = 1.0,
        pairs: int = 24,
        markets: int | None = None,
        windows: bool = False,
        calm: bool = False,
        kinds: Collection[Kind] = PAIRS_ALONE,
    ) -> None:
        self.machines = Machines(
            seed,
            wall_ns,
            steady_ns,
            speed=speed,
            pairs=pairs,
            markets=markets,
            windows=windows,
            calm=calm,
            kinds=kinds,
        )
        self.addresses: dict[str, Any] = {}
        self._faults: FaultBoard | None = None
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.machines.disconnect()
        await self._stack.aclose()

    @property
    def pairs(self) -> list[Pair]:
        """The pairs, extras included, structured markets not."""
        return self.machines.pairs

    @property
    def ledger(self) -> Ledger:
        """The ledger of truth of the pairs."""
        return self.machines.ledger

    @property
    def exchange(self) -> Exchange:
        """Where the markets change."""
        return self.machines.exchange

    @property
    def lifecycle(self) -> Lifecycle:
        """What happens to markets beside their books."""
        return self.machines.lifecycle

    @property
    def flow(self) -> Flow:
        """The order flow."""
        return self.machines.flow

    @property
    def bitcoin(self) -> Bitcoin:
        """The index and what follows it."""
        return self.machines.bitcoin

    @property
    def started_ns(self) -> int | None:
        """When the flow started (epoch ns), None before."""
        return self.machines.started_ns

    @property
    def trading(self) -> Trading:
        """Both order entries and their accounts, once the venues are open."""
        return self.machines.trading

    @property
    def faults(self) -> FaultBoard:
        """The board of faults, once the venues are open."""
        assert self._faults is not None, "not open yet"
        return self._faults

    async def _open(self) -> None:
        folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix="underround-venues-"))
        )
        credentials = Credentials(folder)
        machines = self.machines
        machines.connect(credentials)
        self._stack.push_async_callback(machines.disconnect)
        channel, socket = machines.channel, machines.socket
        shields = {
            POLYMARKET: Shield(machines.catalog.clob),
            KALSHI: Shield(Metered(machines.trade_api.app, credentials, wall_ns)),
        }
        gamma, clob, rest, control = await self._stack.enter_async_context(
            served(machines.catalog.gamma, shields[POLYMARKET], shields[KALSHI], control_app(self))
        )
        lines: dict[str, Line] = {
            POLYMARKET: channel,
            KALSHI: socket,
            RTDS: self.bitcoin.rtds,
            POLYBOLT: self.bitcoin.polybolt,
            USER: machines.trading.user_channel,
        }
        ports = {name: await self._listening(await line.listen()) for name, line in lines.items()}
        self._faults = FaultBoard(self._world(lines, shields, credentials))
        self.addresses = self._addresses((gamma, clob, rest, control), ports, credentials, folder)
        self.addresses["polymarket"] |= machines.trading.addresses(folder, clob, ports[USER])

    def _addresses(
        self,
        http: tuple[str, str, str, str],
        ports: dict[str, int],
        credentials: Credentials,
        folder: Path,
    ) -> dict[str, Any]:
        gamma, clob, rest, control = http
        key = self.bitcoin.polybolt.key
        return {
            "polymarket": {
                "gamma": gamma,
                "clob": clob,
                "ws": f"ws://127.0.0.1:{ports[POLYMARKET]}{POLYMARKET_PATH}",
            },
            "kalshi": {
                "rest": rest + PREFIX,
                "ws": f"ws://127.0.0.1:{ports[KALSHI]}{KALSHI_PATH}",
                "key_id": credentials.key_id,
                "private_key_path": str(credentials.private_key_path),
            },
            "kalshi_ed25519": {
                "key_id": credentials.ed25519_key_id,
                "private_key_path": str(credentials.ed25519_private_key_path),
            },
            "prices": {
                "rtds": f"ws://127.0.0.1:{ports[RTDS]}",
                "polybolt": f"ws://127.0.0.1:{ports[POLYBOLT]}{POLYBOLT_PATH}",
                "api_key": key.key,
                "secret": key.secret,
                "passphrase": key.passphrase,
            },
            "control": control,
            "pairs_toml": str(
                write_pairs(folder / "pairs.toml", self.pairs + self.machines.structures.pairs)
            ),
        }

    def _world(
        self,
        lines: dict[str, Line],
        shields: dict[str, Shield],
        credentials: Credentials,
    ) -> World:
        machines = self.machines
        return World(
            lines=lines,
            shields=shields,
            channel=machines.channel,
            trade_socket=machines.socket,
            clob=machines.catalog.books,
            trade_api=machines.trade_api,
            trading=machines.trading,
            credentials=credentials,
            exchange=machines.exchange,
            lifecycle=machines.lifecycle,
            flow=machines.flow,
            pairs=machines.pairs,
            later=machines.later,
            now_ns=wall_ns,
            draw_pair=lambda rng: draw_extras(rng, 1, len(machines.pairs))[0],
        )

    async def _listening(self, server: Server) -> int:
        """Keep a WebSocket server until exit; return its port."""
        self._stack.push_async_callback(server.wait_closed)
        self._stack.callback(server.close)
        return int(next(iter(server.sockets)).getsockname()[1])

    def start(self) -> None:
        """Start the flow, once."""
        self.machines.start()

    def quiesce(self) -> None:
        """Stop the flow for good, and let frozen markets show their true books."""
        self.machines.quiesce()

    def report(self) -> dict[str, Any]:
        """Return the ledgers of truth."""
        return self.machines.report()
