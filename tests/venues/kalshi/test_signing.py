"""Signatures checked with the public key; key files refused with one clear line."""

import base64
import copy
import pickle
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from underround.core.errors import ConfigError
from underround.venues.kalshi.signing import WEBSOCKET_PATH, KeyFileError, Signer, load_signer

RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STAMP_MS = 1_790_000_000_123


def pem(key, encryption=None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def key_file(directory: Path, text: bytes, mode: int = 0o600) -> Path:
    path = directory / "kalshi.pem"
    path.write_bytes(text)
    path.chmod(mode)
    return path


def signature(headers: dict[str, str]) -> bytes:
    return base64.b64decode(headers["KALSHI-ACCESS-SIGNATURE"], validate=True)


def test_an_rsa_signature_verifies_as_the_venue_does_it(tmp_path: Path):
    signer = load_signer("key-1", key_file(tmp_path, pem(RSA_KEY)))
    headers = signer.headers("GET", WEBSOCKET_PATH, STAMP_MS)
    assert headers["KALSHI-ACCESS-KEY"] == "key-1"
    assert headers["KALSHI-ACCESS-TIMESTAMP"] == "1790000000123"
    RSA_KEY.public_key().verify(
        signature(headers),
        b"1790000000123GET/trade-api/ws/v2",
        padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32),
        hashes.SHA256(),
    )


def test_the_query_is_not_signed_and_the_method_is():
    signer = Signer("key-1", RSA_KEY)
    verify = RSA_KEY.public_key().verify
    scheme = (padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    path = "/trade-api/v2/portfolio/orders?limit=5"
    made = signature(signer.headers("DELETE", path, STAMP_MS))
    verify(made, b"1790000000123DELETE/trade-api/v2/portfolio/orders", *scheme)
    with pytest.raises(InvalidSignature):
        verify(made, b"1790000000123GET/trade-api/v2/portfolio/orders", *scheme)


def test_an_ed25519_key_signs_the_same_bytes_directly(tmp_path: Path):
    key = ed25519.Ed25519PrivateKey.generate()
    headers = load_signer("k", key_file(tmp_path, pem(key))).headers("GET", "/x", STAMP_MS)
    key.public_key().verify(signature(headers), b"1790000000123GET/x")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused_with_the_remedy(tmp_path: Path, mode: int):
    path = key_file(tmp_path, pem(RSA_KEY), mode)
    with pytest.raises(KeyFileError, match=f"chmod 600 {path}") as caught:
        load_signer("k", path)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ConfigError)


def test_a_key_that_its_owner_may_only_read_is_taken(tmp_path: Path):
    assert load_signer("k", key_file(tmp_path, pem(RSA_KEY), 0o400)).key_id == "k"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "no PEM private key"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no PEM private key"),
        (pem(RSA_KEY, BestAvailableEncryption(b"secret")), "encrypted"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "neither an RSA nor an Ed25519"),
    ],
)
def test_other_keys_are_refused(tmp_path: Path, text: bytes, words: str):
    with pytest.raises(KeyFileError, match=words):
        load_signer("k", key_file(tmp_path, text))


def test_a_missing_key_file_and_a_folder_are_named(tmp_path: Path):
    with pytest.raises(KeyFileError, match=r"none\.pem cannot be read: No such file"):
        load_signer("k", tmp_path / "none.pem")
    with pytest.raises(KeyFileError, match="is not a file"):
        load_signer("k", tmp_path)


def test_a_signer_never_shows_or_gives_away_its_key():
    signer = Signer("key-1", RSA_KEY)
    assert repr(signer) == str(signer) == "Signer(key_id='key-1', key=<secret>)"
    for give_away in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="never copied"):
            give_away(signer)


def test_a_key_id_that_could_break_a_header_is_refused():
    for key_id in ("", "a\r\nX: y", "schlüssel"):
        with pytest.raises(ValueError, match="key id"):
            Signer(key_id, RSA_KEY)
