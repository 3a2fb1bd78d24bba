"""This machine: versions, limits, disk, files. Looks at them, writes nothing that stays."""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import underround
from underround.app.config import Config
from underround.app.doctor.finding import Finding, Verdict
from underround.app.pairs.file import load_pairs
from underround.core.errors import ConfigError

LIBRARIES: Final = ("msgspec", "picows", "httpx", "redis", "starlette", "uvloop", "highspy")
LEAST_PYTHON: Final = (3, 11)
FEW_FILES: Final = 1_024
LITTLE_BYTES: Final = 5 << 30
TOO_FEW_BYTES: Final = 500 << 20
"""A day of 500 markets is about 2 GB; below half a gigabyte the next hours are not safe."""


def machine_findings(config: Config) -> Iterator[Finding]:
    """Yield what this machine has: Python, libraries, open files, disk, pairs."""
    yield python_finding(sys.version_info[:3])
    yield libraries_finding()
    yield open_files_finding()
    for name, folder in (
        ("disk of recordings", Path(config.storage.recordings)),
        ("disk of the journal", Path(config.storage.journal).parent),
        ("disk of the trades", Path(config.trading.journal).parent),
    ):
        yield disk_finding(name, folder)
    yield pairs_finding(Path(config.pairs))


def python_finding(running: tuple[int, ...]) -> Finding:
    """Judge the Python that runs this."""
    said = f"underround {underround.__version__} on Python {'.'.join(map(str, running))}"
    if running[:2] < LEAST_PYTHON:
        return Finding("python", Verdict.FAIL, said, "use Python 3.11 or newer")
    return Finding("python", Verdict.OK, f"{said}, {platform.system()} {platform.machine()}")


def libraries_finding() -> Finding:
    """Name the versions of what the hot path and the stores rest on."""
    seen, missing = [], []
    for name in LIBRARIES:
        try:
            seen.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing == ["uvloop"]:
        return Finding("libraries", Verdict.WARN, "uvloop is missing: slower", "pip install uvloop")
    if missing:
        lost = ", ".join(missing)
        return Finding("libraries", Verdict.FAIL, f"missing: {lost}", "run: make setup")
    return Finding("libraries", Verdict.OK, ", ".join(seen))


def open_files_finding() -> Finding:
    """Judge how many files and sockets this process may hold open."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return Finding("open files", Verdict.OK, "no limit on this system")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    said = "unlimited" if soft == resource.RLIM_INFINITY else f"{soft} at once"
    if soft != resource.RLIM_INFINITY and soft < FEW_FILES:
        return Finding("open files", Verdict.WARN, said, f"run: ulimit -n {4 * FEW_FILES}")
    return Finding("open files", Verdict.OK, said)


def disk_finding(name: str, folder: Path) -> Finding:
    """Judge whether a folder can be written to, and how much its disk still takes."""
    standing = folder.expanduser().absolute()
    while not standing.exists():
        standing = standing.parent
    try:
        with tempfile.NamedTemporaryFile(dir=standing) as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return Finding(
            name, Verdict.FAIL, f"{standing}: {reason}", "choose another folder in [storage]"
        )
    free = shutil.disk_usage(standing).free
    said = f"{free / (1 << 30):.1f} GiB free at {folder}"
    if free < TOO_FEW_BYTES:
        return Finding(name, Verdict.FAIL, said, "free space, or move [storage] to another disk")
    if free < LITTLE_BYTES:
        return Finding(name, Verdict.WARN, said, "recordings of some days will not fit")
    return Finding(name, Verdict.OK, said)


def pairs_finding(path: Path) -> Finding:
    """Judge the pairs file: there, and every entry usable."""
    if not path.expanduser().is_file():
        return Finding(
            "pairs", Verdict.WARN, f"{path} is not there", "run: underround match, or write one"
        )
    try:
        entries, problems = load_pairs(path)
    except ConfigError as error:
        return Finding("pairs", Verdict.FAIL, str(error), "mend the file")
    if problems:
        said = f"{len(entries)} in {path}, {len(problems)} left out: {problems[0]}"
        return Finding("pairs", Verdict.WARN, said, "run: underround pairs")
    return Finding("pairs", Verdict.OK, f"{len(entries)} in {path}")
