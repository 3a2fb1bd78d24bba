"""The terminal's view of a page: the same topics as tables, keys at the foot.

Shows what a `PageClient` holds and passes on what is asked for; it knows no run.
"""

from typing import Any, ClassVar, Final

from rich.cells import cell_len
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import DataTable, Footer, Input, Label, Static, TabbedContent, TabPane

from underround.app.page.client import PageClient
from underround.cli.terminal_rows import Row, Topics
from underround.cli.terminal_views import VIEWS, Table
from underround.core.errors import UnderroundError
from underround.core.units import NS_PER_SECOND

NARROW: Final = 100
"""Columns below which what matters most comes first, so that no number is out of sight."""


class Confirm(ModalScreen[str | None]):
    """Asks for the reason of a change: Enter confirms, Escape leaves everything as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Leave it")]
    DEFAULT_CSS = """
    Confirm { align: center middle; }
    Confirm > Vertical { width: 64; max-width: 100%; height: auto; padding: 1 2; }
    Confirm > Vertical { border: round $primary; }
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
    Screen { overflow: hidden; }
    #status { dock: top; height: 1; background: $panel; padding: 0 1; }
    .old #status { background: $warning; color: $text; text-style: bold; }
    TabbedContent { height: 1fr; }
    TabPane { padding: 0; }
    DataTable { height: 1fr; }
    .old DataTable { opacity: 45%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        # The way to stop and the way out come first: a narrow foot ends early.
        Binding("s", "switch", "Stop / go on"),
        Binding("q", "quit", "Quit"),
        *(
            Binding(str(number), f"show('{name}')", title)
            for number, (name, (title, _)) in enumerate(VIEWS.items(), 1)
        ),
    ]

    def __init__(self, client: PageClient) -> None:
        super().__init__()
        self._client = client
        self._is_due = True
        self._standing = ""
        self._is_narrow = False

    def compose(self) -> ComposeResult:
        """Make the status line, the tables of each view, and the keys."""
        yield Static("connecting", id="status", markup=False)
        with TabbedContent(initial="opportunities"):
            for name, (title, tables) in VIEWS.items():
                with TabPane(title, id=name):
                    for table in tables:
                        first = table is tables[0]
                        yield DataTable(
                            id=f"{table.name}-rows", cursor_type="row" if first else "none"
                        )
        yield Footer()

    def on_mount(self) -> None:
        """Begin to follow the page; the first `on_resize` may have come before."""
        self._name_columns()
        self.set_interval(0.25, self.refresh_rows)
        self.run_worker(self._client.follow(self.heard), exclusive=True)

    def on_resize(self, event: Resize) -> None:
        """Put the columns in the order that suits the width."""
        is_narrow = event.size.width < NARROW
        if is_narrow is not self._is_narrow:
            self._is_narrow = is_narrow
            self._name_columns()

    def _name_columns(self) -> None:
        for _, tables in VIEWS.values():
            for table in tables:
                shown = self.query_one(f"#{table.name}-rows", DataTable)
                shown.clear(columns=True)
                shown.add_columns(*(table.columns[index] for index in self._order(table)))
        self._is_due = True

    def _order(self, table: Table) -> tuple[int, ...]:
        is_ordered = self._is_narrow and table.narrow
        return table.narrow if is_ordered else tuple(range(len(table.columns)))

    def heard(self) -> None:
        """Note that there is something new to show."""
        self._is_due = True

    def refresh_rows(self) -> None:
        """Show what the client holds, if any of it is new or has just become old."""
        standing, found = self._client.standing, self.query("#status")
        if not found:
            return  # on the way out
        if not self._is_due and standing == self._standing == "live":
            return
        is_news = self._is_due
        self._is_due, self._standing = False, standing
        status = status_line(self._client.topics, standing, self._client.silent_ns)
        found.first(Static).update(status)
        self.screen.set_class(standing in ("stale", "lost"), "old")
        if not is_news:
            return
        for _, tables in VIEWS.values():
            for table in tables:
                order = self._order(table)
                rows = table.rows(self._client.topics, self._client.at_ms)
                numbers = frozenset(at for at, index in enumerate(order) if index in table.numbers)
                fill(
                    self.query_one(f"#{table.name}-rows", DataTable),
                    tuple(table.columns[index] for index in order),
                    [tuple(row[index] for index in order) for row in rows],
                    numbers,
                )

    def action_show(self, name: str) -> None:
        """Show a view; its table takes the keys."""
        self.query_one(TabbedContent).active = name
        self.query_one(f"#{VIEWS[name][1][0].name}-rows", DataTable).focus()

    async def action_switch(self) -> None:
        """Ask, then stop everything new, or let it go on; without the token say so at once."""
        if refused := await self._client.why_not():
            self.notify(refused, severity="error")
            return
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


def fill(table: "DataTable[Any]", columns: Row, rows: list[Row], numbers: frozenset[int]) -> None:
    """Replace a table's rows where they differ, keeping the cursor where it was."""
    # Measured here: the table itself measures when idle, and may take the cells before these.
    widths = [
        max(cell_len(text) for text in (name, *(row[index] for row in rows)))
        for index, name in enumerate(columns)
    ]
    shown = [
        tuple(
            text.rjust(widths[index]) if index in numbers else text
            for index, text in enumerate(row)
        )
        for row in rows
    ]
    held = [tuple(table.get_row_at(index)) for index in range(table.row_count)]
    if held == shown:
        return
    cursor, scroll = table.cursor_row, table.scroll_y
    table.clear()
    for index, column in enumerate(table.ordered_columns):
        column.auto_width = False
        column.width = widths[index]
        name = columns[index]
        column.label = Text(name.rjust(widths[index]) if index in numbers else name)
    table.add_rows(shown)
    if cursor < table.row_count:
        table.move_cursor(row=cursor)
    table.scroll_to(y=scroll, animate=False)


def status_line(topics: Topics, standing: str, silent_ns: int) -> str:
    """Return the vital signs as one line; what makes them old is said first."""
    status = topics.get("status")
    if not status:
        return {"lost": "NOT CONNECTED; trying again"}.get(standing, "connecting")
    silent = f"{silent_ns // NS_PER_SECOND} s"
    state = {
        "lost": f"LOST {silent} ago, these numbers are old",
        "stale": f"STALE: nothing new for {silent}, these numbers are old",
    }.get(standing, status["kind"])
    paused = " · STOPPED" if status["paused"] else ""
    return (
        f"{state}{paused} · {status['books_live']}/{status['books']} books live · "
        f"{status['frames_per_s']} frames/s · {status['open']} open · "
        f"{status['opened_day']} opened today"
    )
