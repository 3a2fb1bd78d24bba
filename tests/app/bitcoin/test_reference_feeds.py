"""Live glue of the eight exchanges: every fault is named, mended books come back, none is None."""

import pytest

from tests.app.bitcoin.runs import bitcoin_run
from underround.core.windows.index import IndexQuality
from underround.core.windows.index_exclusions import RefusalReason
from underround.core.windows.pricing_effect import IndexTicked, OfficialCompared
from underround.core.windows.spot_event import Exchange
from underround.simulation.exchanges.exchange import ExchangeFault


def reasons(listener) -> dict[str, RefusalReason] | None:
    """Return why exchanges are left out of the last calculation, None before the first."""
    ticks = listener.all(IndexTicked)
    if not ticks:
        return None
    return {name: refusal.reason for name, refusal in ticks[-1].tick.value.refused.items()}


async def whole(listener) -> None:
    await listener.until(lambda: reasons(listener) == {})


async def test_all_eight_are_in_the_index_which_is_near_the_official_one():
    async with bitcoin_run() as (_, listener):
        await whole(listener)
        await listener.until(lambda: len(listener.all(OfficialCompared)) >= 2)
        value = listener.all(IndexTicked)[-1].tick.value
        assert (value.quality, set(value.used)) == (IndexQuality.FULL, set(Exchange))
        compared = listener.all(OfficialCompared)[-1].compared
        assert abs(compared.difference) < 40  # a basis point is eight dollars


@pytest.mark.parametrize(
    ("name", "fault", "reason"),
    [
        ("kraken", ExchangeFault.CHECKSUM, RefusalReason.SUSPECT),
        ("cryptocom", ExchangeFault.GAP, RefusalReason.SUSPECT),
        ("gemini", ExchangeFault.PRICE, RefusalReason.DEVIATING),
        ("coinbase", ExchangeFault.CLOCK, RefusalReason.CLOCK),
        ("paxos", ExchangeFault.FROZEN, RefusalReason.DELAYED),
        ("bullish", ExchangeFault.DOWN, RefusalReason.SUSPECT),
    ],
)
async def test_a_fault_leaves_its_exchange_out_and_its_end_brings_it_back(name, fault, reason):
    async with bitcoin_run(stale_after_ms=1_500) as (world, listener):
        await whole(listener)
        world.fleet.set_fault(name, fault)
        await listener.until(lambda: reasons(listener) == {name: reason})
        value = listener.all(IndexTicked)[-1].tick.value
        assert value.quality is IndexQuality.REDUCED
        assert abs(value.index - world.fleet.path.mid) < 100
        world.fleet.set_fault(name, ExchangeFault.NONE)
        await whole(listener)


async def test_one_down_two_all_but_one_and_none():
    async with bitcoin_run() as (world, listener):
        await whole(listener)
        names = list(Exchange)
        for down, quality in ((1, "reduced"), (2, "reduced"), (7, "thin"), (8, "none")):
            for name in names[:down]:
                world.fleet.set_fault(name, ExchangeFault.DOWN)
            gone = dict.fromkeys(names[:down], RefusalReason.SUSPECT)
            await listener.until(lambda gone=gone: reasons(listener) == gone)
            value = listener.all(IndexTicked)[-1].tick.value
            assert value.quality == quality
            assert (value.index is None) == (down == 8)


async def test_an_exchange_that_bears_no_pings_gets_none():
    async with bitcoin_run(exchanges=("lmax", "kraken")) as (_, listener):
        await listener.until(lambda: reasons(listener) is not None)
        feeds = listener.run.reference.feeds
        every_s = {name: feed._limits.ping_every_s for name, feed in feeds.items()}
        assert (every_s["lmax"], every_s["kraken"]) == (float("inf"), 5.0)
