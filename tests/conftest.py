"""What all tests share: a real valkey-server for each process, and no limit by the clock."""

import asyncio

import pytest
from hypothesis import settings
from redis import Redis

from underround.stores.embedded import EmbeddedServer

# How fast a machine is decides no test: hypothesis would fail an example after 200 ms.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def _server():
    server = asyncio.run(EmbeddedServer().__aenter__())
    yield server
    server.close()


@pytest.fixture
def redis_url(_server) -> str:
    """Give the URL of a running, empty server."""
    with Redis.from_url(_server.url) as client:
        client.flushall()
    return _server.url


@pytest.fixture
def redis_client(redis_url):
    """Give a client of another program, so to speak: what it sees, everybody sees."""
    with Redis.from_url(redis_url, decode_responses=True) as client:
        yield client
