"""When a signal may stand no longer on a book that nothing blocks: nobody confirms it, or it froze.

Pure judgements on two or more sides; who asks the venue for proof is `Agreement`.
"""

from collections.abc import Iterable

from underround.core.book import Side
from underround.core.settings import Settings
from underround.core.trust import claim_verdict


def doubt(side: Side, sides: Iterable[Side], settings: Settings, at_ns: int) -> str | None:
    """Return why a side may carry a standing signal no longer, None when it may.

    The venue has neither changed its book nor confirmed it for too long, or it is frozen.
    """
    book = side.book
    if at_ns - max(book.updated_ns, book.proven_ns) > settings.agreed_within_ns:
        return "not confirmed"
    return "frozen while its pair moves" if is_frozen(side, sides, settings) else None


def is_frozen(side: Side, sides: Iterable[Side], settings: Settings) -> bool:
    """Tell whether a side's best price stands still while others of its set have moved.

    It does not where a numbered stream feeds it, where the venue has confirmed it since, or where
    its last change came with a claim of the same best prices.
    """
    book = side.book
    if book.stream is not None:
        return False
    latest_ns = max(other.moved_ns for other in sides)
    limit_ns = settings.frozen_after_ns
    if latest_ns - max(side.moved_ns, book.proven_ns) <= limit_ns:
        return False
    return latest_ns - book.updated_ns > limit_ns or not claim_verdict(book)
