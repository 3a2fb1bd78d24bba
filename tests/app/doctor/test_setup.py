"""What the doctor says of what is set up: page, alert channels, wallet and limits."""

import socket
import sys

import pytest

from tests.app.webhook import webhook
from underround.app.config import AlertsConfig, Config, PolymarketConfig
from underround.app.doctor.finding import Finding, Verdict
from underround.app.doctor.setup import (
    channel_findings,
    port_finding,
    setup_findings,
    wallet_finding,
)
from underround.app.sections.web import WebConfig
from underround.venues.polymarket.signing import Wallet

KEY = "0x" + "11" * 32
ADDRESS = Wallet(bytes.fromhex(KEY[2:])).address


def test_what_ships_is_sound_and_the_limits_are_shown() -> None:
    found = {each.name: each for each in setup_findings(Config())}
    assert list(found) == ["page", "alert channels", "polymarket key", "risk limits"]
    assert {each.verdict for each in found.values()} == {Verdict.OK}
    assert found["risk limits"].seen.startswith("max_order_usd = 25, max_pair_usd = 100, ")
    assert "\n" not in found["risk limits"].seen


def test_a_port_is_free_or_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = port_finding(WebConfig(port=port))
        assert (found.verdict, found.seen) == (Verdict.WARN, f"127.0.0.1:{port} is taken")
        assert "web.port" in found.do
    assert port_finding(WebConfig(port=port)).seen == f"127.0.0.1:{port} is free"
    found = port_finding(WebConfig(host="192.0.2.1", port=port))  # an address of nobody
    assert (found.verdict, "web.host" in found.do) == (Verdict.FAIL, True)


def test_every_channel_is_made_and_none_is_spoken_to() -> None:
    with webhook() as (hook, address):
        channels = (address, "nosuch://hidden", "hidden")
        found = list(channel_findings(AlertsConfig(channels=channels)))
        assert hook.bodies == []
    assert [(each.name, each.verdict.value) for each in found] == [
        ("alert channel 1", "ok"),
        ("alert channel 2", "fail"),
        ("alert channel 3", "fail"),
    ]
    assert "channel 2 (nosuch) has no address that apprise can use" in found[1].seen
    assert not any("hidden" in str(each) or "a-secret" in str(each) for each in found)


def test_channels_without_what_makes_them_fail(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    [found] = channel_findings(AlertsConfig(channels=("json://hidden",)))
    assert (found.verdict, "pip install" in found.seen) == (Verdict.FAIL, True)
    assert "hidden" not in str(found)


def wallet_of(path, text: str = KEY, mode: int = 0o600, address: str | None = ADDRESS) -> Finding:
    path.write_text(text)
    path.chmod(mode)
    return wallet_finding(PolymarketConfig(address=address, private_key_path=str(path)))


def test_a_wallet_is_readable_a_key_and_that_of_the_address(tmp_path, monkeypatch) -> None:
    path = tmp_path / "wallet.key"
    assert wallet_of(path).seen == f"that of {ADDRESS}"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert wallet_finding(PolymarketConfig(private_key_path="~/wallet.key")).verdict is Verdict.OK
    assert wallet_of(path, address=ADDRESS.lower()).verdict is Verdict.OK
    assert wallet_of(path, address=None).verdict is Verdict.OK
    others = {
        "may be read by others": wallet_of(path, mode=0o644),
        "holds no private key": wallet_of(path, "0x1234"),
        f"is that of {ADDRESS}": wallet_of(path, address="0x" + "2" * 40),
        "cannot be read": wallet_finding(PolymarketConfig(private_key_path=f"{path}.gone")),
    }
    for reason, found in others.items():
        assert (found.verdict, reason in found.seen) == (Verdict.FAIL, True), found


@pytest.mark.parametrize("bare", [KEY, KEY[2:], f" {KEY}\n"])
def test_a_key_in_the_place_of_a_path_is_not_repeated(bare: str) -> None:
    found = wallet_finding(PolymarketConfig(address=ADDRESS, private_key_path=bare))
    assert (found.verdict, bare.strip() in str(found)) == (Verdict.FAIL, False)


def test_an_address_without_a_key_is_warned_of() -> None:
    found = wallet_finding(PolymarketConfig(address=ADDRESS))
    assert (found.verdict, "private_key_path" in found.do) == (Verdict.WARN, True)
