"""The wheel holds the whole program and runs from an environment that has only the wheel."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.house_style import ROOT, project_files

PACKAGE_FILES = [path for path in project_files() if path.startswith("src/")]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the tracked files, with what is installed here."""
    tree = tmp_path_factory.mktemp("tree")
    for path in [*PACKAGE_FILES, "pyproject.toml", "README.md", "LICENSE"]:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tree / path)
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", "out"]
    result = subprocess.run(build, cwd=tree, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    [built] = (tree / "out").iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `bin` of an environment with the wheel; it borrows only the dependencies.

    A path line in a `.pth` file lends this environment's packages without their own `.pth` files,
    so an editable install of the project is not lent with them.
    """
    venv = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    pip = [sys.executable, "-m", "pip", "--python", venv / "bin/python"]
    install = ["install", "--no-index", "--no-deps", "--disable-pip-version-check", "-q", wheel]
    subprocess.run([*pip, *install], check=True)
    [site] = venv.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return venv / "bin"


def run(command: list[Path | str]) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=Path(command[0]).parent, env=environment, capture_output=True, text=True
    )


def test_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {path.removeprefix("src/") for path in PACKAGE_FILES}
    assert {name for name in held if ".dist-info/" not in name} == wanted
    assert {"underround/py.typed", "data_pipeline/py.typed"} <= held


def test_installed_program_is_the_wheel_s_own(installed: Path) -> None:
    where = run([installed / "python", "-c", "import underround; print(underround.__file__)"])
    assert where.stdout.startswith(str(installed.parent))


def test_installed_program_tells_its_version(installed: Path) -> None:
    told = run([installed / "underround", "--version"])
    version = (ROOT / "src/underround/__init__.py").read_text().split('__version__ = "')[1]
    assert (told.returncode, told.stdout, told.stderr) == (0, version.split('"')[0] + "\n", "")


def test_installed_program_helps(installed: Path) -> None:
    told = run([installed / "underround", "--help"])
    assert (told.returncode, told.stderr) == (0, "")
    assert "Usage: underround" in told.stdout
