"""`underround signals`: what was signalled; and consuming it as one of a group."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter
from cyclopts.validators import Number

from underround.app.config import Config, load_config
from underround.app.output import write_hung, write_json, write_line
from underround.app.signal_reading import consume, consumer_of, follow, open_latest_journal
from underround.app.stopping import run_until_done, stop_on_signals
from underround.app.wording import describe
from underround.cli.run import ConfigPath, Json
from underround.core.opportunity import Signal
from underround.stores.signal_consumers import Delivery
from underround.stores.signal_journal import JournaledSignal

INDENT = 22
signals = App(name="signals", help="Show what was signalled, follow it, or consume it.")

Journal = Annotated[Path | None, Parameter(help="the journal, instead of the configured one")]
Prices = Annotated[str | None, Parameter(help="the store it is shared through (redis://…)")]


@signals.default
def show(
    *,
    follow: Annotated[bool, Parameter(negative=(), help="go on as they come")] = False,
    limit: Annotated[int, Parameter(validator=Number(gte=1), help="how many of the latest")] = 20,
    journal: Journal = None,
    config: ConfigPath = None,
    json: Json = False,
) -> None:
    """Show the latest signals, oldest first, each with the number that `explain` takes.

    Without --journal those of the run, or demo, that raised one last. With `--json` one object;
    with `--follow --json` one line of JSON a signal.
    """
    opened = open_latest_journal(_configured(config, journal, None), journal)
    latest = opened.last(limit)
    if json and not follow:
        rows = [_row(signal) for signal in latest]
        write_json({"journal": str(opened.path), "signals": rows})
        return
    tell = _show_json if json else _show_line
    if not json:
        write_line(f"{opened.path}: {opened.last_seq} signals")
    for signal in latest:
        tell(signal)
    if follow:
        run_until_done(_follow(opened, latest[-1].seq if latest else 0, tell))


@signals.command(name="consume")
def consume_signals(
    *,
    group: Annotated[str, Parameter(help="each group gets every signal")],
    consumer: Annotated[str | None, Parameter(help="this one's name in the group")] = None,
    limit: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    once: Annotated[bool, Parameter(negative=(), help="end when nothing waits")] = False,
    journal: Journal = None,
    prices: Prices = None,
    config: ConfigPath = None,
) -> None:
    """Take signals at least once, one line of JSON each, acknowledged as each is written.

    A signal that comes again has the `signal_id` and the number `seq` that it had before; `id` is
    the opportunity's, which opens, changes and closes.

    Parameters
    ----------
    limit
        End after this many.
    """
    settings = _configured(config, journal, prices)
    run_until_done(_consume(settings, group, consumer, limit, once))


async def _follow(journal: Any, after: int, tell: Any) -> None:
    await follow(journal, after, stop_on_signals(), tell)


async def _consume(
    config: Config, group: str, name: str | None, limit: int | None, once: bool
) -> None:
    stop = stop_on_signals()
    async with consumer_of(config, group, name) as consumer:
        await consume(consumer, stop, _write_delivery, drains=once, limit=limit)


def _configured(path: Path | None, journal: Path | None, prices: str | None) -> Config:
    storage = {}
    if journal is not None:
        storage["journal"] = str(journal)
    if prices is not None:
        storage["prices"] = prices
    return load_config(path, os.environ, {"storage": storage} if storage else {})


def _row(signal: JournaledSignal) -> dict[str, Any]:
    return {"seq": signal.seq, "id": signal.id, "signal": msgspec.json.decode(signal.body)}


def _show_line(signal: JournaledSignal) -> None:
    said = describe(msgspec.json.decode(signal.body, type=Signal))
    write_hung(f"{signal.seq:>6}  {said}", INDENT)


def _show_json(signal: JournaledSignal) -> None:
    write_line(msgspec.json.encode(_row(signal)).decode())


def _write_delivery(delivery: Delivery) -> None:
    named = msgspec.json.encode({"seq": delivery.seq, "signal_id": delivery.id})
    sys.stdout.buffer.write(named[:-1] + b"," + delivery.body[1:] + b"\n")
    sys.stdout.flush()
