"""Plain integers that say what the engine saw; read by whoever wants them, cheap to write.

Holds numbers and judges nothing.
"""


class Counts:
    """What happened since the start; every attribute only grows."""

    __slots__ = (
        "agreed",
        "contradicted",
        "crossed",
        "duplicates",
        "gaps",
        "ignored",
        "late",
        "negative",
        "off_grid",
        "rejected",
        "signals",
        "snapshots",
        "trades",
        "unknown",
    )

    def __init__(self) -> None:
        self.agreed = 0
        self.contradicted = 0
        self.crossed = 0
        self.duplicates = 0
        self.gaps = 0
        self.ignored = 0
        self.late = 0
        self.negative = 0
        self.off_grid = 0
        self.rejected = 0
        self.signals = 0
        self.snapshots = 0
        self.trades = 0
        self.unknown = 0

    def as_dict(self) -> dict[str, int]:
        """Return every count by name."""
        return {name: getattr(self, name) for name in self.__slots__}
