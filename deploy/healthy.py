"""Ask the program beside this process whether it is alive; the exit code says so.

Reads UNDERROUND__WEB__PORT and, where the page asks for a token, the file that
UNDERROUND__WEB__TOKEN_PATH names.
"""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path


def main() -> int:
    """Return 0 when `/healthz` answers 200, else 1."""
    port = os.environ.get("UNDERROUND__WEB__PORT", "8080")
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz")
    token_path = os.environ.get("UNDERROUND__WEB__TOKEN_PATH", "")
    if token_path:
        token = Path(token_path).read_text(encoding="utf-8").strip()
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=4) as answer:
            return 0 if answer.status == 200 else 1
    except (OSError, urllib.error.URLError) as error:
        sys.stderr.write(f"not healthy: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
