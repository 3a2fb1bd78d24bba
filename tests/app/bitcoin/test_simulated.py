"""Faults by name for the simulated world, and a configuration that points at it."""

import pytest

from underround.app.bitcoin.simulated import checked_fault, simulated_config
from underround.app.config import Config
from underround.core.errors import ConfigError

ADDRESSES = {
    "polymarket": {
        "gamma": "http://127.0.0.1:1",
        "clob": "http://127.0.0.1:2",
        "ws": "ws://127.0.0.1:3/w",
    },
    "kalshi": {
        "rest": "http://127.0.0.1:4",
        "ws": "ws://127.0.0.1:5/w",
        "key_id": "k",
        "private_key_path": "p",
    },
    "prints": 6,
}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("freeze:kraken", "frozen:kraken"),
        ("frozen:lmax", "frozen:lmax"),
        ("freeze:kalshi", "frozen:kalshi"),
        ("checksum:kraken", "checksum:kraken"),
        ("down:paxos", "down:paxos"),
    ],
)
def test_a_fault_has_a_kind_and_a_name(said, meant):
    assert checked_fault(said) == meant


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("melt:kraken", "a kind of freeze, checksum, gap, price, clock, down"),
        ("checksum:gemini", "of these exchanges only kraken sends checksums"),
        ("kraken", "a kind of freeze"),
        ("freeze:nyse", "'nyse' is not one of bitstamp"),
        ("down:kalshi", "'kalshi' is not one of bitstamp"),
        ("freeze:", "'' is not one of"),
    ],
)
def test_an_unknown_one_is_refused_with_what_is_known(said, reason):
    with pytest.raises(ConfigError, match=reason):
        checked_fault(said)


def test_addresses_and_windows_of_seconds():
    config = simulated_config(Config(), ADDRESSES)
    assert config.venues.kalshi.key_id == "k"
    assert config.venues.polymarket.gamma == "http://127.0.0.1:1"
    assert (config.bitcoin.prints, len(config.bitcoin.exchanges)) == (6, 8)
    assert config.bitcoin.least_edge_usd == Config().bitcoin.least_edge_usd
