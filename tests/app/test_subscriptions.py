"""What connections carry: dealt at the start, grown and shrunk while they stand."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.app.desk import Desk
from tests.core.desk import FREE, market, token
from tests.venues.loopback import Ears, a_feed
from underround.app.connections import Options
from underround.app.subscriptions import BUSY_USD_E6, Subscriptions
from underround.core.effect import Resubscribe, Unsubscribe
from underround.core.event import InstrumentsExpected
from underround.core.instrument import Instrument, Outcome, Venue
from underround.venues.kalshi.signing import Signer
from underround.venues.polymarket.session import deal_connections


def tokens(number: int, volume_e6: int = 0) -> tuple[Instrument, Instrument]:
    yes, no = f"{number}1", f"{number}2"
    return (
        token(yes, no, Outcome.YES, FREE[0], volume_24h_e6=volume_e6),
        token(no, yes, Outcome.NO, FREE[0], volume_24h_e6=volume_e6),
    )


def listed(count: int, volume_e6: int = 0) -> list[Instrument]:
    return [one for number in range(count) for one in tokens(number, volume_e6)]


class Line:
    """A feed that keeps what is said, in place of a socket."""

    def __init__(self) -> None:
        self.is_connected = True
        self.said: list[dict] = []
        self.stopped = False

    def send(self, frame: bytes) -> None:
        self.said.append(json.loads(frame))

    async def stop(self) -> None:
        self.stopped = True


class Office:
    """Subscriptions opened on a desk, with lines in place of feeds."""

    def __init__(
        self,
        instruments: list[Instrument],
        *,
        canaries=(),
        keyed: bool = True,
        recording: Path | None = None,
    ) -> None:
        self.desk = Desk(instruments)
        signer = object.__new__(Signer) if keyed else None
        self.started: list = []
        run = self.desk.connecting(None, signer=signer)
        run.options = Options(recording=recording)
        if not keyed:
            self.desk.hands.bodies[Venue.KALSHI] = lambda names: iter(())
        run.rest = type("Offset", (), {"offset": None})()
        self.subscriptions = Subscriptions(run, self._keep)
        self.subscriptions.open(canaries)
        self.lines = {name: Line() for name in self.desk.hands.feeds}
        self.desk.hands.feeds.update(self.lines)
        for session in self.subscriptions._markets.values():
            session.opened()

    def _keep(self, work) -> None:
        self.started.append(work)

    def close(self) -> None:
        for work in self.started:
            work.close()

    def expected(self) -> dict[str, tuple[str, ...]]:
        """Return what each connection was last said to carry."""
        events = self.desk.given(InstrumentsExpected)
        return {event.connection: tuple(event.instruments) for event in events}


@pytest.fixture
def office(request):
    made: list[Office] = []

    def make(*arguments, **options) -> Office:
        made.append(Office(*arguments, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_markets_are_dealt_the_busiest_first():
    markets = [(f"{number}y", f"{number}n") for number in range(5)]
    assert deal_connections(markets, limit=4) == [
        ["0y", "0n", "3y", "3n"],
        ["1y", "1n", "4y", "4n"],
        ["2y", "2n"],
    ]
    assert deal_connections([], limit=4) == []
    assert deal_connections([("a", "b"), ("a", "b")]) == [["a", "b"]]


def test_every_connection_has_a_busy_market_or_a_canary(office):
    busy = listed(101, BUSY_USD_E6)
    made = office(busy, canaries=[("c1", "c2")])
    assert {name: len(carried) for name, carried in made.expected().items()} == {
        "polymarket-1": 102,
        "polymarket-2": 100,
    }
    quiet = office(listed(101), canaries=[("c1", "c2")])
    carried = quiet.expected()
    assert carried["polymarket-1"][-2:] == ("c1", "c2")
    assert "c1" not in carried["polymarket-2"]


def test_silence_is_borne_for_longer_where_nothing_busy_speaks(office):
    made = office(listed(101), canaries=[("c1", "c2")])
    first, second = made.subscriptions._markets.values()
    assert (first.silence_s, second.silence_s) == (20.0, 60.0)
    for expected_s in (40.0, 80.0, 160.0, 240.0, 240.0):
        made.subscriptions.closed("polymarket-1", "silent")
        assert first.silence_s == expected_s
    made.subscriptions.closed("polymarket-1", "reset by peer")
    assert first.silence_s == 20.0
    made.subscriptions.closed("kalshi-1", "silent")


def test_a_new_market_goes_where_there_is_room(office):
    made = office(listed(3))
    fresh = tokens(7)
    made.subscriptions.add(fresh)
    assert made.expected()["polymarket-1"][-2:] == ("71", "72")
    (said,) = made.lines["polymarket-1"].said
    assert (said["operation"], said["assets_ids"]) == ("subscribe", ["71", "72"])


def test_a_new_market_that_finds_no_room_gets_a_connection(office):
    made = office(listed(100))
    made.subscriptions.add(tokens(700))
    assert made.expected()["polymarket-2"] == ("7001", "7002")
    assert made.lines["polymarket-1"].said == []


def test_a_line_that_is_down_says_everything_when_it_comes_back(office):
    made = office(listed(1))
    made.lines["polymarket-1"].is_connected = False
    made.subscriptions.add(tokens(7))
    assert made.lines["polymarket-1"].said == []
    assert made.subscriptions.tokens_of("polymarket-1") == ("01", "02", "71", "72")


SNOW = replace(market(FREE[1]), id="KXSNOW", market_id="KXSNOW")


def test_kalshi_s_tickers_come_and_go_on_one_connection(office):
    made = office([market(FREE[1])])
    made.subscriptions.add([SNOW])
    assert made.expected() == {"kalshi-1": ("KXRAIN", "KXSNOW")}
    made.subscriptions.give_up(Unsubscribe(Venue.KALSHI, ("KXRAIN",), "settled"))
    assert made.expected() == {"kalshi-1": ("KXSNOW",)}
    made.subscriptions.check()
    assert [said["cmd"] for said in made.lines["kalshi-1"].said] == [
        "subscribe",
        "list_subscriptions",
    ]


def test_trades_on_kalshi_are_followed_where_a_recording_will_be_asked_about_them(office, tmp_path):
    for recording, channels in (
        (None, ["orderbook_delta", "market_lifecycle_v2"]),
        (tmp_path, ["orderbook_delta", "market_lifecycle_v2", "trade"]),
    ):
        made = office([market(FREE[1])], recording=recording)
        frames = made.desk.hands.sessions["kalshi-1"].opened()
        assert [json.loads(frame)["params"]["channels"][0] for frame in frames] == channels


def test_kalshi_s_connection_is_opened_when_its_first_market_comes(office):
    made = office(listed(1))
    made.subscriptions.add([SNOW])
    assert made.expected()["kalshi-1"] == ("KXSNOW",)


def test_kalshi_without_a_key_is_polled_and_grows_too(office):
    made = office([market(FREE[1])], keyed=False)
    assert made.expected() == {"kalshi-rest": ("KXRAIN",)}
    made.subscriptions.add([SNOW])
    assert made.expected() == {"kalshi-rest": ("KXRAIN", "KXSNOW")}
    made.subscriptions.give_up(Unsubscribe(Venue.KALSHI, ("KXRAIN",), "settled"))
    assert made.expected() == {"kalshi-rest": ("KXSNOW",)}


async def test_a_connection_whose_markets_are_all_over_is_ended(office):
    made = office(listed(2), canaries=[("c1", "c2")])
    line = made.lines["polymarket-1"]
    made.subscriptions.give_up(Unsubscribe(Venue.POLYMARKET, ("01", "02"), "resolved"))
    assert made.expected()["polymarket-1"] == ("11", "12", "c1", "c2")
    assert line.said[-1] == {"operation": "unsubscribe", "assets_ids": ["01", "02"]}
    made.subscriptions.give_up(Unsubscribe(Venue.POLYMARKET, ("11", "12"), "resolved"))
    await made.started.pop()
    assert line.stopped
    assert made.subscriptions.tokens_of("polymarket-1") == ()
    made.subscriptions.give_up(Unsubscribe(Venue.POLYMARKET, ("11",), "resolved"))


def test_a_token_is_renewed_on_its_own_connection(office):
    made = office(listed(2))
    made.subscriptions.renew(Resubscribe("polymarket-1", ("01",), "differs"))
    assert [said["operation"] for said in made.lines["polymarket-1"].said] == [
        "unsubscribe",
        "subscribe",
    ]
    made.subscriptions.renew(Resubscribe("kalshi-1", ("01",), "differs"))


def test_hands_without_subscriptions_connect_anew():
    desk = Desk()
    ears = Ears()
    feed = a_feed("ws://127.0.0.1:1/ws", ears)
    dropped: list[str] = []
    feed.reconnect = dropped.append  # type: ignore[method-assign]
    desk.hands.feeds["polymarket-1"] = feed
    desk.hands.resubscribe(Resubscribe("polymarket-1", ("01",), "differs from REST"))
    desk.hands.unsubscribe(Unsubscribe(Venue.POLYMARKET, ("01",), "resolved"))
    assert dropped == ["differs from REST"]
