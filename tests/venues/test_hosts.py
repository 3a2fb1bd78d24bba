"""Which addresses may be called at all."""

import pytest

from underround.venues.hosts import ALLOWED_HOSTS, check_url, is_loopback

WS = ("ws", "wss")


def test_every_venue_host_is_called_encrypted_only():
    for host in ALLOWED_HOSTS:
        assert check_url(f"wss://{host}/ws", WS) == host
        with pytest.raises(ValueError, match="not encrypted"):
            check_url(f"ws://{host}/ws", WS)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "[::1]"])
def test_loopback_may_be_plain(host: str):
    assert is_loopback(check_url(f"ws://{host}:8080/ws", WS))


@pytest.mark.parametrize(
    "url",
    [
        "wss://example.org/",
        "wss://10.0.0.1/",
        "wss://localhost.example.org/",
        "wss://clob.polymarket.com@example.org/",
        "http://127.0.0.1/",
        "127.0.0.1:80",
        "",
    ],
)
def test_any_other_address_is_refused_with_a_reason(url: str):
    with pytest.raises(ValueError, match=r"not a venue|must begin|user name") as caught:
        check_url(url, WS)
    assert "\n" not in str(caught.value)
