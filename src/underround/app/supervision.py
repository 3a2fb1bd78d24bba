"""Side work that may fail without ending the run: started again, more slowly each time, then left.

For what the run can live without (alerts, relays, watches). Books and detection are not side
work: a fault there ends the run, because a wrong figure is worse than none.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final

from underround.core.errors import ConfigError
from underround.venues.backoff import Backoff

_log = logging.getLogger("underround")

FIRST_S: Final = 0.5
LONGEST_S: Final = 30.0
MOST_FAILURES: Final = 5
WITHIN_S: Final = 600.0
"""So many failures within so long, and it is given up until the program is started again."""


async def kept_running(
    name: str,
    work: Callable[[], Coroutine[Any, Any, None]],
    *,
    first_s: float = FIRST_S,
    most_failures: int = MOST_FAILURES,
    within_s: float = WITHIN_S,
) -> None:
    """Run `work` until it returns; start it anew when it fails, and give up where that is no use.

    Every failure is one line of the log, the last one an error that names what no longer works.
    ConfigError and cancellation pass: trying again would change nothing.
    """
    loop = asyncio.get_running_loop()
    backoff = Backoff(first_s, max(first_s, LONGEST_S), random.random)
    failures: deque[float] = deque(maxlen=most_failures)
    while True:
        try:
            await work()
            return
        except ConfigError:
            raise
        except Exception as error:  # noqa: BLE001 - side work, whatever it died of
            _log.debug("%s failed", name, exc_info=True)
            failures.append(loop.time())
            said = f"{type(error).__name__}: {error}"
            if len(failures) == most_failures and failures[-1] - failures[0] <= within_s:
                _log.error(
                    "%s failed %d times within %.0f s and is left off until the next start: %s",
                    name,
                    most_failures,
                    within_s,
                    said,
                )
                return
            wait_s = first_s + backoff.next_s()
            _log.warning("%s failed, started again in %.1f s: %s", name, wait_s, said)
        await asyncio.sleep(wait_s)
