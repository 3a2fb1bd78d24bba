"""What is read of an account at a venue: asked again when nothing came of it, then decoded.

Reads alone: an order is written once, and whether it arrived only a read can tell.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

import msgspec

from underround.venues.errors import RefusedError, UnreadableError, VenueFaultError
from underround.venues.order_line import Answer
from underround.venues.rest import error_code

_ATTEMPTS: Final = 3
_OK: Final = 200
_VENUE_FAILED: Final = 500
Form = TypeVar("Form", bound=msgspec.Struct)


class AccountReads:
    """`get(path, query)` signs and sends one request; VenueFaultError where no answer came."""

    def __init__(
        self, venue: str, get: Callable[[str, Mapping[str, str]], Awaitable[Answer]]
    ) -> None:
        self._venue = venue
        self._get = get

    async def read(self, path: str, query: Mapping[str, str], form: type[Form]) -> Form:
        """Return what the venue answers, in its own words; raises VenueFaultError."""
        return self.decoded(await self.answer(path, query), form)

    async def answer(self, path: str, query: Mapping[str, str]) -> Answer:
        """Ask until there is an answer that is none of a failing venue, a few times at most.

        Raises VenueFaultError where none came at all.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                answer = await self._get(path, query)
            except VenueFaultError:
                continue
            if answer.status < _VENUE_FAILED:
                return answer
        return await self._get(path, query)

    def decoded(self, answer: Answer, form: type[Form]) -> Form:
        """Return an answer's body; RefusedError or UnreadableError where it holds none."""
        status = answer.status
        if status != _OK:
            problem = f"HTTP {status} {error_code(answer.body)}".strip()
            raise RefusedError(self._venue, problem, retryable=True, status=status)
        try:
            return msgspec.json.decode(answer.body, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            problem = f"account cannot be read: {error}"
            raise UnreadableError(self._venue, problem, retryable=True) from None
