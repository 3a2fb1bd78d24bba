"""What is shipped for servers is well formed, and its commands are commands of this program.

No container is started here: files are read, programs are run in a plain shell.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
from configparser import RawConfigParser
from functools import reduce
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.house_style import ROOT
from underround.app.config_file import shown_config
from underround.cli.main import app, run

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
UNIT = (DEPLOY / "underround.service").read_text(encoding="utf-8")
RUNBOOK = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")


def commands(text: str) -> list[list[str]]:
    """Return the words after `underround` of every command in a document's shell blocks."""
    blocks = "\n".join(re.findall(r"```bash\n(.*?)```", text, re.DOTALL))
    found = re.findall(r"^(?:\.venv/bin/)?underround (.*?)(?: +#.*)?$", blocks, re.MULTILINE)
    inline = re.findall(r"`underround ([^`]+)`", text)
    return [shlex.split(each) for each in found + inline]


def assert_is_command(words: list[str]) -> None:
    """Check that the program knows a command and every flag given to it."""
    names = [word for word in words if re.fullmatch(r"[a-z-]+", word) and word[0] != "-"]
    flags = {word.partition("=")[0] for word in words if word.startswith("--")}
    path = tuple(_path_of(names))
    command = reduce(lambda found, name: found[name], path, app)
    known = {name for argument in command.assemble_argument_collection() for name in argument.names}
    assert flags - known - {"--help"} == set(), words


def _path_of(names: list[str]) -> list[str]:
    """Return a command, with its sub-command where it is a group of them."""
    groups = {"config", "pairs", "alerts", "faults", "venues", "brti", "signals", "fees"}
    subs = {"show", "init", "review", "verify", "test", "market-data", "up", "stream", "consume"}
    return names[:2] if names[0] in groups and names[1:2] and names[1] in subs else names[:1]


@pytest.mark.parametrize("document", ["docs/runbook.md", "docs/how-to/deploy.md"])
def test_every_command_of_the_documents_exists(document: str) -> None:
    found = commands((ROOT / document).read_text(encoding="utf-8"))
    assert found
    for words in {tuple(each) for each in found}:
        assert_is_command(list(words))


def test_every_symptom_of_the_table_has_its_chapter() -> None:
    rows = re.findall(r"^\| \[(.+?)\]\(#", RUNBOOK, re.MULTILINE)
    chapters = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    assert rows == chapters


def test_the_image_runs_without_rights_and_starts_this_program() -> None:
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    entry = json.loads(re.search(r"^ENTRYPOINT (.+)$", last, re.MULTILINE)[1])
    words = json.loads(re.search(r"^CMD (\[\"run.+)$", last, re.MULTILINE)[1])
    assert entry == ["underround"]
    assert_is_command(words)
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in source.split():
            assert (ROOT / name).exists(), name


def test_the_image_installs_hashed_versions_of_everything_the_program_needs() -> None:
    assert "--require-hashes -r requirements.txt" in DOCKERFILE
    runtime = (DEPLOY / "requirements.txt").read_text(encoding="utf-8")
    everything = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9.\-]+==\S+)", runtime, re.MULTILINE)
    assert len(pins) > 10
    assert [pin for pin in pins if f"\n{pin}" not in everything] == []
    assert "pytest" not in runtime
    assert "://" not in runtime


def test_compose_publishes_only_loopback_and_drops_every_right() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    services = yaml.safe_load(COMPOSE)["services"]
    assert list(services) == ["underround", "redis", "prometheus", "grafana"]
    for name, service in services.items():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not re.search(r"(?i)password|secret=", json.dumps(service.get("environment", {})))
    assert_is_command(services["underround"]["command"])
    assert "noeviction" in services["redis"]["command"]


def test_every_setting_that_is_handed_over_is_one(tmp_path) -> None:
    text = DOCKERFILE + COMPOSE + (DEPLOY / "healthy.py").read_text(encoding="utf-8")
    known = {shown.key for shown in shown_config(None, {"XDG_CONFIG_HOME": str(tmp_path)})}
    for name in sorted(set(re.findall(r"UNDERROUND__[A-Z_]+", text))):
        assert name.removeprefix("UNDERROUND__").lower().replace("__", ".") in known


def test_the_unit_starts_this_program_and_gives_it_no_rights(capsys) -> None:
    unit = RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string(UNIT)
    service = unit["Service"]
    for key in ("ExecStart", "ExecStartPre"):
        program, *words = shlex.split(service[key])
        assert program == "/opt/underround/.venv/bin/underround"
        assert_is_command(words)
    assert service["Type"] == "notify"
    assert service["RestartPreventExitStatus"].split() == ["2", "3", "5"]
    assert service["NoNewPrivileges"] == "yes"
    assert run(["run", "--help"]) == 0
    capsys.readouterr()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_finds_the_unit_little_exposed() -> None:
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(DEPLOY / "underround.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    level = re.search(r"exposure level for underround.service: ([\d.]+)", judged.stdout)
    if level is None:
        pytest.skip(f"systemd-analyze cannot judge here: {judged.stderr.strip()[:80]}")
    assert float(level[1]) < 3.0


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_asks_with_the_token(tmp_path, status: int, code: int) -> None:
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    token = tmp_path / "token"
    token.write_text("a-token\n")
    environ = {
        "UNDERROUND__WEB__PORT": str(server.server_port),
        "UNDERROUND__WEB__TOKEN_PATH": str(token),
    }
    done = subprocess.run(
        [sys.executable, str(DEPLOY / "healthy.py")], check=False, env=environ, capture_output=True
    )
    thread.join()
    server.server_close()
    assert (done.returncode, asked) == (code, [("/healthz", "Bearer a-token")])
