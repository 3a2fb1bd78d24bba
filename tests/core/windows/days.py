"""Windows, books and quotes that tests of the pricing share: one index of two plain exchanges."""

from underround.core.engine import Engine
from underround.core.event import Batch, BookReplaced, ConnectionOpened, InstrumentsListed, Timer
from underround.core.fees import kalshi_terms
from underround.core.instrument import LINEAR_CENT, Instrument, Outcome, Venue
from underround.core.opportunity import SignalKind
from underround.core.settings import Settings
from underround.core.units import NS_PER_MS, NS_PER_SECOND
from underround.core.windows.pricing_desk import PricingDesk
from underround.core.windows.pricing_effect import ValueRaised
from underround.core.windows.pricing_settings import PricingSettings
from underround.core.windows.reference_event import OfficialValue, SpotReceived, WindowListed
from underround.core.windows.settlement import Comparison, SettlementTerms
from underround.core.windows.spot_event import Asset, Exchange, SpotSnapshot
from underround.core.windows.spot_units import ONE_E8
from underround.core.windows.window import Oracle, Window

START_NS = 1_790_000_010 * NS_PER_SECOND
SIX_PRINTS = SettlementTerms(6, 2, Comparison.GREATER_OR_EQUAL)
QUICK = PricingSettings(sample_s=1.0, half_life_s=60.0, least_returns=3, proxy_sd_bp=0.1)

STEADY = [100.5, 100.4, 100.6, 100.5, 100.4]


def a_window(name: str = "KXBTC15M-A", *, strike: float | None = 100.0, **facts) -> Window:
    """Return a window of 15 s that opens at the start."""
    facts = {
        "venue": Venue.KALSHI,
        "series": "KXBTC15M",
        "asset": Asset.BTC,
        "yes": name,
        "opens_at_ns": START_NS,
        "close_at_ns": START_NS + 15 * NS_PER_SECOND,
        "terms": SIX_PRINTS,
        "strike_e8": None if strike is None else round(strike * ONE_E8),
    } | facts
    return Window(id=name, **facts)


def a_polymarket_window(strike: float | None = 100.0, **facts) -> Window:
    """Return the window that ends with the first one, on another oracle."""
    return a_window(
        "btc-updown",
        strike=strike,
        venue=Venue.POLYMARKET,
        yes="up",
        no="down",
        oracle=Oracle.CHAINLINK,
        **facts,
    )


def an_instrument(name: str, venue: Venue = Venue.KALSHI, complement: str | None = None):
    return Instrument(
        venue=venue,
        id=name,
        market_id=name,
        outcome=Outcome.YES,
        title=name,
        ranges=LINEAR_CENT.ranges,
        fees=kalshi_terms("quadratic", "1"),
        complement_id=complement,
    )


def spot_book(price: float, at_ns: int, exchange: str = Exchange.KRAKEN) -> SpotSnapshot:
    """Return a book one cent wide and hundreds of coins deep around a price."""
    bid_e8, ask_e8 = round((price - 0.005) * ONE_E8), round((price + 0.005) * ONE_E8)
    return SpotSnapshot(
        exchange, [(bid_e8, 300 * ONE_E8)], [(ask_e8, 300 * ONE_E8)], at_ns, exchange_at_ns=at_ns
    )


class World:
    """An engine with a pricing desk, and everything it ever told."""

    def __init__(self, settings: PricingSettings = QUICK, strategies=None) -> None:
        self.engine = Engine(Settings(), (), ())
        self.desk = PricingDesk(settings, strategies)
        self.engine.attach(self.desk)
        self.told = []
        self.now_ns = START_NS

    def give(self, event) -> None:
        self.told += self.engine.process(event)

    def watch(self, window: Window) -> None:
        names = [window.yes] if window.no is None else [window.yes, window.no]
        complements = dict(zip(names, reversed(names), strict=True)) if window.no else {}
        instruments = [an_instrument(n, window.venue, complements.get(n)) for n in names]
        self.give(InstrumentsListed(instruments, self.now_ns))
        self.give(WindowListed(window, self.now_ns))
        self.give(ConnectionOpened(f"c-{window.id}", window.venue, self.now_ns, names))

    def quote(self, window: Window, name: str, bid_e4: int | None, ask_e4: int | None) -> None:
        bids = [] if bid_e4 is None else [(bid_e4, 50_000_000)]
        asks = [] if ask_e4 is None else [(ask_e4, 50_000_000)]
        book = BookReplaced(name, bids, asks)
        self.give(Batch(f"c-{window.id}", self.now_ns, [book]))

    def price(self, price: float, exchanges=tuple(Exchange)) -> None:
        events = [spot_book(price, self.now_ns, name) for name in exchanges]
        self.give(SpotReceived(Asset.BTC, self.now_ns, events))

    def official(self, stamped_at_ns: int, price: float, *, is_fast: bool = False) -> None:
        value_e8 = round(price * ONE_E8)
        value = OfficialValue(Asset.BTC, stamped_at_ns, value_e8, self.now_ns, is_fast)
        self.give(value)

    def tick(self, ms: int = 200) -> None:
        self.now_ns += ms * NS_PER_MS
        self.give(Timer(self.now_ns))

    def live(self, prices, exchanges=tuple(Exchange)) -> None:
        """Live through seconds with one price each, in steps of 200 ms."""
        for price in prices:
            for _ in range(5):
                self.price(price, exchanges)
                self.tick()

    def all(self, kind: type) -> list:
        return [effect for effect in self.told if isinstance(effect, kind)]


def a_world(window=None, settings=QUICK, strategies=None) -> World:
    """Return a world whose index moves little around 100.5, with one quoted window."""
    world = World(settings, strategies)
    window = window or a_window()
    world.watch(window)
    world.quote(window, window.yes, 4_000, 4_200)
    world.live(STEADY)
    return world


def opened(world) -> list:
    return [e.signal for e in world.all(ValueRaised) if e.signal.kind is SignalKind.OPENED]


def closed(world) -> list:
    return [e.signal for e in world.all(ValueRaised) if e.signal.kind is SignalKind.CLOSED]
