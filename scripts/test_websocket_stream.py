"""Try out the streaming guide's streams: the top markets into the price cache, with figures.

`python3 scripts/test_websocket_stream.py [--seconds 10] [--markets 100] [--redis-url memory://]`
runs under any Python: it goes on with the project's own in `.venv`. It is no test of the suite.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
GONE_ON = "UNDERROUND_IN_ITS_VENV"


def main() -> None:
    """Run the trial here if the program is installed here, else with the project's Python."""
    try:
        from underround.cli.stream_trial import main as run
    except (ImportError, SyntaxError):  # not installed here, or a Python too old for it
        if GONE_ON in os.environ or not PYTHON.exists():
            sys.exit(
                f"error: underround is not set up; run `make setup` in {ROOT}, then this again"
            )
        os.environ[GONE_ON] = "1"
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    run()


if __name__ == "__main__":
    main()
