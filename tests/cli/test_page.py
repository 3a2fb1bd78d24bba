"""Where a run is shown: by default, when it is asked for, and when a place is named for it."""

import pytest
from cyclopts import App

from underround.cli.page import HIDDEN, SHOWN, PageFlags, ShownPageFlags

DEMO, RUN = App(result_action="return_value"), App(result_action="return_value")


@DEMO.default
def of_demo(*, page: ShownPageFlags = SHOWN) -> bool:
    return page.face() is not None


@RUN.default
def of_run(*, page: PageFlags = HIDDEN) -> bool:
    return page.face() is not None


@pytest.mark.parametrize(
    ("words", "in_demo", "in_run"),
    [
        ([], True, False),
        (["--web"], True, True),
        (["--no-web"], False, False),
        (["--web-port", "8080"], True, True),
        (["--web-host", "127.0.0.1"], True, True),
        (["--no-web", "--web-port", "8080"], False, False),
    ],
)
def test_a_page_is_shown(words: list[str], in_demo: bool, in_run: bool) -> None:
    assert (DEMO(words, exit_on_error=False), RUN(words, exit_on_error=False)) == (in_demo, in_run)
