"""What a person told trading to do, from a shell, written into the audit log.

A command outside any run opens the log for one entry; while a run writes it, a file beside it is
used. A log that cannot be used never keeps a command from being carried out.
"""

import getpass
import logging
import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from underround.app.config import Config
from underround.core.errors import UnusableError
from underround.stores.audit_log import AuditLog

_log = logging.getLogger("underround")


def person() -> str:
    """Return who is at this machine, as far as it knows."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = f"user {os.getuid()}"
    return f"{name}@{socket.gethostname()}"


def note_command(config: Config, name: str, arguments: Mapping[str, Any], at_ns: int) -> None:
    """Write one command down, with who gave it."""
    path = Path(config.storage.audit)
    try:
        try:
            log = AuditLog(path, began_ns=at_ns)
        except BlockingIOError:
            log = AuditLog(path.with_name(f"{path.stem}-{at_ns}{path.suffix}"), began_ns=at_ns)
    except (UnusableError, OSError) as fault:
        _log.error("the audit log misses `%s`: %s", name, fault)
        return
    log.append("command", at_ns, {"name": name, "by": person(), "arguments": dict(arguments)})
    log.close()
