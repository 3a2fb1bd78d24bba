"""Any history of two venues, with gaps, copies, late and bad messages: LIVE books are the truth."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.core.desk import KALSHI, NO, ONE, POLYMARKET, TICKER, YES, Desk
from tests.core.venue_models import MarketModel, TokenModel, edge_e6, levels
from underround.core.book_state import BookState
from underround.core.effect import Effect, FetchBooks, RequestSnapshots
from underround.core.engine import Engine
from underround.core.event import Event, FrameRejected, GridChanged, LevelsSet, StreamOpened

TOKENS = st.sampled_from([YES, NO])
PRICES = st.sampled_from([3_000, 4_000, 5_000, 6_000])
SIZES = st.sampled_from([0, ONE, 5 * ONE])
GRIDS = st.sampled_from([((0, 10_000, 100),), ((0, 10_000, 10),)])


class History(RuleBasedStateMachine):
    """Moves both venues' true books, garbles what is said of them, and answers requests."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.log: list[tuple[Event, tuple[Effect, ...]]] = []
        self.tokens = {name: TokenModel(name) for name in (YES, NO)}
        self.market = MarketModel()
        self.late: list[LevelsSet] = []
        self.said: list[LevelsSet] = []
        self.requests: list[tuple[FetchBooks, list]] = []
        self.snapshots_due = 0
        self.time_ms = 1
        process = self.desk.engine.process

        def logged(event: Event) -> tuple[Effect, ...]:
            effects = process(event)
            self.log.append((event, effects))
            self.note(effects)
            return effects

        # The two connections that the desk opened belong to the history as well.
        self.desk.engine = Engine(self.desk.settings, *self.facts())
        process = self.desk.engine.process
        self.desk.engine.process = logged
        self.reopen_polymarket()
        self.reopen_kalshi()
        self.refresh_token(YES)
        self.refresh_token(NO)
        self.answer_snapshot()

    def facts(self) -> tuple[list, list]:
        engine = self.desk.engine
        return (
            [book.instrument for book in engine.books.values()],
            list(dict.fromkeys(direction.pair for direction in engine.directions)),
        )

    def note(self, effects: tuple[Effect, ...]) -> None:
        """Keep what the engine asks for; images are those of the moment of asking."""
        for effect in effects:
            if isinstance(effect, FetchBooks):
                models = self.tokens | {TICKER: self.market}
                self.requests.append((effect, [models[n].image() for n in effect.instruments]))
            elif isinstance(effect, RequestSnapshots):
                self.snapshots_due += 1

    def hear(self, token: TokenModel, message: LevelsSet) -> None:
        token.hear_change(message)
        self.desk.hear(POLYMARKET, message)

    # Polymarket.

    @rule(name=TOKENS, is_bid=st.booleans(), price_e4=PRICES, size_e6=SIZES, is_late=st.booleans())
    def move_token(self, name, is_bid, price_e4, size_e6, is_late) -> None:
        token = self.tokens[name]
        if price_e4 not in token.true[is_bid] and not size_e6:
            return
        self.time_ms += 1
        message = token.move(is_bid, price_e4, size_e6, self.time_ms)
        self.said.append(message)
        if is_late:
            self.late.append(message)
        else:
            self.hear(token, message)

    @precondition(lambda self: self.late)
    @rule(which=st.integers(0, 5))
    def deliver_late(self, which: int) -> None:
        message = self.late.pop(which % len(self.late))
        self.hear(self.tokens[message.changes[0][0]], message)

    @precondition(lambda self: self.said)
    @rule(which=st.integers(0, 9))
    def deliver_twice(self, which: int) -> None:
        message = self.said[-1 - which % len(self.said)]
        if message not in self.late:
            self.hear(self.tokens[message.changes[0][0]], message)

    @rule(name=TOKENS, is_bid=st.booleans(), price_e4=PRICES, size_e6=SIZES, named=st.booleans())
    def spoil_token(self, name, is_bid, price_e4, size_e6, named: bool) -> None:
        if price_e4 not in self.tokens[name].true[is_bid] and not size_e6:
            return
        self.time_ms += 1
        self.tokens[name].move(is_bid, price_e4, size_e6, self.time_ms)
        self.desk.wait(1)
        self.desk.hear(POLYMARKET, FrameRejected("bad", "sample", (name,) if named else None))

    @rule(name=TOKENS)
    def refresh_token(self, name: str) -> None:
        token, book = self.tokens[name], self.desk.book(name)
        image = token.image()
        if not book.has_snapshot or image.time_ms >= token.latest_ms:
            token.whole = image
        self.desk.hear(POLYMARKET, image)

    @rule(name=TOKENS, ranges=GRIDS)
    def change_tick(self, name: str, ranges: tuple) -> None:
        self.desk.wait(1)
        self.desk.hear(POLYMARKET, GridChanged(name, ranges, self.time_ms))

    @rule()
    def reopen_polymarket(self) -> None:
        self.desk.close(POLYMARKET)
        self.late.clear()
        self.said.clear()
        for token in self.tokens.values():
            token.forget()
        self.desk.wait(1)
        self.desk.open_polymarket()

    # Kalshi.

    @rule(is_bid=st.booleans(), price_e4=PRICES, size_e6=SIZES, begins=st.booleans())
    def move_market(self, is_bid, price_e4, size_e6, begins) -> None:
        if price_e4 not in self.market.true[is_bid] and not size_e6:
            return
        message = self.market.move(is_bid, price_e4, size_e6, begins=begins)
        self.market.hear(message)
        self.desk.hear(KALSHI, message)
        if begins:
            self.desk.hear(KALSHI, message)  # twice: the number says so

    @rule(is_bid=st.booleans(), price_e4=PRICES, how=st.sampled_from(["lost", "bad", "unread"]))
    def spoil_market(self, is_bid, price_e4, how: str) -> None:
        message = self.market.move(is_bid, price_e4, 7 * ONE, begins=True)
        self.market.is_sure = False
        self.desk.wait(1)
        if how != "lost":
            self.desk.hear(KALSHI, *self.market.spoilt(message, is_read=how == "bad"))
            self.market.heard = message.sequence
        else:  # the next message shows the gap
            snapshot = self.market.move(is_bid, 500, ONE, begins=True)
            self.market.hear(snapshot)
            self.desk.hear(KALSHI, snapshot)

    @precondition(lambda self: self.snapshots_due)
    @rule()
    def answer_snapshot(self) -> None:
        self.snapshots_due = 0
        message = self.market.snapshot()
        self.market.hear(message)
        self.desk.hear(KALSHI, message)

    @rule()
    def reopen_kalshi(self) -> None:
        self.desk.close(KALSHI)
        self.market.restart()
        self.desk.wait(1)
        self.desk.open_kalshi()
        self.desk.hear(KALSHI, StreamOpened(4))
        self.snapshots_due = 1

    # REST and time.

    @precondition(lambda self: self.requests)
    @rule(which=st.integers(0, 3))
    def answer_request(self, which: int) -> None:
        asked, images = self.requests.pop(which % len(self.requests))
        self.desk.wait(1)
        for image in images:
            before = self.desk.engine.counts.snapshots
            self.desk.fetched(asked, image)
            if self.desk.engine.counts.snapshots > before:
                self.tokens[image.instrument].whole = image

    @rule(ms=st.sampled_from([1, 6, 120, 400, 6_000, 11_000]))
    def wait(self, ms: int) -> None:
        self.desk.tick(ms)

    @rule()
    def settle(self) -> None:
        """Let everything arrive and everybody answer: what stands is open, and nothing else."""
        while self.late:
            self.deliver_late(0)
        for _ in range(18):
            if self.snapshots_due:
                self.answer_snapshot()
            while self.requests:
                self.answer_request(0)
            self.desk.tick(400)
        for direction in self.desk.engine.directions:
            books = [side.book for side in direction.sides]
            if any(book.state is not BookState.LIVE for book in books):
                assert self.is_below_a_dollar() or any(book.is_crossed for book in books)
                continue
            edge = edge_e6(self.tokens, self.market, direction.name)
            is_open = direction in self.desk.engine.detector.open
            assert is_open == (edge is not None and edge >= 5_000), direction.name

    def is_below_a_dollar(self) -> bool:
        """Tell whether YES and NO of the one market cost less than a dollar together."""
        asks = [self.desk.book(name).asks.price_e4 for name in (YES, NO)]
        return None not in asks and sum(asks) < 10_000

    # What must hold after every step.

    @invariant()
    def live_books_are_what_can_be_known(self) -> None:
        models = self.tokens | {TICKER: self.market}
        for name, model in models.items():
            book = self.desk.book(name)
            if book.state is BookState.LIVE:
                assert (book.bids.depth(), book.asks.depth()) == levels(model.known), name

    @invariant()
    def live_books_are_true_when_nothing_is_under_way(self) -> None:
        held_up = {message.changes[0][0] for message in self.late}
        for name, token in self.tokens.items():
            book = self.desk.book(name)
            if book.state is BookState.LIVE and name not in held_up:
                assert (book.bids.depth(), book.asks.depth()) == levels(token.true), name

    @invariant()
    def what_is_open_stands_on_live_books(self) -> None:
        for direction in self.desk.engine.detector.open:
            assert direction.has_edge
            assert {side.book.state for side in direction.sides} == {BookState.LIVE}
            assert all(side.book.link.is_open for side in direction.sides)

    def teardown(self) -> None:
        """Run the same events through a fresh engine: the effects are the same."""
        events = [event for event, _ in self.log]
        engine = Engine(self.desk.settings, *self.first_facts())
        assert [engine.process(event) for event in events] == [effects for _, effects in self.log]

    def first_facts(self) -> tuple[list, list]:
        desk = Desk()
        instruments = [book.instrument for book in desk.engine.books.values()]
        return instruments, list(dict.fromkeys(d.pair for d in desk.engine.directions))


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
