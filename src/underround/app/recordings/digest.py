"""A fingerprint of everything a run signalled, so that a run and its replay can be compared."""

import hashlib

import msgspec

from underround.core.opportunity import Signal
from underround.core.windows.value_signal import ValueSignal


class SignalDigest:
    """SHA-256 over every signal in order, each as one line of JSON."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._encode = msgspec.json.Encoder().encode
        self.count = 0

    def add(self, signal: Signal | ValueSignal) -> None:
        """Take in one signal."""
        self.count += 1
        self._hash.update(self._encode(signal))
        self._hash.update(b"\n")

    @property
    def hex(self) -> str:
        """The digest so far, 64 hexadecimal digits."""
        return self._hash.hexdigest()
