"""The errors an operator can act on: each says in one line what was wrong, where, what to do.

Faults of our own stay ordinary exceptions; this module knows no exit code and prints nothing.
"""


class UnderroundError(Exception):
    """Something went wrong that its message, one line, explains in full."""


class ConfigError(UnderroundError):
    """A setting, a file or a key given by the operator cannot be used as it is."""


class UnusableError(ConfigError, ValueError):
    """A value, of the operator or of a program that calls us, cannot be used: both at once."""


class VenueError(UnderroundError):
    """A venue refused, misbehaved or cannot be reached.

    `venue` names the culprit. `retryable` tells whether the same call may go through later.
    """

    def __init__(self, venue: str, what: str, *, retryable: bool) -> None:
        super().__init__(f"{venue}: {what}")
        self.venue = venue
        self.retryable = retryable


class RiskHaltError(UnderroundError):
    """Trading stopped itself: a limit was reached or the kill switch is set."""
