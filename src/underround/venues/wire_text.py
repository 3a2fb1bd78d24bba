"""Text that JavaScript cut in the middle of a character, made whole enough to be read.

JSON.stringify writes half of a surrogate pair as an escape of its own; strict readers then refuse
the whole answer for one market's title. Nothing else of an answer is touched.
"""

import re
from typing import Final

_HALVES: Final = re.compile(
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


def whole_text(body: bytes) -> bytes:
    """Return a JSON answer with every half of a surrogate pair replaced by U+FFFD."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _HALVES.sub(lambda found: found[1] or rb"\ufffd", body)
