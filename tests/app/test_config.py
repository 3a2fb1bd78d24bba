"""The configuration: defaults, the order of the layers, and one clear line for every mistake."""

from pathlib import Path

import msgspec
import pytest

from underround.app.bitcoin.spot_codecs import ON_BY_DEFAULT
from underround.app.config import (
    Config,
    DetectionConfig,
    KalshiConfig,
    UniverseConfig,
    VenuesConfig,
    decode,
    default_path,
    load_config,
)
from underround.core.errors import ConfigError
from underround.core.settings import Settings
from underround.core.units import NS_PER_SECOND
from underround.core.windows.pricing_settings import PricingSettings
from underround.venues.hosts import ALLOWED_HOSTS


def test_nothing_set_means_the_live_hosts_and_memory() -> None:
    config = decode("", "c.toml", {}, {})
    assert config == Config()
    assert msgspec.to_builtins(config.venues) == {
        "polymarket": {
            "gamma": "https://gamma-api.polymarket.com",
            "clob": "https://clob.polymarket.com",
            "ws": "wss://ws-subscriptions-clob.polymarket.com/ws/market",
            "user_ws": "wss://ws-subscriptions-clob.polymarket.com/ws/user",
            "site": "https://polymarket.com",
            "address": None,
            "private_key_path": None,
            "funder": None,
            "signature_type": 0,
        },
        "kalshi": {
            "environment": "production",
            "rest": "https://external-api.kalshi.com/trade-api/v2",
            "ws": "wss://external-api-ws.kalshi.com/trade-api/ws/v2",
            "key_id": None,
            "private_key_path": None,
        },
    }
    assert config.storage.prices == "memory://"
    assert config.alerts.channels == ()
    assert config.web.host == "127.0.0.1"


def test_file_gives_way_to_environment_and_both_to_flags() -> None:
    text = 'pairs = "file.toml"\n[detection]\ngroup_quiet_ms = 1\nstale_after_ms = 2\n'
    environ = {
        "UNDERROUND__DETECTION__STALE_AFTER_MS": "3",
        "UNDERROUND__DETECTION__VERIFY_AFTER_QUIET_MS": "4",
        "UNDERROUND__UNIVERSE__KALSHI_SERIES": "KXBTC, KXETH",
        "UNDERROUND_DEBUG": "1",
    }
    flags = {"detection": {"verify_after_quiet_ms": 5}}
    assert decode(text, "c.toml", environ, flags) == Config(
        pairs="file.toml",
        detection=DetectionConfig(group_quiet_ms=1, stale_after_ms=3, verify_after_quiet_ms=5),
        universe=UniverseConfig(kalshi_series=("KXBTC", "KXETH")),
    )


def test_environment_of_kalshi_chooses_its_hosts_unless_they_are_given() -> None:
    kalshi = {"environment": "demo", "ws": "ws://127.0.0.1:8080/trade-api/ws/v2"}
    assert decode("", "c.toml", {}, {"venues": {"kalshi": kalshi}}).venues == VenuesConfig(
        kalshi=KalshiConfig(
            environment="demo",
            rest="https://external-api.demo.kalshi.co/trade-api/v2",
            ws="ws://127.0.0.1:8080/trade-api/ws/v2",
        )
    )


@pytest.mark.parametrize(
    ("written", "threshold_e6"),
    [("0.005", 5_000), ('"0.005"', 5_000), ('"0"', 0), ('"-.000001"', -1), ("0.1", 100_000)],
)
def test_threshold_is_exact_however_it_is_written(written, threshold_e6) -> None:
    config = decode(f"detection.threshold_usd = {written}", "c.toml", {}, {})
    assert config.detection.settings().threshold_e6 == threshold_e6


def test_detection_becomes_the_engine_s_settings() -> None:
    assert DetectionConfig().settings() == Settings()
    detection = DetectionConfig(
        threshold_usd="0.01", stale_after_ms=7, group_quiet_ms=8, verify_after_quiet_ms=9
    )
    assert detection.settings() == Settings(
        threshold_e6=10_000,
        stale_after_ns=7_000_000,
        group_quiet_ns=8_000_000,
        verify_after_ns=9_000_000,
    )


DOLLARS = 'dollars below 1 with at most six decimals, such as "0.005"'
MILLISECONDS = "a whole number of milliseconds, 0 … one day"
MISTAKES = {
    "detection.treshold_usd = '0.1'": (
        'unknown key "detection.treshold_usd"; did you mean "detection.threshold_usd"?'
    ),
    "threshold_usd = '0.1'": 'unknown key "threshold_usd"; did you mean "detection.threshold_usd"?',
    "banana = 1": (f'unknown key "banana"; known here are {", ".join(Config.__struct_fields__)}'),
    "detection = 3": "detection must be a section, not int",
    "detection.threshold_usd = '5'": f"detection.threshold_usd must be {DOLLARS}, not '5'",
    "detection.threshold_usd = nan": f"detection.threshold_usd must be {DOLLARS}, not 'nan'",
    "detection.threshold_usd = '-'": f"detection.threshold_usd must be {DOLLARS}, not '-'",
    "detection.group_quiet_ms = '5'": f"detection.group_quiet_ms must be {MILLISECONDS}, not '5'",
    "detection.group_quiet_ms = 5.0": f"detection.group_quiet_ms must be {MILLISECONDS}, not '5.0'",
    "detection.group_quiet_ms = -1": f"detection.group_quiet_ms must be {MILLISECONDS}, not -1",
    "detection.group_quiet_ms = true": f"detection.group_quiet_ms must be {MILLISECONDS}, not True",
    "venues.kalshi.environment = 'prod'": (
        'venues.kalshi.environment must be one of "production", "demo", not \'prod\''
    ),
    "venues.kalshi.key_id = 'k'": (
        "venues.kalshi: key_id is set without private_key_path: a key needs both"
    ),
    "venues.kalshi.private_key_path = 'k.pem'": (
        "venues.kalshi: private_key_path is set without key_id: a key needs both"
    ),
    "venues.polymarket.ws = 'https://a'": (
        "venues.polymarket.ws must be an address wss://… (no / at its end), not 'https://a'"
    ),
    "venues.polymarket.clob = 'https://clob.example.com'": (
        "venues.polymarket: host 'clob.example.com' is not a venue of this program; allowed:"
        " loopback, " + ", ".join(sorted(ALLOWED_HOSTS))
    ),
    "venues.kalshi.rest = 'http://external-api.kalshi.com'": (
        "venues.kalshi: address 'http://external-api.kalshi.com' is not encrypted: use https://"
    ),
    "venues.kalshi.ws = 'ws://me:secret@localhost'": (
        "venues.kalshi: address of localhost carries a user name or password: leave them out"
    ),
    "venues.kalshi.ws = 'ws://localhost:99999'": (
        "venues.kalshi: address 'ws://localhost:99999' has a port that is not 1…65535"
    ),
    "storage.prices = 'sqlite://'": (
        "storage.prices must be memory://, embedded://, redis://HOST:PORT or rediss://HOST:PORT,"
        " not 'sqlite://'"
    ),
    "universe.kalshi_series = 'KXBTC'": (
        "universe.kalshi_series must be a list of texts, not 'KXBTC'"
    ),
    "[detection": "not TOML: Expected ']' at the end of a table declaration (at end of document)",
}


@pytest.mark.parametrize(("text", "line"), MISTAKES.items())
def test_mistake_in_the_file_is_named_in_one_line(text, line) -> None:
    with pytest.raises(ConfigError) as caught:
        decode(text, "c.toml", {}, {})
    assert str(caught.value) == f"c.toml: {line}"


ENVIRONMENT_MISTAKES = {
    "UNDERROUND__UNIVERSE__KALSHI_TOP=many": (
        "UNDERROUND__UNIVERSE__KALSHI_TOP must be a whole number, 0 … 10000, not 'many'"
    ),
    "UNDERROUND__UNIVRSE__KALSHI_TOP=1": (
        'unknown key "UNDERROUND__UNIVRSE"; did you mean "UNDERROUND__UNIVERSE"?'
    ),
    "UNDERROUND__PAIRS=a UNDERROUND__PAIRS__B=c": (
        "UNDERROUND__PAIRS__B is set inside what is not a section"
    ),
}


@pytest.mark.parametrize(("variables", "line"), ENVIRONMENT_MISTAKES.items())
def test_mistake_in_the_environment_names_the_variable(variables, line) -> None:
    environ = dict(each.split("=") for each in variables.split())
    with pytest.raises(ConfigError) as caught:
        decode("", "c.toml", environ, {})
    assert str(caught.value) == f"environment: {line}"


def test_combination_over_several_places_names_them_all() -> None:
    environ = {"UNDERROUND__VENUES__KALSHI__KEY_ID": "k"}
    with pytest.raises(ConfigError, match=r"^c\.toml, environment: venues\.kalshi: key_id is set"):
        decode('pairs = "p.toml"', "c.toml", environ, {})


def test_default_file_is_read_only_when_it_is_there(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert load_config(None, environ) == Config()
    path = default_path(environ)
    assert path == tmp_path / "underround" / "config.toml"
    path.parent.mkdir()
    path.write_text('pairs = "mine.toml"', encoding="utf-8")
    assert load_config(None, environ).pairs == "mine.toml"
    assert load_config(None, environ, {"pairs": "flag.toml"}).pairs == "flag.toml"


def test_named_file_must_be_readable(tmp_path: Path) -> None:
    absent, folder, binary = tmp_path / "absent.toml", tmp_path, tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    for path, reason in [
        (absent, "the config file cannot be read: no such file or directory"),
        (folder, "the config file cannot be read: is a directory"),
        (binary, "the config file is not UTF-8 text"),
    ]:
        with pytest.raises(ConfigError) as caught:
            load_config(path, {})
        assert str(caught.value) == f"{path}: {reason}"


def test_the_index_settings_are_in_the_desk_s_units() -> None:
    settings = Config().bitcoin.settings()
    assert settings == PricingSettings()
    text = '[bitcoin]\nreading = "lambda=0.37"\nleast_edge_usd = "0.05"\nstale_after_ms = 3000\n'
    settings = decode(text, "c.toml", {}, {}).bitcoin.settings()
    assert (settings.reading, settings.least_edge) == ("lambda=0.37", 0.05)
    assert settings.stale_ns == 3 * NS_PER_SECOND


def test_an_unknown_reading_is_named() -> None:
    config = decode('[bitcoin]\nreading = "colour=blue"\n', "c.toml", {}, {})
    with pytest.raises(ConfigError, match="'colour' is no reading"):
        config.bitcoin.settings()


def test_exchanges_that_are_not_known_are_refused() -> None:
    with pytest.raises(ConfigError, match="exchanges"):
        decode('[bitcoin]\nexchanges = ["nyse"]\n', "c.toml", {}, {})


def test_the_exchanges_asked_are_those_whose_messages_are_known() -> None:
    assert set(Config().bitcoin.exchanges) == set(ON_BY_DEFAULT)


@pytest.mark.parametrize("zone", ["Mars/X", "", "Europe", "../etc/passwd", "x" * 300])
def test_a_time_zone_that_is_none_is_refused_where_it_is_read(zone: str) -> None:
    with pytest.raises(ConfigError) as caught:
        decode(f'[alerts]\ntime_zone = "{zone}"\n', "c.toml", {}, {})
    wanted = 'must be a time zone such as "Europe/Berlin"'
    assert str(caught.value) == f"c.toml: alerts.time_zone {wanted}, not {zone!r}"
    with pytest.raises(ConfigError, match="UNDERROUND__ALERTS__TIME_ZONE must be a time zone"):
        decode("", "c.toml", {"UNDERROUND__ALERTS__TIME_ZONE": zone}, {})
    assert decode('[alerts]\ntime_zone = "Asia/Tokyo"\n', "c.toml", {}, {}).alerts.time_zone
