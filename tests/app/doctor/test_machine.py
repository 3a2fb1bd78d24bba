"""What the doctor says of this machine: each verdict from what stands behind it."""

import pytest

from underround.app.config import Config, StorageConfig
from underround.app.doctor import machine
from underround.app.doctor.finding import Finding, Verdict, as_result, line_of, worst
from underround.app.doctor.machine import (
    disk_finding,
    libraries_finding,
    machine_findings,
    pairs_finding,
    python_finding,
)


def test_python_and_libraries() -> None:
    assert python_finding((3, 11, 4)).verdict is Verdict.OK
    assert python_finding((3, 10, 0)).verdict is Verdict.FAIL
    assert libraries_finding().verdict is Verdict.OK


def test_a_missing_library_is_named(monkeypatch) -> None:
    monkeypatch.setattr(machine, "LIBRARIES", ("msgspec", "no-such-library"))
    assert libraries_finding().seen == "missing: no-such-library"


def test_a_disk_is_judged_by_what_it_takes(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(machine, "LITTLE_BYTES", 0)
    monkeypatch.setattr(machine, "TOO_FEW_BYTES", 0)
    assert disk_finding("disk", tmp_path / "not" / "yet").verdict is Verdict.OK
    assert not (tmp_path / "not").exists()
    monkeypatch.setattr(machine, "LITTLE_BYTES", 1 << 62)
    assert disk_finding("disk", tmp_path).verdict is Verdict.WARN
    monkeypatch.setattr(machine, "TOO_FEW_BYTES", 1 << 62)
    assert disk_finding("disk", tmp_path).verdict is Verdict.FAIL


def test_a_folder_that_is_a_file_is_named(tmp_path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    found = disk_finding("disk", file)
    assert (found.verdict, str(file) in found.seen) == (Verdict.FAIL, True)


def test_pairs_missing_broken_and_sound(tmp_path) -> None:
    path = tmp_path / "pairs.toml"
    assert pairs_finding(path).verdict is Verdict.WARN
    path.write_text("[[pair]\n")
    assert pairs_finding(path).verdict is Verdict.FAIL
    path.write_text(
        '[[pair]]\nid = "a"\npolymarket = "0x1"\nkalshi = "KX-A"\npolarity = "same"\n'
        '[[pair]]\nid = "b"\n'
    )
    found = pairs_finding(path)
    assert (found.verdict, found.seen.startswith("1 in ")) == (Verdict.WARN, True)


def test_all_of_it_on_a_fresh_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = Config(storage=StorageConfig(recordings="r", journal="j/s.db"))
    names = [each.name for each in machine_findings(config)]
    assert names == [
        "python",
        "libraries",
        "open files",
        "disk of recordings",
        "disk of the journal",
        "disk of the trades",
        "pairs",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_gravest_decides_and_every_line_says_what_to_do(verdict) -> None:
    findings = [Finding("a", Verdict.OK, "seen"), Finding("b", verdict, "odd", "mend it")]
    assert worst(findings) is verdict
    assert worst([]) is Verdict.OK
    assert "→ mend it" in line_of(findings[1])
    assert as_result(findings)["verdict"] == verdict.value
    assert as_result(findings)["findings"]["a"] == {"verdict": "ok", "seen": "seen", "do": ""}
