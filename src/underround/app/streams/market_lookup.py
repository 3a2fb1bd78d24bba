"""Finds Polymarket markets by whatever name people use, and the pairs that each belongs to.

Asks Gamma once for each name; compares and subscribes nothing.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from underround.app.pairs.file import PairEntry
from underround.core.instrument import Instrument
from underround.venues.errors import RefusedError, UnknownReferenceError, VenueFaultError
from underround.venues.polymarket import catalog
from underround.venues.rest import RestClient

_log = logging.getLogger(__name__)

CONCURRENT_LOOKUPS: Final = 8
_NO_SUCH_MARKET: Final = frozenset({400, 404, 422})


class FoundMarket(Struct, frozen=True):
    """A market under the name it was asked for, and the ids of the pairs that it is part of."""

    reference: str
    yes: Instrument
    no: Instrument
    pairs: tuple[str, ...]


class MarketLookup:
    """Lookups at one Gamma, with the pairs of one pairs file."""

    def __init__(self, gamma: RestClient, pairs: Iterable[PairEntry]) -> None:
        self._gamma = gamma
        self._known: dict[str, tuple[Instrument, Instrument]] = {}
        self._unplaced: dict[str, list[str]] = {}  # pair ids by the pairs file's reference
        self._placed: dict[str, list[str]] = {}  # the same by condition id
        for entry in pairs:
            self._unplaced.setdefault(entry.polymarket, []).append(entry.id)

    async def find(self, references: Sequence[str]) -> list[FoundMarket]:
        """Return the markets named; what the venue does not know is left out with a warning.

        VenueFaultError when the venue cannot be asked.
        """
        await self._ask([name for name in references if name not in self._known])
        found = {name: self._known[name] for name in references if name in self._known}
        self._place(found)
        # A pairs file may say by slug or Gamma id what was asked for by another name.
        other_names = [name for name in self._unplaced if _is_opaque(name)]
        if found and other_names:
            await self._ask(other_names)
            self._place({name: self._known[name] for name in other_names if name in self._known})
            for name in other_names:
                self._unplaced.pop(name, None)
        return [
            FoundMarket(name, yes, no, tuple(self._placed.get(yes.market_id, ())))
            for name, (yes, no) in found.items()
        ]

    def _place(self, found: Mapping[str, tuple[Instrument, Instrument]]) -> None:
        for reference, (yes, no) in found.items():
            for name in (reference, yes.market_id, yes.id, no.id):
                ids = self._unplaced.pop(name, ())
                self._placed.setdefault(yes.market_id, []).extend(ids)

    async def _ask(self, references: Iterable[str]) -> None:
        free = asyncio.Semaphore(CONCURRENT_LOOKUPS)
        fault: BaseException | None = None
        try:
            async with asyncio.TaskGroup() as group:
                for reference in references:
                    group.create_task(self._ask_one(reference, free))
        except* VenueFaultError as faults:
            fault = faults.exceptions[0]
        if fault is not None:
            raise fault

    async def _ask_one(self, reference: str, free: asyncio.Semaphore) -> None:
        async with free:
            try:
                yes, no = await catalog.resolve(self._gamma, reference)
            except (UnknownReferenceError, RefusedError) as fault:
                if isinstance(fault, RefusedError) and fault.status not in _NO_SUCH_MARKET:
                    raise
                _log.warning("⚠️ market %s skipped: %s", reference, fault)
                return
        self._known.update(dict.fromkeys((reference, yes.market_id, yes.id, no.id), (yes, no)))


def _is_opaque(reference: str) -> bool:
    """Tell a name that only the venue can place from an id that an instrument carries."""
    try:
        return catalog.reference_kind(reference) in ("slug", "id")
    except UnknownReferenceError:
        return True
