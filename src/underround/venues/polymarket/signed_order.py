"""The order that Polymarket's exchange contracts check: its fields, its hash, its signature.

The hash is the venue's id of the order and is known before anything is sent. What is not signed
(expiry, order type, post-only) is no concern of this module; it holds no key.
https://docs.polymarket.com/developers/CLOB/orders
"""

from functools import lru_cache
from typing import Final

from msgspec import Struct

from underround.venues.polymarket.signing import (
    POLYGON,
    Wallet,
    address_word,
    keccak,
    typed_digest,
    word,
)

EXCHANGE: Final = "0xE111180000d2663C0091e4f400237545B87B996B"
NEG_RISK_EXCHANGE: Final = "0xe2222d279d744050d28e00520010520000310F59"
EXCHANGE_V3: Final = "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa"

EOA: Final = 0
DEPOSIT_WALLET: Final = 3
"""A contract wallet checks the signature itself (ERC-1271), nested as ERC-7739 has it."""

BUY: Final = 0
SELL: Final = 1
SALT_LIMIT: Final = 1 << 53  # the salt travels as a JSON number
_ZERO_WORD: Final = bytes(32)
_TOKEN_V2_MASK: Final = ((1 << 64) - 1) << 40

_ORDER: Final = (
    b"Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,"
    b"uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,"
    b"bytes32 builder)"
)
_ORDER_TYPE: Final = keccak(_ORDER)
_NESTED_TYPE: Final = keccak(
    b"TypedDataSign(Order contents,string name,string version,uint256 chainId,"
    b"address verifyingContract,bytes32 salt)" + _ORDER
)
_DOMAIN_TYPE: Final = keccak(
    b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
_NAME: Final = keccak(b"Polymarket CTF Exchange")
_DEPOSIT_WALLET_NAME: Final = keccak(b"DepositWallet")
_DEPOSIT_WALLET_VERSION: Final = keccak(b"1")


class OrderDomain(Struct, frozen=True):
    """Which contract settles an order, and the version its signature is made for."""

    version: str
    contract: str
    chain_id: int = POLYGON


def domain_of(token_id: int, *, neg_risk: bool) -> OrderDomain:
    """Return the domain of a token's orders: version "3" for ids of protocol V2, else "2"."""
    if token_id & _TOKEN_V2_MASK == 0:
        return OrderDomain("3", EXCHANGE_V3)
    return OrderDomain("2", NEG_RISK_EXCHANGE if neg_risk else EXCHANGE)


class Order(Struct, frozen=True, kw_only=True):
    """What is signed; amounts in millionths of a share or of a dollar, `timestamp_ms` of making.

    A buyer makes dollars and takes shares, a seller the other way round.
    """

    salt: int
    maker: str
    signer: str
    token_id: int
    maker_amount_e6: int
    taker_amount_e6: int
    side: int
    signature_type: int
    timestamp_ms: int
    metadata: bytes = _ZERO_WORD
    builder: bytes = _ZERO_WORD

    def struct_hash(self) -> bytes:
        """Return the hash of the fields alone."""
        return keccak(
            _ORDER_TYPE
            + word(self.salt)
            + address_word(self.maker)
            + address_word(self.signer)
            + word(self.token_id)
            + word(self.maker_amount_e6)
            + word(self.taker_amount_e6)
            + word(self.side)
            + word(self.signature_type)
            + word(self.timestamp_ms)
            + self.metadata
            + self.builder
        )


@lru_cache(maxsize=16)
def separator(domain: OrderDomain) -> bytes:
    """Return the domain's own hash."""
    return keccak(
        _DOMAIN_TYPE
        + _NAME
        + keccak(domain.version.encode())
        + word(domain.chain_id)
        + address_word(domain.contract)
    )


def order_hash(order: Order, domain: OrderDomain) -> str:
    """Return the order's id as the venue will name it, before it is sent."""
    return "0x" + typed_digest(separator(domain), order.struct_hash()).hex()


def sign_order(order: Order, domain: OrderDomain, wallet: Wallet) -> str:
    """Return the order's signature in the form that its signature type calls for.

    ValueError when the wallet is not the one that may sign: for types 0 to 2 it is the signer.
    """
    contents, within = order.struct_hash(), separator(domain)
    if order.signature_type != DEPOSIT_WALLET:
        if wallet.address != order.signer:
            raise ValueError(f"{wallet.address} cannot sign for {order.signer}")
        return "0x" + wallet.sign(typed_digest(within, contents)).hex()
    nested = keccak(
        _NESTED_TYPE
        + contents
        + _DEPOSIT_WALLET_NAME
        + _DEPOSIT_WALLET_VERSION
        + word(domain.chain_id)
        + address_word(order.signer)
        + _ZERO_WORD
    )
    signature = wallet.sign(typed_digest(within, nested))
    length = len(_ORDER).to_bytes(2, "big")
    return "0x" + (signature + within + contents + _ORDER + length).hex()
