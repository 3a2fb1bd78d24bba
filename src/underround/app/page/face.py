"""How a run is shown: what a face is given, and where it is then found. Shapes only.

Whoever starts a run chooses the face; nothing in `app` knows one.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from underround.app.config import Config
from underround.app.page.run_sight import RunSight
from underround.app.page.view import Topic
from underround.app.sections.web import LOOPBACK
from underround.app.wiring import Running


class FaceOptions(Struct, frozen=True, kw_only=True):
    """Where a page is served and what it may offer.

    Port 0 is a free one. Without a token one is drawn. `names` are further names that the machine
    is called by in a browser. `catalog` holds the pairs under review, `recordings` past sessions;
    `topics` are shown beside those that every run has; `past` gives the rows of one of their
    parts over time by its name, None where it knows none. `sight` is that of whoever looks at the
    run already.
    """

    host: str = LOOPBACK
    port: int = 0
    token: str | None = None
    names: tuple[str, ...] = ()
    catalog: Path = Path("data/catalog.sqlite")
    recordings: Path = Path("data/recordings")
    kind: str = "run"
    topics: tuple[Topic, ...] = ()
    past: Callable[[str], Sequence[Any] | None] | None = None
    sight: RunSight | None = None


class Face(Protocol):
    """Shows a run while the block lasts; gives the line that tells a person where."""

    def __call__(self, run: Running, options: FaceOptions) -> AbstractAsyncContextManager[str]:
        """Begin to show the run. ConfigError when the place is taken or may not be used."""
        ...


def face_options(config: Config, kind: str) -> FaceOptions:
    """Return where and how a run of this kind is shown; ConfigError for an unusable token."""
    web = config.web
    return FaceOptions(
        host=web.host,
        port=web.port,
        token=web.token(),
        names=web.names,
        catalog=Path(config.storage.catalog),
        recordings=Path(config.storage.recordings),
        kind=kind,
    )
