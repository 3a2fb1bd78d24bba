"""The pinned requirements cover the project, carry hashes and name no place to get them from."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house_style import ROOT

LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")
ENTRIES = [
    entry
    for entry in LOCK.replace("\\\n", " ").splitlines()
    if entry.strip() and not entry.startswith("#")
]
PINNED = {
    canonicalize_name(pin.name): pin
    for pin in (Requirement(entry.split("--hash")[0]) for entry in ENTRIES)
}


def test_every_entry_is_one_version_with_hashes() -> None:
    for entry in ENTRIES:
        assert re.fullmatch(
            r"[a-z0-9.\-]+==\S+( ; [^-]+?)?( +--hash=sha256:[0-9a-f]{64})+ *", entry
        ), entry[:80]


def test_nothing_says_where_to_download_from() -> None:
    assert re.findall(r".*(?:://|--index|--extra|--find-links|--trusted).*", LOCK) == []


def test_every_dependency_of_the_project_is_pinned_within_its_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    outside = [
        text
        for text in wanted
        if (pin := PINNED.get(canonicalize_name((need := Requirement(text)).name))) is None
        or not need.specifier.contains(str(pin.specifier).removeprefix("=="), prereleases=True)
    ]
    assert outside == [], "run `make requirements`"
