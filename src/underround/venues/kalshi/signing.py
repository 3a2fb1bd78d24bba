"""Signs requests to Kalshi; the only module that holds a private key, and it never shows it.

Reads the key file once; no network. RSA keys sign with PSS, SHA-256, MGF1-SHA-256 and a salt of
32 bytes; Ed25519 keys sign the same bytes directly.
See https://docs.kalshi.com/getting_started/api_keys
"""

import base64
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from underround.venues.key_file import KeyFileError, read_secret

__all__ = ["WEBSOCKET_PATH", "KeyFileError", "Signer", "load_signer"]

WEBSOCKET_PATH: Final = "/trade-api/ws/v2"


class Signer:
    """A key id with its private key; prints as the id alone."""

    __slots__ = ("_key", "key_id")

    def __init__(self, key_id: str, key: RSAPrivateKey | Ed25519PrivateKey) -> None:
        if not key_id or not key_id.isascii() or not key_id.isprintable():
            raise ValueError("the Kalshi key id is empty or not plain text")
        self.key_id = key_id
        self._key = key

    def __repr__(self) -> str:
        return f"Signer(key_id={self.key_id!r}, key=<secret>)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Signer is never copied or stored")

    def headers(self, method: str, path: str, timestamp_ms: int) -> dict[str, str]:
        """Return the three access headers of one request.

        `path` counts from the host's root (with /trade-api/v2); a query is cut off, because the
        venue signs without it. `timestamp_ms` is the wall clock in milliseconds.
        """
        message = f"{timestamp_ms}{method}{urlsplit(path).path}".encode()
        return {
            "KALSHI-ACCESS-KEY": self.key_id,
            "KALSHI-ACCESS-TIMESTAMP": str(timestamp_ms),
            "KALSHI-ACCESS-SIGNATURE": base64.b64encode(self._sign(message)).decode(),
        }

    def _sign(self, message: bytes) -> bytes:
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(message)
        digest = hashes.SHA256()
        padding = PSS(mgf=MGF1(digest), salt_length=PSS.DIGEST_LENGTH)
        return self._key.sign(message, padding, digest)


def load_signer(key_id: str, path: Path | str) -> Signer:
    """Read a PEM private key that only its owner may read; KeyFileError says what is wrong."""
    return Signer(key_id, _parse(read_secret(path), path))


def _parse(text: bytes, path: Path | str) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        key = load_pem_private_key(text, password=None)
    except TypeError:
        problem = f"key file {path} is encrypted; write it without a passphrase, with mode 0600"
        raise KeyFileError(problem) from None
    except (ValueError, UnsupportedAlgorithm):
        problem = f"key file {path} holds no PEM private key; download it from Kalshi again"
        raise KeyFileError(problem) from None
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise KeyFileError(f"key file {path} holds neither an RSA nor an Ed25519 key")
    return key
