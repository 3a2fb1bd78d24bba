"""Reads secrets from where only their owner can: a file of mode 0600, or the system's keyring.

Reads once and keeps nothing; no message ever holds any part of a secret. `keyring:SERVICE/NAME`
names an entry of the keyring, which the extra `keyring` brings; anything else is a path.
"""

import stat
from pathlib import Path
from typing import Final

from underround.core.errors import ConfigError

KEYRING: Final = "keyring:"
_LIMIT_BYTES: Final = 64 << 10


class KeyFileError(ConfigError):
    """A secret cannot be read or used; one line says why and what to do."""


class Secret:
    """Text that never shows itself: not printed, logged, compared in messages or pickled."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text; only what signs or authenticates may ask."""
        return self._text

    def __repr__(self) -> str:
        return "<secret>"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is never copied or stored")


def read_secret(place: str | Path) -> bytes:
    """Return what a private file or a keyring entry holds; KeyFileError says what is wrong."""
    named = str(place)
    if named.startswith(KEYRING):
        return _from_keyring(named.removeprefix(KEYRING))
    return _from_file(Path(place))


def _from_file(path: Path) -> bytes:
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
            return file.read(_LIMIT_BYTES)
    except OSError as error:
        raise KeyFileError(f"key file {path} cannot be read: {error.strerror}") from None


def _from_keyring(entry: str) -> bytes:
    service, _, name = entry.partition("/")
    if not service or not name:
        raise KeyFileError(f"keyring entry {entry!r} must read keyring:SERVICE/NAME")
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise KeyFileError(
            "the keyring needs an extra: pip install 'underround[keyring]', or use a key file"
        ) from None
    try:
        text = keyring.get_password(service, name)
    except KeyringError as error:
        raise KeyFileError(f"the keyring cannot be asked: {type(error).__name__}") from None
    if text is None:
        raise KeyFileError(
            f"the keyring has no {service}/{name}; run: keyring set {service} {name}"
        )
    return text.encode()
