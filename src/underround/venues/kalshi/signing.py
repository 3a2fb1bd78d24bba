"""Signs requests to Kalshi; the only module that holds a private key, and it never shows it.

Reads the key file once; no network. RSA keys sign with PSS, SHA-256, MGF1-SHA-256 and a salt of
32 bytes; Ed25519 keys sign the same bytes directly.
See https://docs.kalshi.com/getting_started/api_keys
"""

import base64
import stat
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from underround.core.errors import ConfigError

WEBSOCKET_PATH: Final = "/trade-api/ws/v2"
_KEY_FILE_LIMIT_BYTES: Final = 64 << 10


class KeyFileError(ConfigError):
    """The key file cannot be used; one line says why and what to do."""


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


def load_signer(key_id: str, path: Path) -> Signer:
    """Read a PEM private key that only its owner may read; KeyFileError says what is wrong."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise KeyFileError(f"key file {path} is not a file")
        if mode & 0o077:
            raise KeyFileError(
                f"key file {path} may be read by others (mode {stat.S_IMODE(mode):04o}); "
                f"run: chmod 600 {path}"
            )
        with path.open("rb") as file:
            text = file.read(_KEY_FILE_LIMIT_BYTES)
    except OSError as error:
        raise KeyFileError(f"key file {path} cannot be read: {error.strerror}") from None
    return Signer(key_id, _parse(text, path))


def _parse(text: bytes, path: Path) -> RSAPrivateKey | Ed25519PrivateKey:
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
