"""`underround audit verify`: the chain of decisions, and the first link that is broken."""

import json

import pytest

from underround.cli.main import run
from underround.stores.audit_log import AuditLog


@pytest.fixture
def path(tmp_path):
    log = AuditLog(tmp_path / "audit.log", began_ns=1)
    for number in range(3):
        log.append("signal opened", number, {"edge": number})
    log.close()
    return tmp_path / "audit.log"


def test_a_whole_log_shows_its_head(path, capsys):
    assert run(["audit", "verify", str(path), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["entries"], shown["broken"]) == (3, None)
    assert run(["audit", "verify", str(path)]) == 0
    assert f"3 entries, whole; head {shown['head']}" in capsys.readouterr().out


def test_a_broken_link_is_named(path, capsys):
    path.write_bytes(path.read_bytes().replace(b'"edge":1', b'"edge":9'))
    assert run(["audit", "verify", str(path)]) == 1
    said = capsys.readouterr().out
    assert said == f"{path}: broken at line 2: the entry does not fit its hash\n"


def test_a_missing_log_is_one_line(tmp_path, capsys):
    assert run(["audit", "verify", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
