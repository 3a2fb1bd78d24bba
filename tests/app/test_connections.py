"""What a run's connections are made of."""

from pathlib import Path

import pytest

from underround.app.config import Config, DetectionConfig, KalshiConfig, VenuesConfig
from underround.app.connections import Options, settings_of, signer_of
from underround.core.errors import ConfigError
from underround.core.units import NS_PER_SECOND


def test_books_of_a_socket_are_stale_when_the_configuration_says_so() -> None:
    config = Config(detection=DetectionConfig(stale_after_ms=7_000))
    options = Options(recording=None, every_s=60.0)
    assert settings_of(config, options).stale_after_ns == 7 * NS_PER_SECOND


@pytest.mark.parametrize(("every_s", "stale_after_s"), [(2.0, 10), (20.0, 50)])
def test_polled_books_are_not_stale_before_the_next_rounds(every_s, stale_after_s) -> None:
    options = Options(recording=None, transport="rest", every_s=every_s)
    settings = settings_of(Config(), options)
    assert settings.stale_after_ns == stale_after_s * NS_PER_SECOND
    assert settings.agreed_within_ns == max(stale_after_s, 30) * NS_PER_SECOND


def test_a_key_file_may_be_named_from_the_home_folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    key = tmp_path / "key.pem"
    key.write_text("no key")
    key.chmod(0o600)
    kalshi = KalshiConfig(key_id="k", private_key_path="~/key.pem")
    with pytest.raises(ConfigError, match=f"key file {key} holds no PEM private key"):
        signer_of(Config(venues=VenuesConfig(kalshi=kalshi)))
