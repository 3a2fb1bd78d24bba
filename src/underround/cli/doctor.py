"""`underround doctor`: is everything there that a run needs, and what to do where it is not."""

import asyncio
import os

from underround.app.config import Config, load_config
from underround.app.doctor.finding import Finding, Verdict, as_result, line_of, worst
from underround.app.doctor.machine import machine_findings
from underround.app.doctor.setup import setup_findings
from underround.app.doctor.ways import way_findings
from underround.app.output import write_json, write_line
from underround.cli.errors import ExitCode
from underround.cli.run import ConfigPath, Json


def doctor(*, config: ConfigPath = None, json: Json = False) -> int:
    """Look at everything that a run rests on: ok, warn or fail, and what to do.

    The machine (Python, disk, open files), the pairs, the page's port, alert channels, the wallet,
    the limits, each venue's REST and socket, the clock, trading hours, whether Polymarket takes
    orders from here, the key, and Redis. Changes and sends nothing. Exits with 1 when something
    fails.
    """
    settings = load_config(config, os.environ)
    findings = asyncio.run(_look(settings, shows=not json))
    if json:
        write_json(as_result(findings))
    return ExitCode.FAILED if worst(findings) is Verdict.FAIL else ExitCode.OK


async def _look(config: Config, *, shows: bool) -> list[Finding]:
    findings: list[Finding] = []

    def add(finding: Finding) -> None:
        findings.append(finding)
        if shows:
            write_line(line_of(finding))

    for finding in machine_findings(config):
        add(finding)
    for finding in setup_findings(config):
        add(finding)
    async for finding in way_findings(config):
        add(finding)
    return findings
