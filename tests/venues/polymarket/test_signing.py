"""Signatures equal the official client's, and no key shows anywhere."""

import json
import logging
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.recordings import recording
from underround.venues.key_file import KeyFileError
from underround.venues.polymarket.signed_order import (
    EXCHANGE,
    EXCHANGE_V3,
    NEG_RISK_EXCHANGE,
    Order,
    OrderDomain,
    domain_of,
    order_hash,
    sign_order,
)
from underround.venues.polymarket.signing import ApiKey, Wallet, load_wallet, wallet_headers

VECTORS = json.loads(Path(__file__).with_name("signing_vectors.json").read_text())
CANARY = bytes.fromhex("ca7a41c0ffee" * 5 + "0102")


def order_of(fields: dict) -> Order:
    return Order(
        salt=fields["salt"],
        maker=fields["maker"],
        signer=fields["signer"],
        token_id=int(fields["token_id"]),
        maker_amount_e6=fields["maker_amount"],
        taker_amount_e6=fields["taker_amount"],
        side=("BUY", "SELL").index(fields["side"]),
        signature_type=fields["signature_type"],
        timestamp_ms=fields["timestamp"],
        metadata=bytes.fromhex(fields["metadata"][2:]),
        builder=bytes.fromhex(fields["builder"][2:]),
    )


@pytest.mark.parametrize("vector", VECTORS["orders"], ids=lambda v: v["hash"][:10])
def test_orders_are_hashed_and_signed_as_the_official_client_does(vector) -> None:
    order = order_of(vector["order"])
    domain = OrderDomain(vector["version"], vector["contract"])
    wallet = Wallet(bytes.fromhex(vector["private_key"]))
    assert order_hash(order, domain) == vector["hash"]
    assert sign_order(order, domain, wallet) == vector["signature"]


@pytest.mark.parametrize("vector", VECTORS["wallet_headers"], ids=lambda v: v["address"])
def test_wallet_headers_are_the_official_clients(vector) -> None:
    wallet = Wallet(bytes.fromhex(vector["private_key"]))
    assert wallet.address == vector["address"]
    headers = wallet_headers(wallet, vector["timestamp_s"], vector["nonce"], vector["chain_id"])
    assert headers == {
        "POLY_ADDRESS": vector["address"],
        "POLY_SIGNATURE": vector["signature"],
        "POLY_TIMESTAMP": str(vector["timestamp_s"]),
        "POLY_NONCE": str(vector["nonce"]),
    }


@pytest.mark.parametrize("vector", VECTORS["request_signatures"], ids=lambda v: v["body"])
def test_request_signatures_are_the_official_clients(vector) -> None:
    key = ApiKey("an-id", vector["secret"], "a-phrase")
    headers = key.headers(
        "0xabc", vector["method"], vector["path"], vector["body"].encode(), vector["timestamp_s"]
    )
    assert headers["POLY_SIGNATURE"] == vector["signature"]
    assert headers["POLY_API_KEY"] == "an-id"


@pytest.mark.shared
def test_reference_vectors() -> None:
    vectors = json.loads(recording("polymarket/signing_vectors.json").read_text())
    wallet = Wallet(
        # the first development account of a published mnemonic, never funded
        bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
    )
    assert wallet.address == vectors["address"]
    checked = 0
    for name, vector in vectors.items():
        if name.startswith("l1_"):
            headers = wallet_headers(
                wallet, vector["timestamp"], vector["nonce"], vector.get("chain_id", 137)
            )
            assert headers["POLY_SIGNATURE"] == vector["signature"]
            checked += 1
        elif name.startswith("order_"):
            typed = vector["typed_data"]
            message = typed["message"].get("contents", typed["message"])
            domain = OrderDomain(
                typed["domain"]["version"],
                typed["domain"]["verifyingContract"],
                typed["domain"]["chainId"],
            )
            fields = {
                "salt": message["salt"],
                "maker": message["maker"],
                "signer": message["signer"],
                "token_id": message["tokenId"],
                "maker_amount": message["makerAmount"],
                "taker_amount": message["takerAmount"],
                "side": ("BUY", "SELL")[message["side"]],
                "signature_type": message["signatureType"],
                "timestamp": message["timestamp"],
                "metadata": message["metadata"],
                "builder": message["builder"],
            }
            assert sign_order(order_of(fields), domain, wallet) == vector["signature"], name
            checked += 1
    hmac = vectors["l2_hmac"]
    message = f"{hmac['timestamp']}{hmac['method']}{hmac['path']}{hmac['body']}"
    assert ApiKey("id", hmac["secret"], "").signature(message.encode()) == hmac["signature"]
    assert checked >= 6


def test_a_tokens_domain_is_that_of_its_protocol() -> None:
    assert domain_of(1 << 200 | 1 << 60, neg_risk=False) == OrderDomain("2", EXCHANGE)
    assert domain_of(1 << 200 | 1 << 60, neg_risk=True) == OrderDomain("2", NEG_RISK_EXCHANGE)
    assert domain_of(1 << 200 | 7, neg_risk=True) == OrderDomain("3", EXCHANGE_V3)


def test_another_wallets_order_is_not_signed() -> None:
    order = order_of(VECTORS["orders"][0]["order"])
    with pytest.raises(ValueError, match="cannot sign for"):
        sign_order(order, OrderDomain("2", EXCHANGE), Wallet(CANARY))


@given(st.integers(0, 2**53 - 1), st.integers(0, 10**12), st.integers(0, 1))
def test_any_other_field_gives_another_hash(salt: int, amount: int, side: int) -> None:
    first = order_of(VECTORS["orders"][0]["order"])
    domain = OrderDomain("2", EXCHANGE)
    fields = {"salt": salt, "maker_amount_e6": amount, "side": side}
    differs = any(getattr(first, name) != value for name, value in fields.items())
    names = first.__struct_fields__
    other = Order(**{name: fields.get(name, getattr(first, name)) for name in names})
    assert (order_hash(other, domain) != order_hash(first, domain)) == differs


def test_no_key_shows(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "wallet.key"
    path.write_text("0x" + CANARY.hex() + "\n")
    path.chmod(0o600)
    wallet, key = load_wallet(path), ApiKey("an-id", "c2VjcmV0LWNhbmFyeQ==", "phrase-canary")
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").warning("%r %s %r %s", wallet, wallet, key, key)
        for each in (wallet, key):
            with pytest.raises(TypeError, match="never copied"):
                pickle.dumps(each)
    shown = caplog.text + repr(wallet) + repr(key) + f"{[wallet, key]}"
    assert wallet.address in shown
    for secret in (CANARY.hex(), "secret-canary", "c2VjcmV0LWNhbmFyeQ", "phrase-canary"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("content", "mode", "problem"),
    [
        (CANARY.hex(), 0o644, "chmod 600"),
        (CANARY.hex(), 0o660, "chmod 600"),
        (CANARY.hex()[:-2], 0o600, "64 hexadecimal digits"),
        ("é" + CANARY.hex(), 0o600, "64 hexadecimal digits"),
        ("00" * 32, 0o600, "64 hexadecimal digits"),
    ],
)
def test_an_unusable_key_file_is_refused_without_showing_it(
    tmp_path: Path, content: str, mode: int, problem: str
) -> None:
    path = tmp_path / "wallet.key"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=problem) as raised:
        load_wallet(path)
    assert CANARY.hex()[:12] not in str(raised.value)
    assert raised.value.__cause__ is None
