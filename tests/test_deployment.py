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
from underround.app.trading.end import FINISH_WITHIN_S
from underround.cli.main import app, run

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
UNIT = (DEPLOY / "underround.service").read_text(encoding="utf-8")
RUNBOOK = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")


def commands(text: str) -> list[list[str]]:
    """Return the words after `underround` of every command in a document's shell blocks."""
    blocks = "\n".join(re.findall(r"```bash\n(.*?)```", text, re.DOTALL))
    found = re.findall(r"^(?:\.venv/bin/)?underround ([^(].*?)(?: +#.*)?$", blocks, re.MULTILINE)
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


def test_every_alert_names_a_command_or_a_chapter_that_there_is() -> None:
    rules = (DEPLOY / "prometheus/alerts.yaml").read_text(encoding="utf-8")
    actions = re.findall(r'action: "(.+)"', rules)
    assert len(actions) == rules.count("- alert:")
    chapters = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)
    named = [chapter for each in actions for chapter in re.findall(r"the runbook, (.+)$", each)]
    assert [each for each in named if each not in chapters] == []
    for words in re.findall(r"underround (\w[\w -]*)", " ; ".join(actions)):
        assert_is_command([words.split()[0]])


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


def test_what_builds_the_image_is_held_by_hash_too() -> None:
    everything = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    build = (DEPLOY / "build-requirements.txt").read_text(encoding="utf-8")
    assert build.startswith("setuptools==")
    assert f"\n{build}" in everything
    assert "--no-build-isolation" in DOCKERFILE


def test_the_builder_is_given_what_is_copied_and_no_recording_or_secret() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [line for line in ignored if line[0] not in "#!"] == ["*", "**/__pycache__"]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    names = sorted(name for source in copied for name in source.split())
    assert sorted(line[1:] for line in ignored if line[0] == "!") == names


def test_railway_is_given_an_image_and_a_command_that_it_can_run(tmp_path) -> None:
    assert not re.search(r"^VOLUME", DOCKERFILE, re.MULTILINE)  # it refuses to build one
    deploy = json.loads((DEPLOY / "railway.json").read_text(encoding="utf-8"))["deploy"]
    assert deploy["drainingSeconds"] > FINISH_WITHIN_S + 10
    said = tmp_path / "underround"
    said.write_text('#!/bin/sh\necho "$UNDERROUND__WEB__NAMES $*"\n')
    said.chmod(0o755)
    given = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "PORT": "4321",
        "REDIS_URL": "redis://r:6379",
        "RAILWAY_PUBLIC_DOMAIN": "u.example",
    }
    # Without a shell around it, as Railway starts an image.
    done = subprocess.run(
        shlex.split(deploy["startCommand"]), env=given, capture_output=True, text=True, check=True
    )
    names, *words = done.stdout.split()
    assert (names, words[-3:]) == ("u.example", ["4321", "--prices", "redis://r:6379"])
    assert_is_command(words)


def test_no_image_moves_and_no_log_grows_for_ever() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    services = yaml.safe_load(COMPOSE)["services"]
    images = [each["image"] for each in services.values() if "image" in each]
    images += re.findall(r"^ARG PYTHON=(.+)$", DOCKERFILE, re.MULTILINE)
    assert len(images) == 4
    for image in images:
        assert re.search(r":v?\d+\.\d+\.\d+", image), image
    for name, service in services.items():
        assert service["read_only"], name
        assert service["logging"]["options"]["max-size"], name
        assert {"mem_limit", "pids_limit"} <= set(service), name
        assert "cap_add" not in service, name
    assert services["redis"]["user"] == "999:1000"
    assert int(services["underround"]["stop_grace_period"][:-1]) > FINISH_WITHIN_S + 10


def test_each_reader_of_the_token_has_a_file_that_it_may_own() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    compose = yaml.safe_load(COMPOSE)
    readers = {name: each.get("secrets", []) for name, each in compose["services"].items()}
    assert readers["underround"] == ["underround_token"]
    assert readers["prometheus"] == ["prometheus_token"]
    scrape = (DEPLOY / "prometheus/prometheus.yaml").read_text(encoding="utf-8")
    assert "credentials_file: /run/secrets/prometheus_token" in scrape
    deploy = (ROOT / "docs/how-to/deploy.md").read_text(encoding="utf-8")
    for owner, secret in (("10001", "underround_token"), ("65534", "prometheus_token")):
        assert f"chown {owner} deploy/{compose['secrets'][secret]['file'][2:]}" in deploy


def test_the_runbook_s_shell_function_runs_where_the_files_of_the_run_are(tmp_path) -> None:
    [line] = re.findall(r"^underround\(\) .*$", RUNBOOK, re.MULTILINE)
    home = re.search(r"^WorkingDirectory=(.+)$", UNIT, re.MULTILINE)[1]
    assert f"env -C {home} XDG_CONFIG_HOME=/etc" in line
    assert "--config /etc/underround/config.toml" in UNIT  # the place that XDG_CONFIG_HOME means
    program = tmp_path / "program"
    program.write_text('#!/bin/sh\necho "$PWD $XDG_CONFIG_HOME $*"\n')
    program.chmod(0o755)
    here = line.replace(home, str(tmp_path)).replace(
        "/opt/underround/.venv/bin/underround", str(program)
    )
    script = f'sudo() {{ shift 2; "$@"; }}\n{here}\nunderround kill "why not"'
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == f"{tmp_path} /etc kill why not\n"


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
    assert int(service["TimeoutStopSec"]) > FINISH_WITHIN_S + 10
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"  # a venue may be away for hours
    # systemd gives a service its configuration folder to look at only where others may look too.
    assert "ConfigurationDirectory" not in service
    deploy = (ROOT / "docs/how-to/deploy.md").read_text(encoding="utf-8")
    assert re.search(
        rf"^useradd .*{service['WorkingDirectory']}.* {service['User']}$", deploy, re.M
    )
    assert f"install -d -m 750 -g {service['Group']} /etc/underround" in deploy
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
