"""The flags that show a run as a page, and the page itself, opened by name.

`cli` and `web` know nothing of each other: as a command is a name until it is called, so is the
page, and a run without one never imports a server.
"""

import pkgutil
from dataclasses import dataclass
from typing import Annotated, Any, Final

from cyclopts import Parameter
from cyclopts.validators import Number

from underround.app.page.face import Face

PAGE: Final = "underround.web.serving:page"


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class PageFlags:
    """Whether and where a run is shown."""

    web: Annotated[
        bool | None,
        Parameter(help="show the run as a page in the browser; naming a port or address does too"),
    ] = None
    web_port: Annotated[
        int | None,
        Parameter(validator=Number(gte=0, lte=65_535), help="the page's port; a free one if 0"),
    ] = None
    web_host: Annotated[
        str | None,
        Parameter(help="the address it listens on; beyond 127.0.0.1 everything asks for the token"),
    ] = None

    def settings(self) -> dict[str, Any]:
        """Return the flags as a layer of the configuration."""
        given = {"port": self.web_port, "host": self.web_host}
        return {"web": {name: value for name, value in given.items() if value is not None}}

    def face(self) -> Face | None:
        """Return the page where it is wanted."""
        is_placed = self.web_port is not None or self.web_host is not None
        if not (is_placed if self.web is None else self.web):
            return None
        face: Face = pkgutil.resolve_name(PAGE)
        return face


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class ShownPageFlags(PageFlags):
    """The same for a run that is shown unless told otherwise."""

    web: Annotated[bool | None, Parameter(help="show the run as a page in the browser")] = True


HIDDEN: Final = PageFlags()
SHOWN: Final = ShownPageFlags()
