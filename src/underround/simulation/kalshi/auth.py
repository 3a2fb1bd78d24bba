"""The keys of the simulated Kalshi, made at start, and the check of what they signed.

Two keys sign timestamp, method and path: one RSA-PSS with SHA-256 and a salt of 32 bytes, one
Ed25519. Only the public halves are used here; the private keys go to files of mode 0600.
"""

import base64
import os
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

KEY_HEADER: Final = "KALSHI-ACCESS-KEY"
TIMESTAMP_HEADER: Final = "KALSHI-ACCESS-TIMESTAMP"
SIGNATURE_HEADER: Final = "KALSHI-ACCESS-SIGNATURE"
WINDOW_MS: Final = 30_000
"""How far a timestamp may be off; the venue documents 30 s for FIX alone."""
_SALT_BYTES: Final = 32

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ed25519.Ed25519PublicKey


class Credentials:
    """Two API keys with their private keys' files, and the check of what either signed.

    `skew_ms` sets the venue's clock off: a caller whose own clock is right is then refused.
    """

    def __init__(self, directory: Path) -> None:
        self.skew_ms = 0
        self._public: dict[str, PublicKey] = {}
        self.key_id, self.private_key_path = self._made(
            rsa.generate_private_key(public_exponent=65_537, key_size=2_048),
            directory / "kalshi-demo-key.pem",
        )
        self.ed25519_key_id, self.ed25519_private_key_path = self._made(
            ed25519.Ed25519PrivateKey.generate(), directory / "kalshi-demo-ed25519-key.pem"
        )

    def accepts(self, headers: Mapping[str, str], method: str, path: str, now_ms: int) -> bool:
        """Say whether the three headers sign this method and path, now; never raises."""
        timestamp = headers.get(TIMESTAMP_HEADER, "")
        public = self._public.get(headers.get(KEY_HEADER, ""))
        if public is None or not (timestamp.isascii() and timestamp.isdigit()):
            return False
        if abs(int(timestamp) - now_ms - self.skew_ms) > WINDOW_MS:
            return False
        try:
            signature = base64.b64decode(headers.get(SIGNATURE_HEADER, ""), validate=True)
            _verify(public, signature, f"{timestamp}{method}{path}".encode())
        except (ValueError, InvalidSignature):
            return False
        return True

    def _made(self, private: PrivateKey, path: Path) -> tuple[str, Path]:
        """Write a private key to its file and keep its public half; return its id and file."""
        identity = str(uuid.uuid4())
        self._public[identity] = private.public_key()
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        return identity, path


def _verify(public: PublicKey, signature: bytes, signed: bytes) -> None:
    if isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(signature, signed)
    else:
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), _SALT_BYTES)
        public.verify(signature, signed, pss, hashes.SHA256())


def http_date(at_ms: int) -> str:
    """Write a time (epoch ms) as HTTP's `Date` does."""
    return format_datetime(datetime.fromtimestamp(at_ms // 1_000, tz=UTC), usegmt=True)
