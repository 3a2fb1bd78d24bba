"""`underround config`: what is in force and why, and a first file made by asking."""

import os
import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from underround.app.config import default_path
from underround.app.config_file import Question, first_config, shown_config, write_first
from underround.app.output import write_json, write_line
from underround.cli.run import ConfigPath, Json
from underround.core.errors import UnderroundError

app = App(name="config", help="Show the configuration in force, or write a first one.")


@app.command
def show(
    *,
    origin: Annotated[bool, Parameter(negative=(), help="say who gave each value")] = False,
    config: ConfigPath = None,
    json: Json = False,
) -> None:
    """Show every setting in force: the file, then the environment, each over the one before.

    Secrets are masked. With --origin each line ends with the file or variable that gave it.
    """
    settings = shown_config(config, os.environ)
    if json:
        write_json({each.key: {"value": each.value, "origin": each.origin} for each in settings})
        return
    for each in settings:
        value = "" if each.value is None else msgspec.json.encode(each.value).decode()
        line = f"{each.key} = {value}".rstrip()
        write_line(f"{line:60}  # {each.origin}" if origin else line)


@app.command
def init(
    *,
    path: Annotated[Path | None, Parameter(help="the file to write (default: the user's)")] = None,
    yes: Annotated[bool, Parameter(negative=(), help="ask nothing, keep every default")] = False,
) -> None:
    """Write a first configuration file: asks a few questions and explains every setting in it.

    Never writes a secret, and never over a file that is there.
    """
    target = path or default_path(os.environ)
    if target.exists():
        raise UnderroundError(
            f"{target} exists already and is left as it is; "
            "move it away, or name another with --path"
        )
    if not yes and not sys.stdin.isatty():
        raise UnderroundError("nobody is there to answer: add --yes to keep every default")
    text, steps = first_config(_keep if yes else _ask, os.environ, _refused)
    write_first(target, text)
    write_line(f"written: {target}")
    for step in steps:
        write_line(f"next: {step}")


def _keep(question: Question, kept: str) -> str:
    return kept


def _ask(question: Question, kept: str) -> str:
    write_line()
    write_line(question.text)
    try:
        return input(f"{question.key} [{kept or 'none'}]: ")
    except EOFError:
        write_line()
        raise UnderroundError("no answer came; nothing was written") from None


def _refused(fault: str) -> None:
    write_line(f"that cannot be used: {fault}")
