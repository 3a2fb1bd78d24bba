"""Faults of the wire: frames that are lost, doubled, swapped, held back or spoilt on their way.

Each is in force while it stands in a line's list. They look at what a frame is about, never at
what it says.
"""

import asyncio
import random
from collections import deque
from collections.abc import Callable

from underround.simulation.faults.world import Target
from underround.simulation.outlet import Frame, Outlet, ready

Mangle = Callable[[str, random.Random], str | bytes]
_REMEMBERED = 20


class Mute:
    """Nothing about the target leaves; replies and PONGs do, and dumps come empty.

    Only connections that stood when it began are hit, unless `newcomers` are too.
    """

    def __init__(self, target: Target, outlets: list[Outlet], *, newcomers: bool) -> None:
        self._target = target
        self._outlets = None if newcomers else {id(outlet) for outlet in outlets}

    def through(self, outlet: Outlet, frames: list[Frame]) -> list[Frame]:
        """Leave the target's frames out."""
        if self._outlets is not None and id(outlet) not in self._outlets:
            return frames
        left = []
        for frame in frames:
            if not self._target.hits(frame.about):
                left.append(frame)
            elif frame.is_opening and len(frame.about) > 1:
                left.append(ready("[]\n"))
        return left


class _Turn:
    """Counts the frames about a target, openings excepted; its turn comes every so many."""

    def __init__(self, target: Target, every: int) -> None:
        self._target = target
        self._every = every
        self._count = 0

    def concerns(self, frame: Frame) -> bool:
        """Tell whether a frame counts."""
        return self._target.hits(frame.about) and not frame.is_opening

    def comes(self) -> bool:
        """Count a frame, and tell whether it is the one."""
        self._count += 1
        return self._count % self._every == 0


class Lose:
    """Every so many-th frame about the target is written and never arrives; openings do."""

    def __init__(self, target: Target, every: int) -> None:
        self._turn = _Turn(target, every)

    def through(self, outlet: Outlet, frames: list[Frame]) -> list[Frame]:
        """Lose frames, their numbers with them."""
        left = []
        for frame in frames:
            if self._turn.concerns(frame) and self._turn.comes():
                frame.render()
                continue
            left.append(frame)
        return left


class Repeat:
    """Every so many-th frame about the target is followed by an earlier one once more."""

    def __init__(self, target: Target, every: int, dice: random.Random) -> None:
        self._turn = _Turn(target, every)
        self._dice = dice
        self._said: dict[Outlet, deque[str | bytes]] = {}

    def through(self, outlet: Outlet, frames: list[Frame]) -> list[Frame]:
        """Say some frames again."""
        left = []
        for frame in frames:
            if not self._turn.concerns(frame):
                left.append(frame)
                continue
            said = self._said.setdefault(outlet, deque(maxlen=_REMEMBERED))
            text = frame.render()
            said.append(text)
            left.append(ready(text, frame.about))
            if self._turn.comes():
                left.append(ready(self._dice.choice(said), frame.about))
        return left


class Swap:
    """Every so many-th frame about the target leaves after the one behind it."""

    def __init__(self, target: Target, every: int) -> None:
        self._turn = _Turn(target, every)
        self._held: dict[Outlet, Frame] = {}

    def through(self, outlet: Outlet, frames: list[Frame]) -> list[Frame]:
        """Put some frames behind their successors."""
        left = []
        for frame in frames:
            if not self._turn.concerns(frame):
                left.append(frame)
                continue
            comes = self._turn.comes()
            held = self._held.pop(outlet, None)
            if held is None and comes:
                self._held[outlet] = ready(frame.render(), frame.about)
                continue
            left.append(frame)
            if held is not None:
                left.append(held)
        return left

    def flush(self) -> None:
        """Let go of what is still held."""
        for outlet, frame in self._held.items():
            outlet.leave([frame.render()])
        self._held.clear()


class HoldOpenings:
    """Opening books of the target leave so many seconds late, or never where that is None.

    An array of books shows what was true when it was asked for; a numbered snapshot is written,
    and numbered, when it leaves.
    """

    def __init__(self, target: Target, delay_s: float | None) -> None:
        self._target = target
        self._delay_s = delay_s

    def through(self, outlet: Outlet, frames: list[Frame]) -> list[Frame]:
        """Hold the opening books back and pass the rest on."""
        left = []
        for frame in frames:
            if not (frame.is_opening and self._target.hits(frame.about)):
                left.append(frame)
            elif self._delay_s is not None:
                loop = asyncio.get_running_loop()
                loop.call_later(self._delay_s, _leave, outlet, frame)
        return left


class HoldPongs:
    """Answers that are about no market leave so many seconds late."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s

    def through(self, outlet: Outlet, frames: list[Frame]) -> list[Frame]:
        """Hold the answers back and pass the rest on."""
        loop = asyncio.get_running_loop()
        for frame in frames:
            if not frame.about:
                loop.call_later(self._delay_s, _leave, outlet, frame)
        return [frame for frame in frames if frame.about]


class Spoil:
    """Every so many-th frame about the target arrives spoilt, openings excepted."""

    def __init__(self, target: Target, every: int, dice: random.Random, mangle: Mangle) -> None:
        self._turn = _Turn(target, every)
        self._dice = dice
        self._mangle = mangle

    def through(self, outlet: Outlet, frames: list[Frame]) -> list[Frame]:
        """Spoil some frames."""
        left = []
        for frame in frames:
            if self._turn.concerns(frame) and self._turn.comes():
                spoilt = self._mangle(str(frame.render()), self._dice)
                left.append(ready(spoilt, frame.about))
                continue
            left.append(frame)
        return left


def _leave(outlet: Outlet, frame: Frame) -> None:
    outlet.leave([frame.render()])
