"""An order for a fault: its name, when, for how long, whom, how much, and its seed.

Values and their check; nothing happens here.
"""

import difflib
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

End = Callable[[], None]
"""Ends what a fault began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A fault to begin `at_s` simulated seconds from now and to end `for_s` later.

    `for_s` None is as long as the kind lasts by itself; what `amount` means the kind says.
    """

    name: str
    at_s: float = 0.0
    for_s: float | None = None
    target: str = "all"
    amount: float | None = None
    seed: int = 0

    def every(self, usual: int) -> int:
        """Return `amount` as "every so many-th", at least 1."""
        return max(usual if self.amount is None else round(self.amount), 1)

    def dice(self) -> random.Random:
        """Return this order's own source of chance."""
        return random.Random(f"{self.seed} {self.name} {self.target}")


def read_order(fields: Mapping[str, Any], known: Iterable[str]) -> Order:
    """Return the order that plain fields amount to; ValueError, one line, for anything wrong."""
    names = sorted(known)
    unknown = sorted(set(fields) - set(Order.__dataclass_fields__))
    if unknown:
        raise ValueError(f"field {unknown[0]!r} is not one of {', '.join(_FIELDS)}")
    name = fields.get("name")
    if name not in names:
        near = difflib.get_close_matches(str(name), names, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}"
        raise ValueError(f"fault {name!r} is not known: {hint}")
    for field in ("at_s", "for_s", "amount"):
        value = fields.get(field)
        if value is None and field in fields and field != "at_s":
            continue
        if field in fields and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ValueError(f"{field} {value!r} is not a number")
        if field in fields and field != "amount" and not 0 <= float(value or 0) < 86_400:
            raise ValueError(f"{field} {value!r} is not 0 … 86400 seconds")
    if not isinstance(fields.get("target", ""), str) or not isinstance(fields.get("seed", 0), int):
        raise ValueError("target is a text and seed a whole number")
    return Order(**fields)


_FIELDS = tuple(Order.__dataclass_fields__)
