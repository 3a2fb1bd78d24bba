"""Secrets come from private files or the keyring, and never show."""

import pickle
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from underround.venues.key_file import KeyFileError, Secret, read_secret


class Box(KeyringBackend):
    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return "canary" if (service, username) == ("underround", "wallet") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def box():
    before = keyring.get_keyring()
    keyring.set_keyring(Box())
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize("place", ["keyring:underround/wallet", Path("keyring:underround/wallet")])
def test_the_keyring_is_asked_by_service_and_name(place) -> None:
    assert read_secret(place) == b"canary"


@pytest.mark.usefixtures("box")
def test_what_the_keyring_does_not_have_is_told() -> None:
    with pytest.raises(KeyFileError, match="keyring set underround nothing"):
        read_secret("keyring:underround/nothing")
    with pytest.raises(KeyFileError, match="keyring:SERVICE/NAME"):
        read_secret("keyring:underround")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    path.write_text("canary")
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"mode {mode:04o}.*chmod 600") as refused:
        read_secret(path)
    assert "canary" not in str(refused.value)
    path.chmod(0o600)
    assert read_secret(str(path)) == b"canary"


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_secret(tmp_path / "none")
    with pytest.raises(KeyFileError, match="is not a file"):
        read_secret(tmp_path)


def test_a_secret_never_shows() -> None:
    secret = Secret("canary")
    assert secret.reveal() == "canary"
    assert "canary" not in f"{secret} {secret!r} {[secret]} {secret.__class__.__name__}"
    with pytest.raises(TypeError, match="never copied"):
        pickle.dumps(secret)
