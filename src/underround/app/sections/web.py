"""The page's section of the configuration: where it is served, and who may ask.

Holds settings; reads the token's file and nothing else.
"""

import stat
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta, Struct

from underround.core.errors import ConfigError

LOOPBACK: Final = "127.0.0.1"
LEAST_TOKEN: Final = 22  # 128 bits in base 64

Port = Annotated[int, Meta(ge=0, le=65_535, description="a port, 0 … 65535 (0: a free one)")]
Host = Annotated[str, Meta(min_length=1, description="an address to listen on")]
Name = Annotated[str, Meta(min_length=1, description="a host name")]


class WebConfig(Struct, frozen=True, kw_only=True):
    """Where the page is served; beyond loopback everything asks for the token.

    `names` are further names that a browser may call this machine by. The token is the first line
    of `token_path`, or drawn at every start where that is empty.
    """

    host: Host = LOOPBACK
    port: Port = 0
    names: tuple[Name, ...] = ()
    token_path: str = ""

    def token(self) -> str | None:
        """Return the operator's token; None without one.

        ConfigError for a file that others may read, or that holds none worth the name.
        """
        if not self.token_path:
            return None
        path = Path(self.token_path).expanduser()
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8 text"
            raise ConfigError(f"{path}: the token file cannot be read: {reason.lower()}") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigError(f"{path}: others may read the token; run chmod 600 {path}")
        token = text.strip()
        if len(token) < LEAST_TOKEN or not token.isascii() or len(token.split()) != 1:
            raise ConfigError(
                f"{path}: a token is one word of {LEAST_TOKEN} or more ASCII characters"
            )
        return token
