"""`underround alerts test`: a message through every channel, and which of them took it."""

import os

from cyclopts import App

from underround.app.alert_channels import channels_of, was_taken
from underround.app.alert_rules import Message, Severity
from underround.app.config import load_config
from underround.app.output import write_json, write_line
from underround.cli.errors import ExitCode
from underround.cli.run import ConfigPath, Json
from underround.core.errors import ConfigError

app = App(name="alerts", help="Try out the channels that alerts go through.")
MESSAGE = Message("underround: a test", "If you read this, this channel works.", Severity.INFO)


@app.command
def test(*, config: ConfigPath = None, json: Json = False) -> int:
    """Send a test message through every configured channel; exits with 1 when one fails."""
    channels = channels_of(load_config(config, os.environ).alerts)
    if not channels:
        raise ConfigError(
            "no channel is configured: set UNDERROUND__ALERTS__CHANNELS, for instance to "
            "tgram://TOKEN/CHAT or mailto://USER:PASSWORD@HOST"
        )
    taken = {channel.name: was_taken(channel, MESSAGE) for channel in channels}
    if json:
        write_json({"channels": taken})
    else:
        for name, is_taken in taken.items():
            write_line(f"{'✅ taken' if is_taken else '❌ not taken'}  {name}")
    return ExitCode.OK if all(taken.values()) else ExitCode.FAILED
