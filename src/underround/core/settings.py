"""The engine's limits, in the engine's units; made by the shell from the configuration."""

from msgspec import Struct

from underround.core.units import NS_PER_MS, NS_PER_SECOND


class Settings(Struct, frozen=True, kw_only=True):
    """When an edge counts, when a book is trusted, and how long anything may take.

    `threshold_e6` is usd_e6 a contract after fees. `group_quiet_ns`: a group of changes counts as
    whole after this much quiet. `verify_after_ns`: a book that has not spoken for this long is
    confirmed over REST before it opens anything. `stale_after_ns`: no proof of life at all.
    `agree_every_ns`: books without numbered changes are compared with the venue's this often;
    `standing_quiet_ns`: those under a standing signal as soon as they are quiet for this long.
    `agreed_within_ns`: a book neither changed nor confirmed for this long carries no signal;
    `frozen_after_ns`: nor does one whose top stands still this long while its pair's moves.
    """

    threshold_e6: int = 5_000
    group_quiet_ns: int = 5 * NS_PER_MS
    verify_after_ns: int = 250 * NS_PER_MS
    verify_patience_ns: int = 2 * NS_PER_SECOND
    stale_after_ns: int = 10 * NS_PER_SECOND
    first_book_ns: int = 5 * NS_PER_SECOND
    suspect_patience_ns: int = NS_PER_SECOND
    claim_patience_ns: int = NS_PER_SECOND
    agree_every_ns: int = 30 * NS_PER_SECOND
    standing_quiet_ns: int = NS_PER_SECOND
    agreed_within_ns: int = 30 * NS_PER_SECOND
    frozen_after_ns: int = 5 * NS_PER_SECOND
    sweep_every_ns: int = 100 * NS_PER_MS
