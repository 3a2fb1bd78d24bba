"""The configuration shown with its origins, and the first file: whole, private, without secrets."""

import re
from pathlib import Path

import msgspec
import pytest

from underround.app.config import Config, decode, load_config
from underround.app.config_file import (
    QUESTIONS,
    Question,
    Shown,
    first_config,
    shown_config,
    template,
    with_value,
    write_first,
)
from underround.core.errors import ConfigError, UnderroundError

README = Path(__file__).parents[2] / "README.md"


def answering(**answers: str):
    """Answer by key (with __ for a point); everything else keeps its default."""
    return lambda question, kept: answers.get(question.key.replace(".", "__"), "")


def test_the_template_says_the_defaults_and_is_the_readme_s() -> None:
    assert decode(template(), "template", {}, {}) == Config()
    assert template() in README.read_text()


def test_every_key_stands_in_the_template() -> None:
    def keys(tables, path=()):
        for name, value in tables.items():
            yield from keys(value, (*path, name)) if isinstance(value, dict) else [(*path, name)]

    for key in keys(msgspec.to_builtins(Config())):
        with_value(template(), ".".join(key), "anything")
    with pytest.raises(KeyError):
        with_value(template(), "venues.kalshi.nothing", "anything")


def test_each_setting_names_who_gave_it(tmp_path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('pairs = "mine.toml"\n[detection]\nthreshold_usd = "0.01"\n')
    environ = {
        "UNDERROUND__DETECTION__THRESHOLD_USD": "0.02",
        "UNDERROUND__STORAGE__REDIS_URL": "redis://me:hidden@localhost:6379",
        "UNDERROUND__ALERTS__CHANNELS": "tgram://hidden/1, json://host/hidden",
    }
    shown = {each.key: each for each in shown_config(file, environ)}
    assert shown["pairs"] == Shown("pairs", "mine.toml", str(file))
    assert shown["detection.threshold_usd"] == Shown(
        "detection.threshold_usd", "0.02", "UNDERROUND__DETECTION__THRESHOLD_USD"
    )
    assert shown["storage.redis_url"].value == "redis://me:***@localhost:6379"
    assert shown["storage.prices"] == Shown("storage.prices", "memory://", "default")
    assert shown["alerts.channels"].value == ["tgram://***", "json://***"]
    assert "hidden" not in str(shown)


def test_the_id_of_a_key_is_shown_by_its_beginning(tmp_path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[venues.kalshi]\nkey_id = "abcd-1234-efgh"\nprivate_key_path = "~/kalshi.pem"\n'
    )
    shown = {each.key: each.value for each in shown_config(file, {})}
    assert shown["venues.kalshi.key_id"] == "abcd***"
    assert shown["venues.kalshi.private_key_path"] == "~/kalshi.pem"


def test_answers_become_the_file_and_the_rest_keeps_its_remark() -> None:
    text, steps = first_config(
        answering(
            detection__threshold_usd="0.01",
            venues__kalshi__key_id="abcd",
            venues__kalshi__private_key_path="/no/such/key.pem",
        ),
        {"UNDERROUND__PAIRS": "x"},
    )
    config = decode(text, "written", {}, {})
    assert config.detection.threshold_usd == "0.01"
    assert config.venues.kalshi.key_id == "abcd"
    assert re.search(r'^threshold_usd = "0.01"   # least edge', text, re.MULTILINE)
    assert any("chmod 600 /no/such/key.pem" in step for step in steps)
    assert any("UNDERROUND__PAIRS" in step for step in steps)


def test_a_refused_answer_is_asked_for_again_and_the_others_stand() -> None:
    said: list[str] = []
    answers = {"pairs": ["mine.toml"], "venues.kalshi.environment": ["moon", "demo"]}

    def ask(question: Question, kept: str) -> str:
        left = answers.get(question.key)
        return left.pop(0) if left else kept

    text, _ = first_config(ask, {}, said.append)
    config = decode(text, "written", {}, {})
    assert (config.pairs, config.venues.kalshi.environment) == ("mine.toml", "demo")
    (fault,) = said
    assert "venues.kalshi.environment must be one of" in fault


def test_a_mark_that_windows_puts_before_a_file_is_no_text(tmp_path) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(b'\xef\xbb\xbfpairs = "mine.toml"\r\n')
    assert load_config(file, {}).pairs == "mine.toml"


def test_no_answers_mean_the_defaults() -> None:
    text, _ = first_config(lambda question, kept: kept, {})
    assert text == template()


@pytest.mark.parametrize(
    ("key", "answer", "said"),
    [
        ("storage__prices", "redis://me:pw@host:6379", "UNDERROUND__STORAGE__PRICES"),
        ("storage__prices", "redis://host?password=pw", "UNDERROUND__STORAGE__PRICES"),
        ("detection__threshold_usd", "1 cent", "dollars below 1"),
        ("venues__kalshi__environment", "prod", '"production", "demo"'),
    ],
)
def test_an_answer_that_cannot_be_used_is_named(key, answer, said) -> None:
    with pytest.raises(ConfigError, match=said):
        first_config(answering(**{key: answer}), {})


def test_a_key_itself_is_refused() -> None:
    answers = answering(
        venues__kalshi__key_id="abcd",
        venues__kalshi__private_key_path="-----BEGIN RSA PRIVATE KEY-----",
    )
    with pytest.raises(ConfigError, match="a key itself"):
        first_config(answers, {})


def test_the_file_is_its_owner_s_and_is_never_written_over(tmp_path) -> None:
    path = tmp_path / "deep" / "config.toml"
    write_first(path, template())
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UnderroundError, match="left as it is"):
        write_first(path, "other")
    assert path.read_text() == template()


def test_every_question_has_a_place_in_the_template() -> None:
    for question in QUESTIONS:
        with_value(template(), question.key, "x")
