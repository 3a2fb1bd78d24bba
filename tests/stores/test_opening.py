"""Store URLs: what they open, and the one line for those that open nothing."""

import socket
import threading

import pytest

from underround.stores import check_store_url, open_stores
from underround.stores.memory import MemoryPrices
from underround.stores.prices import Price

WRONG = [
    ("", "is not one of memory://"),
    ("memory", "is not one of memory://"),
    ("memory:/x", "is not one of memory://"),
    ("http://localhost", "is not one of memory://"),
    ("memory://x", "nothing may follow memory://"),
    ("embedded:///tmp", "nothing may follow embedded://"),
    ("redis://localhost:0", "the port is not 1…65535"),
    ("redis://localhost:65536", "the port is not 1…65535"),
    ("redis://localhost:port", "the port is not 1…65535"),
    ("redis://localhost/books", "database 'books' is not a number"),
    ("redis://[::1", "Invalid IPv6 URL"),
]


@pytest.mark.parametrize(("url", "said"), WRONG)
async def test_a_wrong_url_is_named_in_one_line(url, said):
    with pytest.raises(ValueError, match=r"^store URL ") as raised:
        async with open_stores(url):
            pass
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


async def test_an_option_that_is_none_is_named_in_one_line():
    with pytest.raises(ValueError, match=r"^store URL 'redis://localhost\?\*\*\*': .*moon"):
        async with open_stores("redis://localhost?moon=1"):
            pass


def test_what_is_shown_of_a_store_has_no_password():
    assert check_store_url("redis://:hush@host:1/2") == "redis://:***@host:1/2"


async def test_memory_needs_no_server():
    async with open_stores("memory://") as (prices, signals):
        assert isinstance(prices, MemoryPrices)
        assert (prices.status().state, signals.status().state) == ("connected", "connected")


async def test_a_refused_connection_is_said_in_one_line():
    with socket.socket() as taken:  # bound and not listening: nobody else can, and it refuses
        taken.bind(("127.0.0.1", 0))
        url = f"redis://:hush@127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConnectionError) as raised:
            async with open_stores(url):
                pass
    assert str(raised.value) == (
        f"Connection refused ({url.replace('hush', '***')}): start a Redis or Valkey server there,"
        " or use memory:// or embedded://"
    )


async def test_a_server_that_wants_a_password_says_so(redis_url, redis_client):
    redis_client.config_set("requirepass", "hush")
    redis_client.auth("hush")
    try:
        with pytest.raises(ConnectionError, match="Authentication required"):
            async with open_stores(redis_url):
                pass
        async with open_stores(redis_url.replace("//", "//:hush@")) as (prices, _):
            prices.mark("A", "kalshi", 1, 2, 3)
            assert await prices.count() == {"kalshi": 1}
    finally:
        redis_client.config_set("requirepass", "")


async def test_what_is_no_redis_is_said_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as impostor:
        url = f"redis://127.0.0.1:{impostor.getsockname()[1]}"
        impostor.settimeout(10)

        def answer():
            with impostor.accept()[0] as peer:
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                peer.recv(1_000)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ConnectionError, match=r"^[^\n]+$"):
            async with open_stores(url):
                pass
        thread.join()


async def test_databases_are_apart(redis_url):
    async with open_stores(f"{redis_url}/1") as (first, _), open_stores(redis_url) as (second, _):
        first.mark("A", "kalshi", 1, 2, 3)
        await first.flush()
        assert (await first.all(), await second.all()) == ({("A", "kalshi"): Price(1, 2, 3)}, {})


async def test_the_embedded_store_is_a_server_of_its_own():
    async with open_stores("embedded://") as (prices, signals):
        prices.mark("A", "kalshi", 1, 2, 3)
        signals.put(b"1")
        assert await prices.count() == {"kalshi": 1}
        assert await signals.take(9) == [b"1"]
    assert prices.status().state == "disconnected"
