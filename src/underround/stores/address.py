"""What of an address may be shown: in messages, logs and the configuration that is in force.

Text in, text out: it opens nothing and does not judge whether the address is one.
"""

from typing import Final

MASK: Final = "***"


def shown_address(address: str) -> str:
    """Return an address without its password, and without options, where one may stand as well.

    A login without a colon is masked whole: it may be a token.
    """
    whole, question, _ = address.partition("?")
    options = f"?{MASK}" if question else ""
    before, at, host = whole.rpartition("@")
    if not at:
        return whole + options
    scheme, separator, login = before.partition("://")
    user, colon, _ = login.partition(":")
    return f"{scheme}{separator}{user if colon else ''}{colon}{MASK}@{host}{options}"
