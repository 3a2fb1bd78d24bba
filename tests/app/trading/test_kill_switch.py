"""The kill switch: page, signal, command and file are one thing, and a restart finds it set."""

from types import SimpleNamespace

import pytest

from underround.app.config import Config
from underround.app.sections.trading import TradingConfig
from underround.app.trading.control import kill, resume
from underround.app.trading.kill_switch import KillSwitch, resume_request
from underround.core.trading.event import KillSwitched


class Desk:
    """A desk that only halts and goes on."""

    def __init__(self) -> None:
        self.halt: str | None = None
        self.told: list[KillSwitched] = []

    def tell(self, event: KillSwitched) -> None:
        self.told.append(event)
        if not event.is_set:
            self.halt = None
        elif self.halt is None:
            self.halt = event.reason


@pytest.fixture
def made(tmp_path):
    trading = TradingConfig(kill_file=str(tmp_path / "kill"), journal=str(tmp_path / "t.db"))
    desk = Desk()
    switch = KillSwitch(tmp_path / "kill", desk.tell, lambda: desk.halt, lambda: 7)
    return SimpleNamespace(config=Config(trading=trading), desk=desk, switch=switch)


def test_set_here_it_is_a_file_that_a_later_start_finds(made):
    made.switch.set("from the page: a drill")
    assert made.desk.halt == "from the page: a drill"
    later = Desk()
    file = made.switch.file
    KillSwitch(file, later.tell, lambda: later.halt, lambda: 8).look()
    assert later.halt == f"kill file {file}: from the page: a drill"


def test_a_command_s_file_halts_once_and_its_resume_lets_go_on(made):
    kill(made.config, "by hand", lambda: 1)
    made.switch.look()
    made.switch.look()
    assert [event.reason for event in made.desk.told] == [f"kill file {made.switch.file}: by hand"]
    made.switch.file.unlink()
    resume_request(made.switch.file).write_text("resume\n")  # what `resume` leaves an executor
    made.switch.look()
    made.switch.look()
    assert [event.is_set for event in made.desk.told] == [True, False]


def test_what_the_page_set_the_command_clears_and_the_other_way_round(made):
    made.switch.set("from the page")
    resume(made.config, lambda: 1)
    assert not made.switch.file.exists()
    kill(made.config, "by hand", lambda: 1)
    made.switch.look()
    made.switch.clear("from the page")
    made.switch.look()
    assert (made.desk.halt, made.switch.file.exists()) == (None, False)


def test_a_file_that_cannot_be_written_halts_all_the_same(made, caplog):
    made.switch.file.mkdir()
    made.switch.set("a drill")
    assert made.desk.halt == "a drill"
    assert "the halt stands in the journal alone" in caplog.text
