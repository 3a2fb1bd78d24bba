"""One connection of the market channel: what it follows, and what its frames mean.

Understands frames and keeps state; it sends nothing.
"""

import json

from underround.simulation.outlet import Outlet

Wanted = tuple[str, list[str], bool]
"""What to do, the tokens named, and whether an opening dump is wanted."""


class Subscriber:
    """The tokens a connection follows; `is_custom` when it asked for the newer messages."""

    __slots__ = ("begun", "is_custom", "outlet", "tokens")

    def __init__(self, outlet: Outlet) -> None:
        self.outlet = outlet
        self.begun = False
        self.is_custom = False
        self.tokens: set[str] = set()

    def understand(self, frame: str | bytes) -> Wanted | None:
        """Return what a frame asks for, None for what the venue calls an invalid operation.

        Only the first frame has a type; a second one is refused, as is an operation before it.
        """
        try:
            command = json.loads(frame)
        except ValueError:
            return None
        if not isinstance(command, dict):
            return None
        operation = command.get("operation")
        if operation is None and command.get("type") == "market" and not self.begun:
            self.begun, operation = True, "subscribe"
        elif operation not in ("subscribe", "unsubscribe") or not self.begun:
            return None
        if "custom_feature_enabled" in command:
            self.is_custom = command["custom_feature_enabled"] is True
        tokens = [str(token) for token in command.get("assets_ids") or ()]
        return operation, tokens, command.get("initial_dump", True) is not False
