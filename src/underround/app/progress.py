"""Progress of long work on stderr: how far, how fast, how long still. Silent beside a terminal.

Nothing is shown where stderr is no terminal or the person asked for quiet; NO_COLOR takes the
colours away. What is shown changes nothing of the work.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from underround.matching.counting import on_counted
from underround.stores.jsonl import on_read
from underround.stores.recording_reader import size_bytes


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s")


@contextmanager
def reading(
    what: str, paths: Iterable[Path], *, quiet: bool, times: int = 1, console: Console | None = None
) -> Iterator[None]:
    """Show how much of some recordings or files the block has read; each is read `times` times."""
    console = console or _stderr()
    if quiet or not console.is_terminal:
        yield
        return
    total = times * sum(size_bytes(path) for path in paths)
    columns = (DownloadColumn(), TransferSpeedColumn())
    with _bar(console, *columns) as progress:
        task = progress.add_task(what, total=total)
        token = on_read.set(lambda count: progress.advance(task, count))
        try:
            yield
        finally:
            on_read.reset(token)


@contextmanager
def matching(*, quiet: bool, console: Console | None = None) -> Iterator[None]:
    """Show how many markets the block has listed, proposed partners for, and judged; a bar each."""
    console = console or _stderr()
    if quiet or not console.is_terminal:
        yield
        return
    with _bar(console, MofNCompleteColumn(), _Rate()) as progress:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        token = on_counted.set(show)
        try:
            yield
        finally:
            on_counted.reset(token)


def _bar(console: Console, *columns: ProgressColumn) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        *columns,
        TimeRemainingColumn(),
        console=console,
        redirect_stdout=False,
        transient=True,
    )


def _stderr() -> Console:
    return Console(stderr=True)
