"""Other people's clients, and what each needs; each is exercised by its script in `clients/`.

A table; runs nothing.
"""

from typing import Final

from msgspec import Struct

from conformance.environments import Version

SPECIFICATIONS: Final = "kalshi-sdk==22.4.0"
"""Its source distribution holds Kalshi's AsyncAPI and OpenAPI documents."""


class Client(Struct, frozen=True, kw_only=True):
    """One client: its requirements, the Pythons it runs on, its script, and the venue it reads.

    `needs_both_sides`: it cannot read a book with an empty side, so none such is compared.
    """

    name: str
    shows: str
    requirements: tuple[str, ...]
    script: str
    venue: str
    at_least: Version = (3, 11)
    below: Version = (3, 14)
    has_books: bool = True
    needs_both_sides: bool = False
    needs_specifications: bool = False


CLIENTS: Final = (
    Client(
        name="polymarket-client",
        shows="the official client: Gamma, CLOB, market stream",
        requirements=("polymarket-client==0.14.0",),
        script="polymarket_client_reads.py",
        venue="polymarket",
    ),
    Client(
        name="polymarket-client trades",
        shows="the official client: orders, queries, user stream",
        requirements=("polymarket-client==0.14.0",),
        script="polymarket_client_trades.py",
        venue="polymarket",
        has_books=False,
    ),
    Client(
        name="nautilus_trader",
        shows="its socket client, schemas and order book",
        requirements=("nautilus_trader[polymarket]==1.221.0",),
        script="nautilus_schemas.py",
        venue="polymarket",
        below=(3, 13),
    ),
    Client(
        name="pykalshi",
        shows="REST, signed feed, order book",
        requirements=("pykalshi==2.0.0", "websockets"),
        script="pykalshi_feed.py",
        venue="kalshi",
    ),
    Client(
        name="pykalshi trades",
        shows="orders, groups, queries, private channels",
        requirements=("pykalshi==2.0.0", "websockets"),
        script="pykalshi_trades.py",
        venue="kalshi",
        has_books=False,
    ),
    Client(
        name="kalshi-sdk",
        shows="REST, signed session, order book",
        requirements=("kalshi-sdk==22.4.0",),
        script="kalshi_sdk_session.py",
        venue="kalshi",
        at_least=(3, 12),
        needs_both_sides=True,  # it takes a missing key for damage, against the document
    ),
    Client(
        name="kalshi specifications",
        shows="every message and answer against AsyncAPI and OpenAPI",
        requirements=("jsonschema>=4.23", "pyyaml>=6", "websockets>=15", "cryptography>=43"),
        script="kalshi_specifications.py",
        venue="kalshi",
        has_books=False,
        needs_specifications=True,
    ),
    Client(
        name="kalshi trading specifications",
        shows="requests of trading, their answers, private channels",
        requirements=("jsonschema>=4.23", "pyyaml>=6", "websockets>=15", "cryptography>=43"),
        script="kalshi_trading_specifications.py",
        venue="kalshi",
        has_books=False,
        needs_specifications=True,
    ),
)
