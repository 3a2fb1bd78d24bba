"""Where the reference recordings lie beside the checkout; tests that want them skip without."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "recordings"


def recording(name: str) -> Path:
    """Return the path of a recording, or skip the test that asked."""
    path = Path(os.environ.get("UNDERROUND_RECORDINGS", BESIDE)) / name
    if not path.exists():
        pytest.skip(f"recording {path} is not here")
    return path
