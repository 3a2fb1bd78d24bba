"""A hook of the documents' site: the root's documents are pages too, links to code become paths.

The documents are written to be read in the repository; this makes them hold on the site. It changes
no file.
"""

import posixpath
import re
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parent.parent
OF_THE_ROOT: Final = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
}
"""Documents outside of docs/, and what they are called on the site."""
_LINK: Final = re.compile(r"(!?)\[([^\]]+)\]\(([^)\s#]+)(#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the root's documents."""
    for name, page in OF_THE_ROOT.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn links between files of the repository into links between pages."""
    del config, files
    return relinked(markdown, page.file.src_uri)


def relinked(markdown: str, page: str) -> str:
    """Return a page's text with every link to a file of the repository as the site has it.

    What is no page becomes the path of the file.
    """
    names = {each: name for name, each in OF_THE_ROOT.items()}
    source = names.get(page, f"docs/{page}")

    def link(found: re.Match[str]) -> str:
        mark, text, target, anchor = found.groups()
        if re.match(r"[a-z]+:", target):
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        there = OF_THE_ROOT.get(path)
        if there is None and path.startswith("docs/") and path.endswith((".md", ".svg", ".png")):
            there = path.removeprefix("docs/")
        if there is None:
            return f"`{path}`" if path.endswith(text.strip("`")) else f"{text} (`{path}`)"
        relative = posixpath.relpath(there, posixpath.dirname(page) or ".")
        return f"{mark}[{text}]({relative}{anchor or ''})"

    return _LINK.sub(link, markdown)
