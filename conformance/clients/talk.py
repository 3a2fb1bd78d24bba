"""What every client's script shares: orders come as lines on standard input, lines of JSON go out.

Runs inside a client's own environment, so it may import the standard library alone.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from decimal import Decimal

Levels = dict[Decimal, Decimal]


class Report:
    """What a client did and saw."""

    def __init__(self):
        self.calls = Counter()
        self.messages = Counter()
        self.books = {}
        self.problems = []

    def problem(self, text):
        """Note something that the client could not do or did not understand, once."""
        if text not in self.problems:
            self.problems.append(text)

    async def call(self, name, awaitable):
        """Await one call of the client; an exception is a problem and gives None."""
        try:
            answer = await awaitable
        except Exception as fault:
            self.problem(f"{name}: {type(fault).__name__}: {' '.join(str(fault).split())[:300]}")
            return None
        self.calls[name] += 1
        return answer

    def expect(self, what, is_so):
        """Note that something is not as it should be."""
        if not is_so:
            self.problem(what)

    def book(self, instrument, bids, asks):
        """Tell a book in the end: prices and sizes as numbers or text, on the YES scale."""
        self.books[instrument] = {
            "bids": [[str(price), str(size)] for price, size in bids.items()],
            "asks": [[str(price), str(size)] for price, size in asks.items()],
        }

    def as_dict(self):
        """Return the report as JSON holds it."""
        return {
            "calls": dict(self.calls),
            "messages": dict(self.messages),
            "books": self.books,
            "problems": self.problems,
        }


class TokenBooks:
    """Books from absolute sizes, whichever client decoded them; late entries are left out."""

    def __init__(self):
        self.sides = {}
        self._times = {}

    def replace(self, token, bids, asks, time):
        """Take a whole book."""
        self.sides[token] = {"BUY": dict(bids), "SELL": dict(asks)}
        self._times = {key: at for key, at in self._times.items() if key[0] != token}
        self._times[token, None, None] = time

    def is_late(self, token, side, price, time):
        """Tell whether a level shows something newer; if not, note the time."""
        whole = self._times.get((token, None, None))
        if whole is None:
            return True
        if time < max(whole, self._times.get((token, side, price), whole)):
            return True
        self._times[token, side, price] = time
        return False

    def set(self, token, side, price, size, time):
        """Give a level its size; zero removes it."""
        if self.is_late(token, side, price, time):
            return
        levels = self.sides[token][side]
        if size:
            levels[price] = size
        else:
            levels.pop(price, None)


def tell(message):
    """Write one line for whoever runs the script."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def ready():
    """Say that every book is there and the flow may begin."""
    tell({"ready": True})


async def told_to_stop():
    """Wait for the line that ends the flow."""
    await asyncio.to_thread(sys.stdin.readline)


def run(exercise: Callable[[dict, Report], Awaitable[None]]):
    """Read the addresses, exercise the client, and write the report."""
    addresses = json.loads(sys.stdin.readline())
    report = Report()
    try:
        asyncio.run(exercise(addresses, report))
    except Exception as fault:
        report.problem(f"ended by {type(fault).__name__}: {' '.join(str(fault).split())[:300]}")
    tell({"report": report.as_dict()})
