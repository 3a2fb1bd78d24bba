"""The keys of the simulated Kalshi, made at start, and the check of a signed handshake.

RSA-PSS with SHA-256 and a salt of 32 bytes over timestamp, method and path. Only the public half
is used here; the private key goes to a file of mode 0600 for the client.
"""

import base64
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_HEADER: Final = "KALSHI-ACCESS-KEY"
TIMESTAMP_HEADER: Final = "KALSHI-ACCESS-TIMESTAMP"
SIGNATURE_HEADER: Final = "KALSHI-ACCESS-SIGNATURE"
_WINDOW_MS: Final = 30_000
"""How far a timestamp may be off; the venue documents 30 s for FIX alone."""
_SALT_BYTES: Final = 32


class Credentials:
    """One API key: its id, its private key's file, and the check of what it signed."""

    def __init__(self, directory: Path) -> None:
        private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self._public = private.public_key()
        self.key_id = str(uuid.uuid4())
        self.private_key_path = directory / "kalshi-demo-key.pem"
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        descriptor = os.open(self.private_key_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)

    def accepts(self, headers: Mapping[str, str], method: str, path: str, now_ms: int) -> bool:
        """Say whether the three headers sign this method and path, now; never raises."""
        timestamp = headers.get(TIMESTAMP_HEADER, "")
        if headers.get(KEY_HEADER) != self.key_id or not timestamp.isascii():
            return False
        if not timestamp.isdigit() or abs(int(timestamp) - now_ms) > _WINDOW_MS:
            return False
        try:
            signature = base64.b64decode(headers.get(SIGNATURE_HEADER, ""), validate=True)
            self._public.verify(
                signature,
                f"{timestamp}{method}{path}".encode(),
                padding.PSS(padding.MGF1(hashes.SHA256()), _SALT_BYTES),
                hashes.SHA256(),
            )
        except (ValueError, InvalidSignature):
            return False
        return True
