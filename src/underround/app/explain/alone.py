"""One signal of one recording explained by a process of its own, as one JSON object on stdout.

What `underround explain --json` writes, for whoever shows it beside a live run: started as
`python -m underround.app.explain.alone RECORDING SIGNAL`, so that nothing live waits for it.
"""

import sys
from pathlib import Path

import msgspec
from msgspec.structs import replace

from underround.app.explain.explanation import Explanation, explained
from underround.app.explain.frames import Evidence
from underround.app.explain.retrace import Wanted
from underround.core.errors import UnderroundError

LONGEST_TEXT = 600


def shortened(found: Explanation) -> Explanation:
    """Return an explanation whose received texts are cut: a screen shows no more of them."""
    return replace(found, evidence=tuple(_short(each) for each in found.evidence))


def _short(each: Evidence) -> Evidence:
    if len(each.text) <= LONGEST_TEXT:
        return each
    return replace(each, text=each.text[:LONGEST_TEXT] + " …")


def main() -> None:
    """Write the explanation of the signal that the command line names; one line on a fault."""
    try:
        found = explained(Path(sys.argv[1]), Wanted(id=sys.argv[2]))
    except (UnderroundError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    sys.stdout.buffer.write(msgspec.json.encode(shortened(found)))


if __name__ == "__main__":
    main()
