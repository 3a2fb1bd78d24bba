"""What a service manager is told: ready, still alive, stopping. Nothing where there is none.

Speaks systemd's protocol: one datagram a notice to the socket in NOTIFY_SOCKET. See
https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import asyncio
import os
import socket
from collections.abc import Callable, Mapping
from typing import Final

USEC_PER_S: Final = 1_000_000


class ServiceNotice:
    """The way to the service manager; silent without one."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        watchdog = environ.get("WATCHDOG_USEC", "")
        for_us = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_s = int(watchdog) / USEC_PER_S if watchdog.isdigit() and for_us else None

    def tell(self, state: str) -> bool:
        """Send one state ("READY=1"); tell whether somebody was there to take it."""
        if not self._address:
            return False
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
                way.settimeout(0)  # a manager that does not read must not stop the loop
                way.connect(self._address)
                way.sendall(state.encode())
        except OSError:
            return False
        return True

    async def keep_alive(self, is_well: Callable[[], bool]) -> None:
        """Tell twice a watchdog's period that all is well, while it is; for ever.

        A loop that hangs tells nothing, and the manager starts the program anew.
        """
        if self.watchdog_s is None:
            return
        while True:
            if is_well():
                self.tell("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_s / 2)
