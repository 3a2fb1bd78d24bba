"""Reads of an account: asked again where that may help, and every answer is typed."""

import msgspec
import pytest

from underround.venues.account_reads import AccountReads
from underround.venues.errors import RefusedError, UnreadableError
from underround.venues.order_line import Answer, UnansweredError


class Cash(msgspec.Struct):
    cents: int


LOST = UnansweredError("kalshi", "no answer", retryable=True)
GOOD = Answer(200, b'{"cents":5}')


def reads(*answers: Answer | UnansweredError) -> AccountReads:
    left = list(answers)

    async def get(path: str, query: object) -> Answer:
        assert (path, query) == ("/cash", {"of": "me"})
        answer = left.pop(0)
        if isinstance(answer, Answer):
            return answer
        raise answer

    return AccountReads("kalshi", get)


@pytest.mark.parametrize("before", [[], [LOST], [Answer(503, b"")], [LOST, Answer(500, b"")]])
async def test_an_answer_that_comes_within_three_attempts_counts(before: list):
    assert await reads(*before, GOOD).read("/cash", {"of": "me"}, Cash) == Cash(5)


async def test_no_answer_three_times_is_no_answer():
    with pytest.raises(UnansweredError, match="no answer"):
        await reads(LOST, LOST, LOST, GOOD).read("/cash", {"of": "me"}, Cash)


async def test_a_refusal_is_told_at_once_with_the_venue_s_own_code():
    refused = Answer(401, b'{"error":{"code":"bad_key"}}')
    with pytest.raises(RefusedError, match="HTTP 401 bad_key") as raised:
        await reads(refused, GOOD).read("/cash", {"of": "me"}, Cash)
    assert raised.value.status == 401


@pytest.mark.parametrize("body", [b"", b"{}", b'{"cents":"\xff"}', b'{"x":' + b"[" * 100_000])
async def test_what_cannot_be_read_is_the_venue_s_fault(body: bytes):
    with pytest.raises(UnreadableError, match="account cannot be read"):
        await reads(Answer(200, body)).read("/cash", {"of": "me"}, Cash)
