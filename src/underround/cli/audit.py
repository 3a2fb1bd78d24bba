"""`underround audit`: whether the log of all decisions is whole."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from underround.app.config import load_config
from underround.app.output import write_json, write_line
from underround.cli.run import ConfigPath, Json
from underround.core.errors import UnderroundError
from underround.stores.audit_entry import verify as checked

app = App(name="audit", help="The log of all decisions, chained by hash.")


@app.command
def verify(
    file: Annotated[Path | None, Parameter(help="the log, instead of the configured one")] = None,
    /,
    *,
    config: ConfigPath = None,
    json: Json = False,
) -> int:
    """Check the chain from the first entry to the last; exits with 1 at the first broken link.

    The end of a log can be cut off without breaking it: keep the head that is shown, and compare.
    """
    path = file if file is not None else Path(load_config(config, os.environ).storage.audit)
    try:
        chain = checked(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnderroundError(f"{path}: cannot be read: {reason}") from None
    if json:
        write_json({"file": str(path), **msgspec.to_builtins(chain)})
    elif chain.broken is not None:
        write_line(f"{path}: broken at line {chain.broken.line}: {chain.broken.reason}")
    else:
        torn = f"; {chain.torn_bytes} bytes of a torn last line" if chain.torn_bytes else ""
        write_line(f"{path}: {chain.entries} entries, whole{torn}; head {chain.head}")
    return 0 if chain.broken is None else 1
