"""Signs for Polymarket: wallet signatures (secp256k1 over EIP-712 digests) and request headers.

The only module that holds a wallet's key or an API key's secret; neither ever shows. No network,
no clock, no random number. https://docs.polymarket.com/developers/CLOB/authentication
"""

import base64
import binascii
import hashlib
import hmac
from pathlib import Path
from typing import Final

import coincurve
from Crypto.Hash import keccak as _keccak

from underround.venues.key_file import KeyFileError, Secret, read_secret

POLYGON: Final = 137
CLOB_AUTH_MESSAGE: Final = "This message attests that I control the given wallet"
_PREFIX: Final = b"\x19\x01"


def keccak(content: bytes) -> bytes:
    """Return Keccak-256, the hash of Ethereum (not SHA-3's padding)."""
    return _keccak.new(digest_bits=256, data=content).digest()


_CLOB_AUTH_TYPE: Final = keccak(
    b"ClobAuth(address address,string timestamp,uint256 nonce,string message)"
)
_CLOB_AUTH_DOMAIN: Final = keccak(b"EIP712Domain(string name,string version,uint256 chainId)")


def word(number: int) -> bytes:
    """Return an unsigned integer as the 32 bytes that a hash is made over."""
    return number.to_bytes(32, "big")


def address_word(address: str) -> bytes:
    """Return an address ("0x" and 40 hexadecimal digits) as 32 bytes; ValueError otherwise."""
    raw = bytes.fromhex(address.removeprefix("0x"))
    if len(raw) != 20:
        raise ValueError(f"{address!r} is not an address: 0x and 40 hexadecimal digits")
    return raw.rjust(32, b"\0")


def checksummed(raw: bytes) -> str:
    """Return 20 bytes as an address with the capitals that check it (EIP-55)."""
    digits = raw.hex()
    check = keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) >= 8 else digit
        for digit, nibble in zip(digits, check, strict=False)
    )


def typed_digest(domain_separator: bytes, struct_hash: bytes) -> bytes:
    """Return the 32 bytes that EIP-712 has signed."""
    return keccak(_PREFIX + domain_separator + struct_hash)


class Wallet:
    """A private key with its address; prints as the address alone."""

    __slots__ = ("_key", "address")

    def __init__(self, private_key: bytes) -> None:
        self._key = coincurve.PrivateKey(private_key)
        public = self._key.public_key.format(compressed=False)[1:]
        self.address = checksummed(keccak(public)[-20:])

    def __repr__(self) -> str:
        return f"Wallet(address={self.address!r}, key=<secret>)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Wallet is never copied or stored")

    def sign(self, digest: bytes) -> bytes:
        """Return the 65 bytes r, s, v (27 or 28) over a digest; deterministic (RFC 6979)."""
        signature = self._key.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes((signature[64] + 27,))


class ApiKey:
    """The key that authenticates requests of one wallet; prints as the key's id alone."""

    __slots__ = ("_passphrase", "_secret", "id")

    def __init__(self, id_: str, secret: str, passphrase: str) -> None:
        try:
            padded = secret + "=" * (-len(secret) % 4)
            self._secret = base64.b64decode(padded, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise KeyFileError("the Polymarket API secret is not base64: make a new key") from None
        self._passphrase = Secret(passphrase)
        self.id = id_

    def __repr__(self) -> str:
        return f"ApiKey(id={self.id!r}, secret=<secret>)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("an ApiKey is never copied or stored")

    def headers(
        self, address: str, method: str, path: str, body: bytes, timestamp_s: int
    ) -> dict[str, str]:
        """Return the headers of one request (L2); `path` has no query, `body` is as it is sent."""
        signature = self.signature(f"{timestamp_s}{method}{path}".encode() + body)
        return {
            "POLY_ADDRESS": address,
            "POLY_SIGNATURE": signature,
            "POLY_TIMESTAMP": str(timestamp_s),
            "POLY_API_KEY": self.id,
            "POLY_PASSPHRASE": self._passphrase.reveal(),
        }

    def signature(self, message: bytes) -> str:
        """Return HMAC-SHA256 of a message in URL-safe base64."""
        return base64.urlsafe_b64encode(
            hmac.new(self._secret, message, hashlib.sha256).digest()
        ).decode()

    def socket_credentials(self) -> dict[str, str]:
        """Return what the user channel asks for; it goes nowhere but into that frame."""
        return {
            "apiKey": self.id,
            "secret": base64.urlsafe_b64encode(self._secret).decode(),
            "passphrase": self._passphrase.reveal(),
        }


def wallet_headers(
    wallet: Wallet, timestamp_s: int, nonce: int = 0, chain_id: int = POLYGON
) -> dict[str, str]:
    """Return the headers that make or recover an API key (L1), signed by the wallet."""
    domain = keccak(_CLOB_AUTH_DOMAIN + keccak(b"ClobAuthDomain") + keccak(b"1") + word(chain_id))
    struct_hash = keccak(
        _CLOB_AUTH_TYPE
        + address_word(wallet.address)
        + keccak(str(timestamp_s).encode())
        + word(nonce)
        + keccak(CLOB_AUTH_MESSAGE.encode())
    )
    return {
        "POLY_ADDRESS": wallet.address,
        "POLY_SIGNATURE": "0x" + wallet.sign(typed_digest(domain, struct_hash)).hex(),
        "POLY_TIMESTAMP": str(timestamp_s),
        "POLY_NONCE": str(nonce),
    }


def load_wallet(place: str | Path) -> Wallet:
    """Read a wallet's private key (64 hexadecimal digits); KeyFileError says what is wrong."""
    text = read_secret(place).strip().removeprefix(b"0x")
    try:
        raw = bytes.fromhex(text.decode("ascii"))
        if len(raw) != 32:
            raise ValueError
        return Wallet(raw)
    except (ValueError, UnicodeDecodeError):
        raise KeyFileError(
            f"{place} holds no private key of a wallet: 64 hexadecimal digits, 0x before or not"
        ) from None
