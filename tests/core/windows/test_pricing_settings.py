"""The pricing's figures: readings by name, quality's steps, the proxy's assumed error."""

import pytest
from msgspec.structs import replace

from underround.core.units import NS_PER_SECOND
from underround.core.windows.index import IndexQuality
from underround.core.windows.index_parameters import CapReading, LambdaReading
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.spot_event import Asset

SETTINGS = PricingSettings()


def test_a_reading_and_the_limit_of_age_reach_the_index():
    settings = replace(SETTINGS, reading="lambda=0.37;cap=per_level", stale_ns=3 * NS_PER_SECOND)
    parameters = settings.parameters(Asset.ETH)
    assert (parameters.lambda_reading, parameters.cap) == (
        LambdaReading.FIXED,
        CapReading.PER_LEVEL,
    )
    assert (parameters.asset, parameters.stale_ns) == (Asset.ETH, 3 * NS_PER_SECOND)


def test_an_unknown_reading_is_refused():
    with pytest.raises(ValueError, match="no reading"):
        replace(SETTINGS, reading="colour=blue").parameters(Asset.BTC)


def test_the_error_doubles_with_each_step_down():
    errors = [SETTINGS.proxy_sd(80_000, quality) for quality in IndexQuality]
    assert errors[:3] == [8.0, 16.0, 32.0]


@pytest.mark.parametrize(
    ("least", "allowed"),
    [
        (IndexQuality.FULL, {IndexQuality.FULL}),
        (IndexQuality.REDUCED, {IndexQuality.FULL, IndexQuality.REDUCED}),
        (IndexQuality.THIN, {IndexQuality.FULL, IndexQuality.REDUCED, IndexQuality.THIN}),
    ],
)
def test_a_quality_allows_itself_and_better(least, allowed):
    settings = replace(SETTINGS, least_quality=least)
    assert {quality for quality in IndexQuality if settings.allows(quality)} == allowed
