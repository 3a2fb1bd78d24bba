"""Gamma's markets asked for: paged, ordered, looked up by name; books in chunks."""

import json

import pytest

from tests.venues.http_peer import Asked, Reply, http_peer, rest_client
from tests.venues.polymarket.answers import CONDITION, NO_TOKEN, YES_TOKEN, market, page
from underround.venues.errors import UnknownReferenceError, UnreadableError
from underround.venues.polymarket.catalog import (
    fetch_books,
    fetch_top,
    reference_kind,
    resolve,
)


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("5012", "id"),
        (CONDITION, "condition_ids"),
        ("0x" + "ab" * 31, "condition_ids"),
        (YES_TOKEN, "clob_token_ids"),
        (str(7 << 200 | 1), "position_ids"),
        ("rain-in-porto-tomorrow", "slug"),
    ],
)
def test_a_reference_is_known_by_its_form(reference: str, kind: str):
    assert reference_kind(reference) == kind


@pytest.mark.parametrize("reference", ["...", "", "0xab", "a b", "9" * 79, "../etc", "x&y=z"])
def test_what_is_no_reference_is_said(reference: str):
    with pytest.raises(UnknownReferenceError, match="no Gamma id"):
        reference_kind(reference)


def other(number: int, **changes) -> dict:
    tokens = json.dumps([f"{number}1", f"{number}2"])
    return market(id=str(number), slug=f"m-{number}", clobTokenIds=tokens, **changes)


async def test_the_top_is_paged_until_there_are_enough_and_ordered_by_volume():
    pages = {
        None: page(other(1, volume24hr=10), other(2, acceptingOrders=False), next_cursor="a"),
        "a": page(other(3, volume24hr=30), other(1, volume24hr=10), next_cursor="b"),
        "b": page(other(4, volume24hr=20), next_cursor="c"),
    }

    def answer(asked: Asked) -> Reply:
        return Reply(pages[asked.query.get("after_cursor", [None])[0]])

    async with http_peer(answer) as peer, rest_client(peer.root) as gamma:
        listing = await fetch_top(gamma, 3)
    assert [i.id for i in listing.instruments] == ["31", "32", "41", "42", "11", "12"]
    assert [s.reason for s in listing.skipped] == ["accepts no orders"]
    assert len(peer.asked) == 3
    first = peer.asked[0]
    assert first.path == "/markets/keyset"
    assert first.query == {
        "closed": ["false"],
        "order": ["volume24hr"],
        "ascending": ["false"],
        "limit": ["100"],
        "version": ["v1", "v2"],
    }


async def test_a_cursor_that_runs_in_a_circle_is_the_venue_s_fault():
    async with (
        http_peer(lambda asked: Reply(page(other(1), next_cursor="again"))) as peer,
        rest_client(peer.root) as gamma,
    ):
        with pytest.raises(UnreadableError, match="list of markets cannot be read"):
            await fetch_top(gamma, 250)
    assert len(peer.asked) == 2


async def test_a_reference_is_looked_up_and_both_outcomes_come_back():
    async with (
        http_peer(lambda asked: Reply(page(market()))) as peer,
        rest_client(peer.root) as gamma,
    ):
        yes, no = await resolve(gamma, NO_TOKEN)
    assert (yes.id, no.id) == (YES_TOKEN, NO_TOKEN)
    assert peer.asked[0].query["clob_token_ids"] == [NO_TOKEN]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (page(), "no market 'rain'"),
        (page(market(acceptingOrders=False)), "market 'rain' accepts no orders"),
        (page(other(1), other(2)), "more than one market"),
    ],
)
async def test_a_name_of_nothing_tradable_is_said(body: bytes, words: str):
    async with http_peer(lambda asked: Reply(body)) as peer, rest_client(peer.root) as gamma:
        with pytest.raises(UnknownReferenceError, match=words):
            await resolve(gamma, "rain")


async def test_books_are_asked_five_hundred_at_a_time_and_given_back_raw():
    async with (
        http_peer(lambda asked: Reply(b" [] ")) as peer,
        rest_client(peer.root) as clob,
    ):
        bodies = [body async for body in fetch_books(clob, [str(n) for n in range(1001)])]
    assert bodies == [b" [] "] * 3
    sent = [json.loads(asked.body) for asked in peer.asked]
    assert [len(each) for each in sent] == [500, 500, 1]
    assert sent[2] == [{"token_id": "1000"}]
    assert peer.asked[0].path == "/books"
