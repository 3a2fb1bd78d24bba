"""The token comes from a file that nobody else may read, or from nowhere."""

import pytest

from underround.app.config import Config
from underround.app.page.face import face_options
from underround.app.sections.web import WebConfig
from underround.core.errors import ConfigError

TOKEN = "correct-horse-battery-staple"


def test_without_a_file_there_is_no_token():
    assert WebConfig().token() is None


def test_a_private_file_gives_the_token(tmp_path):
    path = tmp_path / "token"
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o600)
    config = Config(web=WebConfig(token_path=str(path), port=8080, names=("box.lan",)))
    options = face_options(config, "run")
    assert (options.token, options.port, options.names) == (TOKEN, 8080, ("box.lan",))


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        (TOKEN, 0o640, "others may read the token; run chmod 600"),
        (TOKEN, 0o604, "others may read the token; run chmod 600"),
        ("short", 0o600, "a token is one word of 22 or more ASCII characters"),
        ("two words make no token at all", 0o600, "a token is one word of"),
        ("é" * 30, 0o600, "a token is one word of"),
    ],
)
def test_an_unusable_file_is_one_line(tmp_path, text, mode, reason):
    path = tmp_path / "token"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=reason) as caught:
        WebConfig(token_path=str(path)).token()
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path):
    with pytest.raises(ConfigError, match="the token file cannot be read: no such file"):
        WebConfig(token_path=str(tmp_path / "none")).token()
