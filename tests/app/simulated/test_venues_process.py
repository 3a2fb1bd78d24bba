"""The venues' process: it lists as many markets as asked for, and ends with its block."""

import httpx

from underround.app.simulated.venues_process import simulated_config, simulated_venues


async def test_it_lists_events_with_structure_where_they_are_wanted() -> None:
    async with (
        simulated_venues(7, pairs=1, kinds=("cross_venue", "basket")) as addresses,
        httpx.AsyncClient() as web,
    ):
        listed = (await web.get(addresses["polymarket"]["gamma"] + "/events/keyset")).json()
        ledger = (await web.get(addresses["control"] + "/ledger")).json()
    assert [event["slug"] for event in listed["events"]] == ["bitcoin-price-on-january-15"]
    assert [each["id"] for each in ledger["structured"]["structures"]] == ["bitcoin-basket"]


async def test_it_lists_what_was_asked_for_and_is_gone_afterwards(tmp_path) -> None:
    async with (
        simulated_venues(7, pairs=2, markets=5) as addresses,
        httpx.AsyncClient() as web,
    ):
        config = simulated_config(addresses, "memory://", tmp_path / "signals.db", 5)
        listed = (await web.get(config.venues.kalshi.rest + "/markets")).json()["markets"]
        assert len(listed) == 5
        assert (config.universe.kalshi_top, config.storage.prices) == (5, "memory://")
        control = addresses["control"]
    async with httpx.AsyncClient() as web:
        try:
            await web.get(control + "/healthz")
        except httpx.TransportError:
            return
    raise AssertionError("the venues still answer")
