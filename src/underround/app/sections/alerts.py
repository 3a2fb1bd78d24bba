"""The section that says who is told of what, and when they are left in peace."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from underround.app.sections.values import Count, Dollars, Text

Hours = Annotated[
    str,
    Meta(
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
        description='hours such as "22:00-07:00", or "" for none',
    ),
]
NoticeKind = Literal["signal", "connection", "venue", "warning", "error"]


class AlertsConfig(Struct, frozen=True, kw_only=True):
    """Channels (one apprise address each), what they are told, and how often.

    Addresses hold secrets: they belong in UNDERROUND__ALERTS__CHANNELS, separated by commas.
    Errors pass in quiet hours and beyond the hourly limit; everything else waits or is counted.
    """

    channels: tuple[Text, ...] = ()
    kinds: tuple[NoticeKind, ...] = ("signal", "connection", "venue", "error")
    least_edge_usd: Dollars = "0.01"
    group_s: Count = 30
    most_per_hour: Count = 20
    quiet_hours: Hours = ""
    time_zone: Text = "UTC"
