"""What a setting may be: types with the words that a wrong value is answered with. Values only."""

from typing import Annotated, Final, Literal

from msgspec import Meta

Web = Annotated[
    str,
    Meta(pattern=r"^(https?://\S*[^\s/])?$", description="an address https://… (no / at its end)"),
]
Socket = Annotated[
    str, Meta(pattern=r"^(wss?://\S*[^\s/])?$", description="an address wss://… (no / at its end)")
]
Text = Annotated[str, Meta(min_length=1, description="a text that is not empty")]
Milliseconds = Annotated[
    int, Meta(ge=0, le=86_400_000, description="a whole number of milliseconds, 0 … one day")
]
Count = Annotated[int, Meta(ge=0, le=10_000, description="a whole number, 0 … 10000")]
Dollars = Annotated[
    str,
    Meta(
        pattern=r"^-?0?(\.\d{1,6}|(?<=0))$",
        description='dollars below 1 with at most six decimals, such as "0.005"',
    ),
]
Decimals = Annotated[
    str, Meta(pattern=r"^\d{1,6}(\.\d{1,6})?$", description='a number such as "1.5"')
]
Percent = Annotated[int, Meta(ge=0, le=100, description="a whole number of percent, 0 … 100")]
ExchangeName = Literal[
    "bitstamp", "bullish", "coinbase", "cryptocom", "gemini", "kraken", "lmax", "paxos"
]
EXCHANGES: Final[tuple[ExchangeName, ...]] = (
    "bitstamp",
    "bullish",
    "coinbase",
    "cryptocom",
    "gemini",
    "kraken",
    "paxos",
)
"""The constituents whose messages are known for sure; LMAX Digital's are not."""
Prices = Annotated[
    str,
    Meta(
        pattern=r"^(memory|embedded|rediss?)://",
        description="memory://, embedded://, redis://HOST:PORT or rediss://HOST:PORT",
    ),
]
