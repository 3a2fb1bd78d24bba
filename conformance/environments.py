"""A virtual environment of its own for each client, kept between runs; finds the Pythons for it.

Everything is installed by pip from the package index that it is set up for; nothing here knows
what a client does.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from underround.core.errors import UnderroundError

Version = tuple[int, int]
_STAMP = "installed.txt"
_QUIET = ("--quiet", "--disable-pip-version-check", "--no-input")
_NEWEST_KNOWN = 15


class InstallError(UnderroundError):
    """Something cannot be installed; the message is one line."""


def find_python(at_least: Version, below: Version) -> Path | None:
    """Return an interpreter of a version in the range, the running one first; None without one."""
    for candidate in _candidates():
        version = _version(candidate)
        if version is not None and at_least <= version < below:
            return candidate
    return None


def environment(
    folder: Path, python: Path, requirements: tuple[str, ...], seconds: float = 900
) -> Path:
    """Return the Python of an environment with exactly these requirements, made where missing.

    Raises InstallError in one line.
    """
    wanted = "\n".join((str(python), *requirements)) + "\n"
    stamp, own = folder / _STAMP, folder / "bin" / "python"
    if own.exists() and stamp.exists() and stamp.read_text() == wanted:
        return own
    shutil.rmtree(folder, ignore_errors=True)
    _run([str(python), "-m", "venv", str(folder)], seconds, f"no environment in {folder}")
    install = [str(own), "-m", "pip", "install", *_QUIET, *requirements]
    _run(install, seconds, f"cannot install {' '.join(requirements)}")
    stamp.write_text(wanted)
    return own


def source_of(requirement: str, python: Path, folder: Path, seconds: float = 300) -> Path:
    """Return the unpacked source distribution of a package, downloaded where missing.

    Raises InstallError in one line.
    """
    unpacked = folder / requirement.replace("==", "-")
    if not unpacked.exists():
        downloads = folder / "downloads"
        name = requirement.partition("==")[0]
        options = ["--no-deps", "--no-binary", name, "--dest", str(downloads)]
        command = [str(python), "-m", "pip", "download", *_QUIET, *options, requirement]
        _run(command, seconds, f"cannot download the source of {requirement}")
        [archive] = downloads.glob(f"{name.replace('-', '_')}-*.tar.gz")
        shutil.unpack_archive(archive, downloads / "unpacked", filter="data")
        [root] = (downloads / "unpacked").iterdir()
        root.rename(unpacked)
        shutil.rmtree(downloads)
    return unpacked


def _run(command: list[str], seconds: float, what: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise InstallError(f"{what}: {fault}") from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in said if line.startswith("ERROR")]
        raise InstallError(f"{what}: {(errors or said or ['no reason given'])[-1]}")


def _candidates() -> Iterator[Path]:
    yield Path(sys.executable)
    names = [f"python3.{minor}" for minor in range(11, _NEWEST_KNOWN)]
    yield from (Path(found) for name in names if (found := shutil.which(name)))
    roots = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"]
    roots.append(Path.home() / ".local" / "share" / "uv" / "python")
    for root in roots:
        yield from sorted(root.glob("*/bin/python3"))


@lru_cache
def _version(python: Path) -> Version | None:
    """Ask an interpreter for its version; None when it does not run or cannot make environments."""
    ask = "import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1])"
    try:
        done = subprocess.run(
            [str(python), "-c", ask], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = done.stdout.split()
    return int(major), int(minor)
