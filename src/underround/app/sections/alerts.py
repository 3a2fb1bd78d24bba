"""The section that says who is told of what, and when they are left in peace."""

import re
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from underround.app.sections.values import Count, Dollars, Text

_SCHEME: Final = re.compile(r"([a-z0-9+]{1,20})://")


def zone_of(name: str) -> ZoneInfo | None:
    """Return the time zone of that name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # "Europe" is a folder, and no zone
        return None


Hours = Annotated[
    str,
    Meta(
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
        description='hours such as "22:00-07:00", or "" for none',
    ),
]
Addresses = Annotated[
    tuple[Text, ...],
    Meta(description="a list of addresses of apprise's", extra={"is_secret": True}),
]
TimeZone = Annotated[
    str,
    Meta(
        description='a time zone such as "Europe/Berlin"',
        extra={"accepts": lambda name: zone_of(name) is not None},
    ),
]
NoticeKind = Literal["signal", "connection", "venue", "warning", "error"]


class AlertsConfig(Struct, frozen=True, kw_only=True):
    """Channels (one apprise address each), what they are told, and how often.

    Addresses hold secrets: they belong in UNDERROUND__ALERTS__CHANNELS, separated by commas.
    Errors pass in quiet hours and beyond the hourly limit; everything else waits or is counted.
    """

    channels: Addresses = ()
    kinds: tuple[NoticeKind, ...] = ("signal", "connection", "venue", "error")
    least_edge_usd: Dollars = "0.01"
    group_s: Count = 30
    most_per_hour: Count = 20
    quiet_hours: Hours = ""
    time_zone: TimeZone = "UTC"


def scheme_of(address: str) -> str:
    """Return what of a channel's address may be shown: which service it names, if it names one."""
    found = _SCHEME.match(address)
    return found[1] if found else "no address"
