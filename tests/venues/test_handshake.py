"""How connections are refused, fail and are tried again; TLS is verified."""

import asyncio
import datetime as dt
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.venues.loopback import QUICK, Ears, a_feed, raw_server, running, websockets_server


async def test_a_key_refused_twice_ends_the_feed():
    async def refuse(connection, request):
        return connection.respond(401, '{"code":"token_authentication_failure"}')

    ears = Ears()
    async with websockets_server(lambda c: c.wait_closed(), process_request=refuse) as url:
        feed = a_feed(url, ears)
        async with asyncio.timeout(20):
            await feed.run()
    assert (feed.fatal.status, feed.fatal.retryable, feed.counters.attempts) == (401, False, 2)
    code, reason = ears.all("closed")[-1]
    assert code == 401
    assert reason.startswith("test-1: handshake refused with HTTP 401")
    assert "\n" not in reason


@pytest.mark.parametrize(("status", "attempts"), [(403, 1), (404, 3)])
async def test_other_final_refusals(status: int, attempts: int):
    async def refuse(connection, request):
        return connection.respond(status, "no")

    ears = Ears()
    async with websockets_server(lambda c: c.wait_closed(), process_request=refuse) as url:
        feed = a_feed(url, ears)
        async with asyncio.timeout(20):
            await feed.run()
    assert (feed.fatal.status, feed.counters.attempts) == (status, attempts)


async def test_too_many_requests_is_retried():
    answers = iter([429, 503])

    async def refuse_first(connection, request):
        status = next(answers, None)
        return connection.respond(status, "later") if status else None

    ears = Ears()
    async with websockets_server(lambda c: c.wait_closed(), process_request=refuse_first) as url:
        feed = a_feed(url, ears)
        async with running(feed):
            await ears.hears("opened")
    assert [code for code, _ in ears.all("closed")[:2]] == [429, 503]
    assert feed.fatal is None
    assert feed.counters.refused == 2


async def test_a_redirect_is_not_followed():
    async def script(reader, writer) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\n\r\n")

    ears = Ears()
    async with raw_server(script, upgrade=False) as url, running(a_feed(url, ears)):
        code, reason = (await ears.hears("closed"))[0]
    assert code == 302
    assert "not followed" in reason


async def test_no_listener_is_retried_with_one_clear_line():
    async with websockets_server(lambda c: c.wait_closed()) as url:
        pass  # the port is free again
    ears = Ears()
    async with running(a_feed(url, ears)):
        closed = await ears.hears("closed", 3)
    assert [code for code, _ in closed[:3]] == [None] * 3
    assert closed[0][1].startswith("test-1: cannot connect:")


async def test_a_hanging_handshake_is_given_up_and_stop_ends_one():
    async def script(reader, writer) -> None:
        await reader.read()

    ears = Ears()
    async with raw_server(script, upgrade=False) as url:
        async with running(a_feed(url, ears, limits=replace(QUICK, connect_s=0.1))):
            assert (await ears.hears("closed"))[0] == (
                None,
                "test-1: no handshake within 0.1 s",
            )
        feed = a_feed(url, Ears())
        async with running(feed):
            await ears.until(lambda: feed.counters.attempts == 1)
        assert not feed.is_connected


async def test_a_peer_that_hangs_up_before_it_answers_is_a_failed_attempt():
    async def script(reader, writer) -> None:
        writer.transport.abort()

    ears = Ears()
    async with raw_server(script, upgrade=False) as url:
        feed = a_feed(url, ears)
        async with running(feed):
            assert (await ears.hears("closed"))[0] == (
                None,
                "test-1: connection lost before the handshake was answered",
            )
    assert feed.counters.connects == 0


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Write a certificate of its own for localhost, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(7)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2120, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(text + made.public_bytes(Encoding.PEM))
    return path


async def test_a_certificate_that_nobody_vouches_for_is_refused_and_a_known_one_taken(
    certificate: Path,
):
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=certificate)
    async with websockets_server(lambda c: c.wait_closed(), ssl=serving) as plain:
        url = plain.replace("ws://127.0.0.1", "wss://localhost")
        strangers = Ears()
        async with running(a_feed(url, strangers)):
            code, reason = (await strangers.hears("closed"))[0]
        friends = Ears()
        async with running(a_feed(url, friends, tls=trusting)):
            await friends.hears("opened")
        misnamed = Ears()
        async with running(a_feed(url.replace("localhost", "127.0.0.1"), misnamed, tls=trusting)):
            _, mismatch = (await misnamed.hears("closed"))[0]
    assert code is None
    assert reason.startswith("test-1: TLS certificate refused: self-signed certificate")
    assert mismatch.startswith("test-1: TLS certificate refused: IP address mismatch")
    assert strangers.all("opened") == misnamed.all("opened") == []


def test_tls_without_verification_is_not_offered():
    careless = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    careless.check_hostname = False
    careless.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="without verification"):
        a_feed("wss://127.0.0.1/", Ears(), tls=careless)
