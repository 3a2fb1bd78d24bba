"""What may go wrong with an order's answer: lost after acceptance, or 503 whether taken or not.

Set from the board of faults; shared by both venues' order entries. It touches no order.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class OrderFaults:
    """`lose_every`-th creation is taken and never answered, `fail_every`-th answered with 503.

    Of the failed ones each second was taken before it failed. None is off. `delay_s` passes
    before any creation is looked at: the way to the venue, or the delay that takers must wait.
    """

    def __init__(self) -> None:
        self.lose_every: int | None = None
        self.fail_every: int | None = None
        self.delay_s = 0.0
        self.lost = 0
        self.failed = 0
        self._creations = 0

    async def before(self, is_creation: bool) -> Response | None:
        """Wait, and answer in the venue's place where the order is not even to be looked at."""
        if not is_creation:
            return None
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        self._creations += 1
        if self.fail_every and self._creations % self.fail_every == 0:
            self.failed += 1
            if self.failed % 2:
                return _unavailable()
        return None

    async def after(self, request: Request, answer: Response) -> Response:
        """Return the answer, another one, or none before the caller has given up."""
        if self.lose_every and self._creations % self.lose_every == 0:
            self.lost += 1
            while (await request.receive())["type"] != "http.disconnect":
                continue
            return answer
        if self.fail_every and self._creations % self.fail_every == 0 and self.failed % 2 == 0:
            return _unavailable()
        return answer


def _unavailable() -> Response:
    told = {"code": "service_unavailable", "message": "service_unavailable", "service": "exchange"}
    return JSONResponse({"error": told}, status_code=503)
