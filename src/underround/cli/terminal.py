"""The terminal's view of a page: the same topics as rows, keys at the foot.

Shows what a `PageClient` holds and passes on what is asked for; it knows no run.
"""

from typing import Any, ClassVar, Final

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import DataTable, Footer, Input, Label, Static, TabbedContent, TabPane

from underround.app.page.client import PageClient
from underround.core.errors import UnderroundError
from underround.core.units import format_price, format_size, format_usd

OPPORTUNITIES: Final = ("Pair", "Buy", "Edge", "Size", "Profit", "Return", "Age", "")
MARKETS: Final = ("Market", "Venue", "Bid", "Size", "Ask", "Size", "Book")
FEEDS: Final = ("Connection", "State", "Live", "Frames/s", "Quiet", "Connects", "Faults")
STAGES: Final = ("Stage", "Half within", "p99 within", "Timed")
COLUMNS: Final = {"opportunity": OPPORTUNITIES, "market": MARKETS, "feed": FEEDS, "stage": STAGES}
CLOSED_SHOWN: Final = 15
NARROW: Final = 100
"""Columns below which what matters most comes first, so that no number is out of sight."""
NARROW_ORDER: Final = {"opportunity": (2, 4, 6, 0, 1, 3, 5, 7), "market": (2, 4, 1, 0, 3, 5, 6)}


class Confirm(ModalScreen[str | None]):
    """Asks for the reason of a change: Enter confirms, Escape leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Leave it")]
    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm > Vertical { width: 64; height: auto; border: round $primary; padding: 1 2; }
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Make the question and the line for its reason."""
        with Vertical():
            yield Label(self._question)
            yield Input(placeholder="reason; Enter does it, Escape leaves it", id="reason")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take a reason that is one."""
        if event.value.strip():
            self.dismiss(event.value.strip())


class Terminal(App[None]):
    """One page in the terminal."""

    TITLE = "underround"
    ENABLE_COMMAND_PALETTE = False
    CSS = """
    #status { height: 1; background: $panel; padding: 0 1; }
    DataTable { height: 1fr; }
    .stale DataTable { opacity: 45%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # The way to stop and the way out come first: a narrow foot ends early.
        Binding("s", "switch", "Stop / go on"),
        Binding("q", "quit", "Quit"),
        Binding("1", "show('opportunities')", "Opportunities"),
        Binding("2", "show('markets')", "Markets"),
        Binding("3", "show('feeds')", "Feeds"),
    ]

    def __init__(self, client: PageClient) -> None:
        super().__init__()
        self._client = client
        self._is_due = True
        self._is_narrow: bool | None = None

    def compose(self) -> ComposeResult:
        """Make the status line, a table for each view, and the keys."""
        yield Static("connecting", id="status", markup=False)
        with TabbedContent(initial="opportunities"):
            with TabPane("Opportunities", id="opportunities"):
                yield DataTable(id="opportunity-rows", cursor_type="row")
            with TabPane("Markets", id="markets"):
                yield DataTable(id="market-rows", cursor_type="row")
            with TabPane("Feeds", id="feeds"):
                yield DataTable(id="feed-rows", cursor_type="row")
                yield DataTable(id="stage-rows", cursor_type="none")
        yield Footer()

    def on_mount(self) -> None:
        """Begin to follow the page; `on_resize` has named the columns or will."""
        self.set_interval(0.25, self.refresh_rows)
        self.run_worker(self._client.follow(self.heard), exclusive=True)

    def on_resize(self, event: Resize) -> None:
        """Put the columns in the order that suits the width."""
        is_narrow = event.size.width < NARROW
        if is_narrow is self._is_narrow:
            return
        self._is_narrow = is_narrow
        for name, columns in COLUMNS.items():
            table = self.query_one(f"#{name}-rows", DataTable)
            table.clear(columns=True)
            table.add_columns(*self._ordered(name, columns))
        self._is_due = True

    def _ordered(self, name: str, cells: tuple[str, ...]) -> tuple[str, ...]:
        order = NARROW_ORDER.get(name) if self._is_narrow else None
        return cells if order is None else tuple(cells[index] for index in order)

    def heard(self) -> None:
        """Note that there is something new to show."""
        self._is_due = True

    def refresh_rows(self) -> None:
        """Show what the client holds, if any of it is new."""
        if not self._is_due:
            return
        self._is_due = False
        topics, link = self._client.topics, self._client.link
        self.query_one("#status", Static).update(status_line(topics, link))
        self.screen.set_class(link != "live", "stale")
        for name, rows in (
            ("opportunity", opportunity_rows(topics, self.now_ms)),
            ("market", market_rows(topics)),
            ("feed", feed_rows(topics)),
            ("stage", stage_rows(topics)),
        ):
            ordered = [self._ordered(name, row) for row in rows]
            fill(self.query_one(f"#{name}-rows", DataTable), ordered)

    @property
    def now_ms(self) -> int:
        """The program's own time, as it told last."""
        return self._client.at_ms

    def action_show(self, name: str) -> None:
        """Show a view."""
        self.query_one(TabbedContent).active = name

    def action_switch(self) -> None:
        """Ask, then stop everything new, or let it go on."""
        is_paused = bool(self._client.topics.get("status", {}).get("paused"))
        question = (
            "Let new underrounds be signalled again?" if is_paused else "Stop all that is new?"
        )
        path = "/api/resume" if is_paused else "/api/pause"

        async def do(reason: str) -> None:
            try:
                await self._client.act(path, {"confirmed": True, "reason": reason})
                self.notify("Going on." if is_paused else "Stopped.")
            except UnderroundError as error:
                self.notify(str(error), severity="error")

        def said(reason: str | None) -> None:
            if reason:
                self.run_worker(do(reason))

        self.push_screen(Confirm(question), said)


def fill(table: "DataTable[Any]", rows: list[tuple[str, ...]]) -> None:
    """Replace a table's rows where they differ, keeping the cursor where it was."""
    held = [tuple(table.get_row_at(index)) for index in range(table.row_count)]
    if held == rows:
        return
    cursor, scroll = table.cursor_row, table.scroll_y
    table.clear()
    # Measured here: the table itself measures when idle, and may take the cells before these.
    for index, column in enumerate(table.ordered_columns):
        column.auto_width = False
        column.width = max(
            cell_len(text) for text in (str(column.label), *(r[index] for r in rows))
        )
    table.add_rows(rows)
    if cursor < table.row_count:
        table.move_cursor(row=cursor)
    table.scroll_to(y=scroll, animate=False)


def status_line(topics: dict[str, Any], link: str) -> str:
    """Return the vital signs as one line; a lost link is said first."""
    status = topics.get("status")
    if not status:
        return {"lost": "not connected; trying again"}.get(link, "connecting")
    state = "LOST, these numbers are old" if link == "lost" else status["kind"]
    paused = " · STOPPED" if status["paused"] else ""
    return (
        f"{state}{paused} · {status['books_live']}/{status['books']} books live · "
        f"{status['frames_per_s']} frames/s · {status['open']} open · "
        f"{status['opened_day']} opened today"
    )


def opportunity_rows(topics: dict[str, Any], now_ms: int) -> list[tuple[str, ...]]:
    """Return what is open, then what closed lately."""
    rows = [*(topics.get("opportunities") or []), *(topics.get("closed") or [])[:CLOSED_SHOWN]]
    return [
        (
            row["title"][:44],
            " + ".join(
                f"{leg['outcome'].upper()} {leg['venue']} {format_price(leg['price_e4'])}"
                for leg in row["legs"]
            ),
            f"{row['edge_e6'] / 10_000:.2f}¢",
            format_size(row["size_e6"]),
            format_usd(row["edge_usd_e6"]),
            f"{row['return_bps'] / 100:.2f}%",
            f"{((row['closed_ms'] or now_ms) - row['opened_ms']) / 1_000:.1f} s",
            "open" if row["closed_ms"] is None else row["reason"],
        )
        for row in rows
    ]


def market_rows(topics: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return every market's best prices, the paired ones first."""
    books, found = topics.get("books") or {}, []
    for name, fact in (topics.get("markets") or {}).items():
        bid, bid_size, ask, ask_size, state, why, _ = books.get(name) or [None] * 4 + [
            "none",
            "",
            0,
        ]
        cells = (_price(bid), _size(bid_size), _price(ask), _size(ask_size))
        shown = state if state == "live" else f"{state}: {why}"
        key = (fact["pair"] is None, fact["pair"] or "", fact["venue"])
        found.append((key, (fact["title"][:52], fact["venue"], *cells, shown)))
    return [row for _, row in sorted(found, key=lambda each: each[0])]


def feed_rows(topics: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return every connection."""
    return [
        (
            row["name"],
            "connected" if row["up"] else "NOT CONNECTED",
            f"{row['live']}/{row['books']}",
            f"{row['frames_per_s']:.0f}",
            f"{row['quiet_ms'] / 1_000:.1f} s",
            str(row["connects"]),
            str(row["errors"]),
        )
        for row in (topics.get("feeds") or {}).get("connections", [])
    ]


def stage_rows(topics: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return how long each stage takes."""
    return [
        (name, _duration(stage["p50_s"]), _duration(stage["p99_s"]), str(sum(stage["counts"])))
        for name, stage in (topics.get("feeds") or {}).get("stages", {}).items()
    ]


def _price(price_e4: int | None) -> str:
    return "–" if price_e4 is None else format_price(price_e4)


def _size(size_e6: int | None) -> str:
    return "–" if size_e6 is None else format_size(size_e6)


def _duration(value_s: float | None) -> str:
    return "–" if value_s is None else f"{value_s * 1_000:g} ms"
