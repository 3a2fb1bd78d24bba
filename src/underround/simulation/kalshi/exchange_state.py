"""Whether the simulated Kalshi trades, shard by shard, and the hours it says it keeps.

State and its answers; halting markets is the business of whoever changes it.
"""

from typing import Any, Final

from underround.simulation.kalshi.messages import timestamp
from underround.simulation.market import SHARDS

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class ExchangeState:
    """`is_active` False: no change of any kind is taken; `paused` shards take no orders."""

    def __init__(self) -> None:
        self.is_active = True
        self.paused: set[int] = set()
        self.resumes_at_ns: int | None = None

    def trades(self, shard: int) -> bool:
        """Say whether orders trade on a shard."""
        return self.is_active and shard not in self.paused

    def status(self) -> dict[str, Any]:
        """Return `/exchange/status`; its own fields are those of shard 0."""
        answer: dict[str, Any] = {
            "exchange_active": self.is_active,
            "trading_active": self.trades(0),
            "intra_exchange_transfers_active": self.is_active,
            "exchange_index_statuses": [
                {
                    "exchange_index": shard,
                    "description": name,
                    "exchange_active": self.is_active,
                    "trading_active": self.trades(shard),
                    "intra_exchange_transfers_active": self.is_active,
                }
                for shard, name in enumerate(SHARDS)
            ],
        }
        if self.resumes_at_ns is not None:
            answer["exchange_estimated_resume_time"] = timestamp(self.resumes_at_ns)
        return answer


def schedule() -> dict[str, Any]:
    """Return `/exchange/schedule`: Eastern time, always open but Thursdays 03:00-05:00."""
    whole = [{"open_time": "00:00", "close_time": "24:00"}]
    gap = [
        {"open_time": "00:00", "close_time": "03:00"},
        {"open_time": "05:00", "close_time": "24:00"},
    ]
    hours: dict[str, Any] = {day: gap if day == "thursday" else whole for day in _DAYS}
    hours |= {"start_time": "2026-01-01T00:00:00Z", "end_time": "2027-12-31T00:00:00Z"}
    return {"schedule": {"standard_hours": [hours], "maintenance_windows": []}}
