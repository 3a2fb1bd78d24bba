"""A venue's error names its culprit and says whether trying again may help."""

from underround.core.errors import UnderroundError, VenueError


def test_venue_error_names_the_venue_first() -> None:
    error = VenueError("kalshi", "429, too many requests", retryable=True)
    assert isinstance(error, UnderroundError)
    assert (str(error), error.venue, error.retryable) == (
        "kalshi: 429, too many requests",
        "kalshi",
        True,
    )
