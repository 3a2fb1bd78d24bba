"""Plain clients of the simulated venues: what a stranger's program would send."""

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from websockets.asyncio.client import ClientConnection, connect

from underround.simulation.clock import wall_ns

KALSHI_PATH = "/trade-api/ws/v2"


def kalshi_headers(addresses: dict[str, Any], *, path: str = KALSHI_PATH) -> dict[str, str]:
    """Sign a handshake with the key the venues made."""
    pem = Path(addresses["kalshi"]["private_key_path"]).read_bytes()
    key = serialization.load_pem_private_key(pem, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    timestamp = str(wall_ns() // 1_000_000)
    signature = key.sign(
        f"{timestamp}GET{path}".encode(),
        padding.PSS(padding.MGF1(hashes.SHA256()), 32),
        hashes.SHA256(),
    )
    return {
        "KALSHI-ACCESS-KEY": addresses["kalshi"]["key_id"],
        "KALSHI-ACCESS-TIMESTAMP": timestamp,
        "KALSHI-ACCESS-SIGNATURE": base64.b64encode(signature).decode(),
    }


def kalshi(addresses: dict[str, Any]) -> connect:
    """Open a signed Kalshi socket."""
    return connect(
        addresses["kalshi"]["ws"],
        additional_headers=kalshi_headers(addresses),
        max_size=None,
        compression=None,
    )


def polymarket(addresses: dict[str, Any]) -> connect:
    """Open Polymarket's market channel."""
    return connect(addresses["polymarket"]["ws"], max_size=None, compression=None)


async def say(socket: ClientConnection, message: object) -> None:
    """Send one JSON frame."""
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection) -> Any:
    """Receive one JSON frame."""
    return json.loads(await socket.recv())
