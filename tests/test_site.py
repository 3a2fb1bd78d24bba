"""The documents build as a site, strictly, and no page asks another host for anything."""

import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from scripts import draw_figures, site_pages, write_reference
from tests.house_style import ROOT

LOADED = {"img": "src", "script": "src", "source": "src", "iframe": "src", "use": "href"}


class _Loads(HTMLParser):
    """Collects the addresses that a browser loads by itself."""

    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in LOADED:
            self.addresses.append(given.get(LOADED[tag]) or "")
        if tag == "link" and given.get("rel") not in {"canonical", "next", "prev"}:
            self.addresses.append(given.get("href") or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_every_document_is_a_page(site):
    documents = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    pages = [path.with_name(path.name.replace("README", "index")) for path in documents]
    assert [path for path in pages if not (site / path.with_suffix(".html")).is_file()] == []
    assert all((site / f"{name}.html").is_file() for name in ("index", "changelog", "tutorial"))


def test_no_page_asks_another_host(site):
    for page in site.rglob("*.html"):
        loads = _Loads()
        loads.feed(page.read_text(encoding="utf-8"))
        assert len(loads.addresses) > 2
        outside = [each for each in loads.addresses if re.match(r"(https?:)?//", each)]
        assert (page.name, outside) == (page.name, [])
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"(?:@import|url\()\s*[\"']?(?:https?:)?//[^)\"']+", styles) == []


@pytest.mark.parametrize("name", sorted(write_reference.pages()))
def test_the_reference_is_what_the_program_says(name):
    written = (ROOT / "docs/reference" / name).read_text(encoding="utf-8")
    assert written == write_reference.pages()[name], "run `make reference`"


@pytest.mark.parametrize("name", sorted(draw_figures.figures()))
def test_the_figures_are_what_the_program_calculates(name):
    drawn = (ROOT / "docs/figures" / name).read_text(encoding="utf-8")
    assert drawn == draw_figures.figures()[name], "run `make figures`"


def test_links_of_the_repository_become_links_of_the_site():
    text = (
        "[a](docs/bitcoin.md#windows) [`x.py`](src/x.py) [code](src/y.py) "
        "[c](https://a.b/c) [d](#here) ![e](docs/figures/edge.svg)"
    )
    assert site_pages.relinked(text, "index.md") == (
        "[a](bitcoin.md#windows) `src/x.py` code (`src/y.py`) "
        "[c](https://a.b/c) [d](#here) ![e](figures/edge.svg)"
    )
    up = site_pages.relinked("[README](../../README.md#pairs)", "how-to/streams.md")
    assert up == "[README](../index.md#pairs)"
