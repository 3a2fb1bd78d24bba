"""One connection's way out: frames pass the faults in force, then leave in one socket write.

A frame is written late: a number that counts what was sent is drawn when it leaves, so that a
frame held back takes a later one. What frames say is not decided here.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from underround.simulation.wire import Wired, unread_bytes, write, write_parts

MOST_UNREAD_BYTES = 8 << 20
"""What may wait for a reader before the venue gives it up."""


class Frame(NamedTuple):
    """A text to send; `about` names the instruments it tells of, none for replies and PONGs."""

    render: Callable[[], str | bytes]
    about: tuple[str, ...] = ()
    is_opening: bool = False


def ready(text: str | bytes, about: tuple[str, ...] = ()) -> Frame:
    """Return a frame that is written already; unless said, it tells of no instrument."""
    return Frame(lambda: text, about)


class WireFault(Protocol):
    """Something wrong with the wire of a venue while it is in force."""

    def through(self, outlet: "Outlet", frames: list[Frame]) -> list[Frame]:
        """Return what is to leave in place of these frames."""
        ...


class Outlet:
    """Everything said on one connection goes through here.

    `faults` is the venue's list of faults in force, shared by its connections; `on_overflow` is
    told once when the reader leaves too much unread.
    """

    __slots__ = ("_on_overflow", "connection", "faults", "frames_sent", "is_mute", "most_unread")

    def __init__(
        self,
        connection: Wired,
        faults: list[WireFault],
        on_overflow: "Callable[[Outlet], None] | None" = None,
        most_unread: int = MOST_UNREAD_BYTES,
    ) -> None:
        self.connection = connection
        self.faults = faults
        self.is_mute = False
        self.most_unread = most_unread
        self._on_overflow = on_overflow

    def say(
        self, frames: Iterable[Frame], parts: Sequence[int] | None = None, pause_s: float = 0.0
    ) -> None:
        """Send frames, in so many writes with a pause between unless a fault is in force."""
        if self.is_mute:
            return
        if not self.faults:
            texts = [frame.render() for frame in frames]
            if parts is None:
                self.leave(texts)
            else:
                write_parts(self.connection, texts, parts, pause_s)
                self._watch()
            return
        left = list(frames)
        for fault in tuple(self.faults):
            left = fault.through(self, left)
        self.leave([frame.render() for frame in left])

    def leave(self, texts: Sequence[str | bytes]) -> None:
        """Write texts past the faults, all in one socket write."""
        if self.is_mute or not texts:
            return
        write(self.connection, texts)
        self._watch()

    def _watch(self) -> None:
        if self._on_overflow is not None and unread_bytes(self.connection) > self.most_unread:
            overflow, self._on_overflow = self._on_overflow, None
            overflow(self)

    def rearm(self, on_overflow: "Callable[[Outlet], None]") -> None:
        """Tell of the next overflow too."""
        self._on_overflow = on_overflow
