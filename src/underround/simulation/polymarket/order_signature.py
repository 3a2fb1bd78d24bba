"""What Polymarket checks of a signature: typed-data hashes from their type's text, and recovery.

A plain encoder of EIP-712 that reads the types as they are written; it signs nothing.
https://eips.ethereum.org/EIPS/eip-712
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import coincurve
from Crypto.Hash import keccak

CHAIN_ID: Final = 137
CONTRACTS: Final = {
    ("2", False): "0xE111180000d2663C0091e4f400237545B87B996B",
    ("2", True): "0xe2222d279d744050d28e00520010520000310F59",
    ("3", False): "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa",
    ("3", True): "0xe3333700cA9d93003F00f0F71f8515005F6c00Aa",
}
ORDER_TYPE: Final = (
    "Order(uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,"
    "uint256 takerAmount,uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,"
    "bytes32 builder)"
)
_NESTED_TYPE: Final = (
    "TypedDataSign(Order contents,string name,string version,uint256 chainId,"
    "address verifyingContract,bytes32 salt)"
)
_AUTH_TYPE: Final = "ClobAuth(address address,string timestamp,uint256 nonce,string message)"
_MESSAGE: Final = "This message attests that I control the given wallet"


def keccak256(content: bytes) -> bytes:
    """Return Keccak-256."""
    return keccak.new(digest_bits=256, data=content).digest()


def struct_hash(type_text: str, values: Mapping[str, Any], inner: str = "") -> bytes:
    """Return hashStruct of a type as it is written; `inner` are the types that it names."""
    encoded = keccak256((type_text + inner).encode())
    for kind, name in re.findall(r"(\w+) (\w+)", type_text.partition("(")[2]):
        value = values[name]
        if kind == "string":
            encoded += keccak256(str(value).encode())
        elif kind == "address":
            encoded += bytes.fromhex(str(value)[2:]).rjust(32, b"\0")
        elif kind == "bytes32":
            encoded += bytes.fromhex(str(value)[2:])
        elif kind.startswith("uint"):
            encoded += int(value).to_bytes(32, "big")
        else:
            encoded += struct_hash(inner, value)
    return keccak256(encoded)


def domain_hash(**values: Any) -> bytes:
    """Return the separator of a domain with these parts, in the order of the standard."""
    kinds = {"name": "string", "version": "string", "chainId": "uint256"}
    kinds["verifyingContract"] = "address"
    named = ",".join(f"{kind} {name}" for name, kind in kinds.items() if name in values)
    return struct_hash(f"EIP712Domain({named})", values)


def signer_of(domain: bytes, contents: bytes, signature: bytes) -> str | None:
    """Return the lower-case address that signed, None for no signature at all."""
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    digest = keccak256(b"\x19\x01" + domain + contents)
    try:
        public = coincurve.PublicKey.from_signature_and_message(
            signature[:64] + bytes((signature[64] - 27,)), digest, hasher=None
        )
    except ValueError:
        return None
    return "0x" + keccak256(public.format(compressed=False)[1:])[-20:].hex()


def auth_signer(address: str, timestamp: str, nonce: str, signature: str) -> str | None:
    """Return who signed a request for an API key."""
    try:
        domain = domain_hash(name="ClobAuthDomain", version="1", chainId=CHAIN_ID)
        values = {"address": address, "timestamp": timestamp, "nonce": nonce, "message": _MESSAGE}
        return signer_of(domain, struct_hash(_AUTH_TYPE, values), bytes.fromhex(signature[2:]))
    except ValueError:
        return None


def order_identity(order: Mapping[str, Any], version: str, *, neg_risk: bool) -> tuple[str, str]:
    """Return an order's hash and the lower-case address that signed it, "" when none did."""
    domain = domain_hash(
        name="Polymarket CTF Exchange",
        version=version,
        chainId=CHAIN_ID,
        verifyingContract=CONTRACTS[version, neg_risk],
    )
    values = dict(order) | {"side": 0 if order["side"] == "BUY" else 1}
    contents = struct_hash(ORDER_TYPE, values)
    identity = "0x" + keccak256(b"\x19\x01" + domain + contents).hex()
    signature = bytes.fromhex(str(order["signature"])[2:])
    if order["signatureType"] != 3:
        return identity, signer_of(domain, contents, signature) or ""
    trailer = domain + contents + ORDER_TYPE.encode() + len(ORDER_TYPE).to_bytes(2, "big")
    if signature[65:] != trailer:
        return identity, ""
    nested = struct_hash(
        _NESTED_TYPE,
        {
            "contents": values,
            "name": "DepositWallet",
            "version": "1",
            "chainId": CHAIN_ID,
            "verifyingContract": order["signer"],
            "salt": "0x" + "00" * 32,
        },
        ORDER_TYPE,
    )
    return identity, signer_of(domain, nested, signature[:65]) or ""
