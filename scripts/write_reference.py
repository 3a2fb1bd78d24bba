"""Write the pages of docs/reference from the program itself: `make reference`.

Commands come from what their help says, the public names of the streams from their signatures and
docstrings. Nothing in these pages is written by hand; a test compares them with what this writes.
"""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from underround import scheduler, streams
from underround.cli.main import app

REFERENCE: Final = Path(__file__).resolve().parent.parent / "docs" / "reference"
_COMMANDS: Final = """# Commands

Written by `make reference` from what `underround COMMAND --help` says. Exit codes, configuration
and the environment are in the [README](../../README.md#exit-codes).
"""
_STREAMS: Final = """# Streams and scheduler

Written by `make reference` from the code. How they are used:
[live prices in your own program](../how-to/streams.md).
"""


def commands_page() -> str:
    """Return every command and subcommand with its flags, choices and defaults."""
    text = app.generate_docs(recursive=True, heading_level=1)
    lines = []
    is_code = False
    for line in text[text.index("\n## underround ") :].splitlines():
        is_code ^= line.startswith("```")
        line = re.sub(r"^(underround .*?) -m [\w.]+ ", r"\1 ", line)  # how this script was started
        # "<" begins a tag where it is not code, and these pages hold no HTML.
        lines.append(line.rstrip() if is_code else line.rstrip().replace("<", "&lt;"))
    return _COMMANDS + re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


def streams_page() -> str:
    """Return the public names of `underround.streams` and `underround.scheduler`."""
    parts = [_STREAMS]
    for module in (streams, scheduler):
        parts.append(f"## {module.__name__}\n")
        for name in sorted(module.__all__):
            parts += _thing(name, getattr(module, name))
    return "\n".join(parts).rstrip() + "\n"


def pages() -> dict[str, str]:
    """Return every page by its file's name."""
    return {"commands.md": commands_page(), "streams.md": streams_page()}


def _thing(name: str, thing: object) -> Iterator[str]:
    if inspect.isclass(thing):
        yield f"### {name}\n\n{_words(thing)}\n"
        yield f"`{name}{_signature(thing)}`\n"
        for each, method in inspect.getmembers(thing, inspect.isfunction):
            if not each.startswith("_"):
                is_awaited = inspect.iscoroutinefunction(method)
                yield f"`{'await ' if is_awaited else ''}{each}{_signature(method)}`\n"
                yield f"{_words(method)}\n"
    elif inspect.isfunction(thing):
        yield f"### {name}\n"
        is_awaited = inspect.iscoroutinefunction(thing)
        yield f"`{'await ' if is_awaited else ''}{name}{_signature(thing)}`\n\n{_words(thing)}\n"


def _signature(thing: object) -> str:
    """Return a signature with its types as a reader writes them."""
    if not callable(thing):
        return ""
    text = str(inspect.signature(thing)).replace("self, ", "").replace("(self)", "()")
    return re.sub(r"\b(?:[a-z_]+\.)+([A-Za-z])", r"\1", text)


def _words(thing: object) -> str:
    return (inspect.getdoc(thing) or "").replace("<", "&lt;")


if __name__ == "__main__":
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
