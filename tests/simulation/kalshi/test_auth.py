"""The handshake's signature: what is signed, by whom, and when."""

import base64
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from underround.simulation.kalshi.auth import Credentials

PATH = "/trade-api/ws/v2"
NOW_MS = 1_786_085_188_978


def signed(
    credentials: Credentials, text: str, at_ms: int = NOW_MS, salt: int = 32
) -> dict[str, str]:
    key = serialization.load_pem_private_key(credentials.private_key_path.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    signature = key.sign(
        text.encode(), padding.PSS(padding.MGF1(hashes.SHA256()), salt), hashes.SHA256()
    )
    return {
        "KALSHI-ACCESS-KEY": credentials.key_id,
        "KALSHI-ACCESS-TIMESTAMP": str(at_ms),
        "KALSHI-ACCESS-SIGNATURE": base64.b64encode(signature).decode(),
    }


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> Credentials:
    return Credentials(tmp_path_factory.mktemp("keys"))


def test_the_private_key_is_for_its_owner_alone(credentials: Credentials) -> None:
    assert stat.S_IMODE(credentials.private_key_path.stat().st_mode) == 0o600
    assert isinstance(credentials.private_key_path, Path)


def test_a_right_signature_is_accepted(credentials: Credentials) -> None:
    headers = signed(credentials, f"{NOW_MS}GET{PATH}")
    assert credentials.accepts(headers, "GET", PATH, NOW_MS + 20_000)


@pytest.mark.parametrize(
    "change",
    [
        {"KALSHI-ACCESS-KEY": "someone else"},
        {"KALSHI-ACCESS-TIMESTAMP": str(NOW_MS + 1)},
        {"KALSHI-ACCESS-TIMESTAMP": "soon"},
        {"KALSHI-ACCESS-TIMESTAMP": "²"},
        {"KALSHI-ACCESS-SIGNATURE": "AAAA"},
        {"KALSHI-ACCESS-SIGNATURE": "not base64!"},
        {"KALSHI-ACCESS-SIGNATURE": ""},
    ],
)
def test_a_wrong_header_is_refused(credentials: Credentials, change: dict[str, str]) -> None:
    headers = signed(credentials, f"{NOW_MS}GET{PATH}") | change
    assert not credentials.accepts(headers, "GET", PATH, NOW_MS)


@pytest.mark.parametrize("text", [f"{NOW_MS}POST{PATH}", f"{NOW_MS}GET/other", f"GET{PATH}"])
def test_another_text_is_refused(credentials: Credentials, text: str) -> None:
    assert not credentials.accepts(signed(credentials, text), "GET", PATH, NOW_MS)


def test_an_old_timestamp_or_another_salt_is_refused(credentials: Credentials) -> None:
    text = f"{NOW_MS}GET{PATH}"
    assert not credentials.accepts(signed(credentials, text), "GET", PATH, NOW_MS + 31_000)
    assert not credentials.accepts(signed(credentials, text, salt=20), "GET", PATH, NOW_MS)
    assert not credentials.accepts({}, "GET", PATH, NOW_MS)
