"""Taking signals at least once: who takes must acknowledge, or somebody gets them again.

Two kinds of queue with one meaning: the journal's own tables, and a Redis stream fed from it.
Each consumer group gets every signal; within a group each goes to one consumer. A signal whose
consumer does not acknowledge is given again after `idle_ms`, oldest first; after `deliveries`
attempts it becomes a dead letter. Ids are for the consumer to notice what it has seen.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from underround.core.units import NS_PER_MS
from underround.stores.signal_journal import SignalJournal

STREAM_KEY: Final = "signals:{underround}:stream"
DEAD_KEY: Final = "signals:{underround}:dead"
IDLE_MS: Final = 30_000
DELIVERIES: Final = 5
BODY_FIELD: Final = b"body"
ID_FIELD: Final = b"id"


class Delivery(Struct, frozen=True):
    """A signal given to a consumer for the `deliveries`th time; acknowledge by `seq`."""

    seq: int
    id: str
    body: bytes
    deliveries: int


class SignalConsumer(Protocol):
    """One consumer of one group."""

    async def take(self, limit: int) -> list[Delivery]:
        """Return signals, those left behind first; may be empty. They stay until acknowledged."""
        ...

    async def acknowledge(self, seq: int) -> None:
        """Say that a signal is done with."""
        ...

    async def depth(self) -> int:
        """Return how many signals this group has not acknowledged."""
        ...


class JournalConsumer:
    """A consumer of the journal's own tables; signals of one pair are never out of order.

    While a signal of a pair is with some consumer, later ones of that pair wait.
    """

    def __init__(
        self,
        journal: SignalJournal,
        group: str,
        consumer: str,
        clock_ns: Callable[[], int],
        *,
        idle_ms: int = IDLE_MS,
        deliveries: int = DELIVERIES,
    ) -> None:
        self._database = journal.database
        self._group = group
        self._consumer = consumer
        self._clock_ns = clock_ns
        self._idle_ns = idle_ms * NS_PER_MS
        self._deliveries = deliveries
        self._database.execute(
            "INSERT INTO consumer_groups VALUES (?, 0) ON CONFLICT DO NOTHING", (group,)
        )

    async def take(self, limit: int) -> list[Delivery]:
        """Return left-behind signals, then new ones."""
        now_ns = self._clock_ns()
        self._database.execute("BEGIN IMMEDIATE")
        try:
            taken = self._claim(now_ns, limit)
            if len(taken) < limit:
                taken += self._read(now_ns, limit - len(taken))
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:  # a full disk may have rolled back already
                self._database.execute("ROLLBACK")
            raise
        return taken

    async def acknowledge(self, seq: int) -> None:
        """Forget the delivery."""
        self._database.execute(
            "DELETE FROM pending WHERE group_name = ? AND seq = ?", (self._group, seq)
        )

    async def depth(self) -> int:
        """Return how many signals this group has not acknowledged."""
        row = self._database.execute(
            "SELECT (SELECT COUNT(*) FROM pending WHERE group_name = :group) + (SELECT COUNT(*)"
            " FROM signals WHERE seq > (SELECT position FROM consumer_groups"
            " WHERE name = :group))",
            {"group": self._group},
        ).fetchone()
        return int(row[0])

    def _claim(self, now_ns: int, limit: int) -> list[Delivery]:
        left = self._database.execute(
            "SELECT pending.seq, id, body, deliveries FROM pending JOIN signals USING (seq)"
            " WHERE group_name = ? AND delivered_ns <= ? ORDER BY pending.seq LIMIT ?",
            (self._group, now_ns - self._idle_ns, limit),
        ).fetchall()
        claimed = []
        for seq, signal_id, body, deliveries in left:
            if deliveries >= self._deliveries:
                self._bury(seq, now_ns)
                continue
            self._database.execute(
                "UPDATE pending SET consumer = ?, delivered_ns = ?, deliveries = deliveries + 1"
                " WHERE group_name = ? AND seq = ?",
                (self._consumer, now_ns, self._group, seq),
            )
            claimed.append(Delivery(seq, signal_id, body, deliveries + 1))
        return claimed

    def _bury(self, seq: int, now_ns: int) -> None:
        self._database.execute(
            "INSERT INTO dead_letters VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (self._group, seq, now_ns),
        )
        self._database.execute(
            "DELETE FROM pending WHERE group_name = ? AND seq = ?", (self._group, seq)
        )

    def _read(self, now_ns: int, limit: int) -> list[Delivery]:
        """Take new signals in order, up to the first whose pair is with somebody already."""
        busy = {
            row[0]
            for row in self._database.execute(
                "SELECT DISTINCT pair FROM pending JOIN signals USING (seq) WHERE group_name = ?"
                " AND consumer <> ?",
                (self._group, self._consumer),
            )
        }
        rows = self._database.execute(
            "SELECT seq, id, body, pair FROM signals WHERE seq > (SELECT position FROM"
            " consumer_groups WHERE name = ?) ORDER BY seq LIMIT ?",
            (self._group, limit),
        ).fetchall()
        taken = []
        for seq, signal_id, body, pair in rows:
            if pair in busy:
                break
            self._database.execute(
                "INSERT INTO pending VALUES (?, ?, ?, ?, 1)",
                (self._group, seq, self._consumer, now_ns),
            )
            taken.append(Delivery(seq, signal_id, body, 1))
        if taken:
            self._database.execute(
                "UPDATE consumer_groups SET position = ? WHERE name = ?",
                (taken[-1].seq, self._group),
            )
        return taken


class StreamConsumer:
    """A consumer of the Redis stream; one consumer a group sees each pair in order."""

    def __init__(
        self,
        client: "Redis",
        group: str,
        consumer: str,
        *,
        stream: str = STREAM_KEY,
        dead: str = DEAD_KEY,
        idle_ms: int = IDLE_MS,
        deliveries: int = DELIVERIES,
        block_ms: int = 500,
    ) -> None:
        self._redis: Any = client
        self._group = group
        self._consumer = consumer
        self._stream = stream
        self._dead = dead
        self._idle_ms = idle_ms
        self._deliveries = deliveries
        self._block_ms = block_ms

    async def take(self, limit: int) -> list[Delivery]:
        """Return left-behind signals, else new ones, waiting for them a moment."""
        await self._make_group()
        left = await self._redis.xpending_range(
            self._stream, self._group, "-", "+", limit, idle=self._idle_ms
        )
        if left:
            return await self._claim({row["message_id"]: row["times_delivered"] for row in left})
        answer = await self._redis.xreadgroup(
            self._group, self._consumer, {self._stream: ">"}, count=limit, block=self._block_ms
        )
        return [_delivery(entry, 1) for _, entries in answer or () for entry in entries]

    async def acknowledge(self, seq: int) -> None:
        """Tell the group that the signal is done with."""
        await self._redis.xack(self._stream, self._group, f"{seq}-0")

    async def depth(self) -> int:
        """Return how many signals this group has not acknowledged."""
        await self._make_group()
        for row in await self._redis.xinfo_groups(self._stream):
            name = row["name"]
            if (name.decode() if isinstance(name, bytes) else name) == self._group:
                return int(row["pending"]) + int(row.get("lag") or 0)
        return 0

    async def _claim(self, counts: dict[bytes, int]) -> list[Delivery]:
        dead = [entry_id for entry_id, count in counts.items() if count >= self._deliveries]
        for entry_id in dead:
            for _, fields in await self._redis.xrange(self._stream, entry_id, entry_id):
                await self._redis.xadd(self._dead, {**fields, b"group": self._group})
            await self._redis.xack(self._stream, self._group, entry_id)
        wanted = [entry_id for entry_id in counts if entry_id not in dead]
        if not wanted:
            return []
        claimed = await self._redis.xclaim(
            self._stream, self._group, self._consumer, self._idle_ms, wanted
        )
        return [_delivery(entry, counts[entry[0]] + 1) for entry in claimed]

    async def _make_group(self) -> None:
        try:
            await self._redis.xgroup_create(self._stream, self._group, id="0", mkstream=True)
        except ResponseError as fault:
            if "BUSYGROUP" not in str(fault):
                raise


def _delivery(entry: tuple[bytes, dict[bytes, bytes]], deliveries: int) -> Delivery:
    entry_id, fields = entry
    seq = int(entry_id.partition(b"-")[0])
    return Delivery(seq, fields[ID_FIELD].decode(), fields[BODY_FIELD], deliveries)
