"""`underround venues`: both simulated venues alone, for whoever develops against them."""

from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number

from underround.app.simulated.venues_up import run_venues
from underround.app.stopping import run_until_done
from underround.cli.kinds import Kinds
from underround.simulation.structures.structure import read_kinds

app = App(name="venues", help="Run both simulated venues alone, to develop against.")

Positive = Number(gt=0)


@app.command
def up(
    *,
    seed: Annotated[int, Parameter(help="the world and its history")] = 7,
    speed: Annotated[float, Parameter(validator=Positive, help="simulated seconds a second")] = 1.0,
    pairs: Annotated[
        int, Parameter(validator=Positive, help="how many pairs are on both venues")
    ] = 24,
    markets: Annotated[
        int | None, Parameter(validator=Positive, help="how many markets each venue lists in all")
    ] = None,
    kinds: Kinds = "cross_venue",
    windows: Annotated[bool, Parameter(help="Bitcoin windows that follow each other")] = True,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> None:
    """Run the simulated venues until Ctrl+C.

    Prints the addresses of Polymarket (Gamma, CLOB, market channel, both price sockets) and of
    Kalshi (REST, WebSocket), the keys made at start, a pairs file, and the control port, where
    faults are ordered: `curl -d '{"name":"gap","for_s":5}' CONTROL/faults`; GET
    CONTROL/faults/kinds lists them, GET CONTROL/ledger tells the truth.

    Parameters
    ----------
    json
        Write the addresses as one JSON object to stdout and nothing else.
    """
    run_until_done(
        run_venues(
            seed,
            speed=speed,
            pairs=pairs,
            markets=max(pairs + 16, 40) if markets is None else markets,
            windows=windows,
            kinds=read_kinds(kinds),
            shows_json=json,
        )
    )
