"""The doctor against the simulated venues: all sound, and each thing that is not is named."""

import msgspec
import pytest

from tests.app.live_bench import bench
from underround.app.config import Config, KalshiConfig, PolymarketConfig, VenuesConfig
from underround.app.doctor.finding import Verdict
from underround.app.doctor.ways import clock_finding, place_finding, redis_finding, way_findings
from underround.app.simulated.venues_process import simulated_config, simulated_venues
from underround.core.instrument import Venue
from underround.core.units import NS_PER_SECOND

NOWHERE = "127.0.0.1:9"


async def verdicts(config: Config) -> dict[str, str]:
    return {each.name: each.verdict.value async for each in way_findings(config)}


async def test_everything_is_sound_on_the_simulated_venues(tmp_path) -> None:
    async with simulated_venues(3, pairs=2) as addresses:
        config = simulated_config(addresses, "memory://", tmp_path / "s.db")
        assert await verdicts(config) == dict.fromkeys(
            (
                "polymarket gamma",
                "polymarket clob",
                "clock",
                "polymarket socket",
                "kalshi rest",
                "kalshi trading",
                "polymarket place",
                "kalshi key",
                "kalshi socket",
                "redis",
            ),
            "ok",
        )
        strange = msgspec.structs.replace(config.venues.kalshi, key_id="somebody-else")
        venues = msgspec.structs.replace(config.venues, kalshi=strange)
        found = await verdicts(msgspec.structs.replace(config, venues=venues))
        assert (found["kalshi key"], found["kalshi socket"]) == ("fail", "fail")
        assert found["kalshi rest"] == "ok"


async def test_nobody_there_is_said_of_each_and_hides_no_other() -> None:
    config = Config(
        venues=VenuesConfig(
            polymarket=PolymarketConfig(
                gamma=f"http://{NOWHERE}",
                clob=f"http://{NOWHERE}",
                ws=f"ws://{NOWHERE}",
                site=f"http://{NOWHERE}",
            ),
            kalshi=KalshiConfig(rest=f"http://{NOWHERE}", ws=f"ws://{NOWHERE}"),
        )
    )
    assert await verdicts(config) == {
        "polymarket gamma": "fail",
        "polymarket clob": "fail",
        "clock": "warn",
        "polymarket socket": "fail",
        "kalshi rest": "fail",
        "kalshi trading": "warn",
        "polymarket place": "warn",
        "kalshi key": "warn",
        "redis": "ok",
    }


async def test_a_blocked_place_is_warned_of_and_reading_goes_on() -> None:
    async with bench(Venue.POLYMARKET) as it:
        site = it.venues.addresses["polymarket"]["site"]
        assert (await place_finding(site)).verdict is Verdict.OK
        it.fault("geoblock")
        found = await place_finding(site)
    assert found.verdict is Verdict.WARN
    assert found.seen.startswith("may not trade from here; reading is fine (")
    assert found.do == "trade on paper only: run it without --live"


@pytest.mark.parametrize(
    ("ahead_s", "verdict"),
    [(0, "ok"), (1, "ok"), (-1, "ok"), (3, "warn"), (-3, "warn"), (60, "fail"), (-60, "fail")],
)
def test_a_clock_is_judged_by_whole_seconds(ahead_s, verdict) -> None:
    ours_ns = 1_000 * NS_PER_SECOND
    venue_ns = ours_ns - ahead_s * NS_PER_SECOND
    assert clock_finding(ours_ns, venue_ns, ours_ns + 1_000_000).verdict.value == verdict


async def test_a_price_store_that_is_away_fails() -> None:
    found = await redis_finding(f"redis://{NOWHERE}")
    assert (found.verdict, found.do) == (
        Verdict.FAIL,
        "is it running, and is the address right?",
    )


@pytest.mark.redis
async def test_a_price_store_that_throws_away_is_warned_of(redis_url, redis_client) -> None:
    kept = redis_client.config_get("maxmemory-policy")["maxmemory-policy"]
    try:
        redis_client.config_set("maxmemory-policy", "noeviction")
        assert (await redis_finding(redis_url)).verdict is Verdict.OK
        redis_client.config_set("maxmemory-policy", "allkeys-lru")
        found = await redis_finding(redis_url)
        assert (found.verdict, "maxmemory-policy" in found.do) == (Verdict.WARN, True)
    finally:
        redis_client.config_set("maxmemory-policy", kept)
