"""Trading beside a run: what ends its own work by a fault halts it, and says so."""

import asyncio

from underround.app.codecs import CODECS
from underround.app.config import Config
from underround.app.hands import VenueHands
from underround.app.pipeline import Pipeline
from underround.app.sections.trading import TradingConfig
from underround.app.trading.setup import open_ledger, paper_brokers, trading
from underround.core.engine import Engine
from underround.core.event import Timer
from underround.core.settings import Settings


def clock_ns() -> int:
    return 1_700_000_000_000_000_000


async def test_a_fault_of_its_own_halts_trading(tmp_path, monkeypatch) -> None:
    made_of = TradingConfig(journal=str(tmp_path / "t.db"), kill_file=str(tmp_path / "kill"))
    config = Config(trading=made_of)
    engine = Engine(Settings(), (), ())
    hands = VenueHands(clock_ns)
    pipeline = Pipeline(engine, CODECS, hands, None, clock_ns)
    hands.receiver = pipeline

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    with open_ledger(config, clock_ns) as ledger:
        brokers = paper_brokers(config, clock_ns)
        async with trading(config, ledger, engine, pipeline, brokers, clock_ns) as made:
            pipeline.process(Timer(clock_ns()))
            assert made.desk.portfolio.halt is None
            monkeypatch.setattr(ledger.journal, "append", broken)
            made.switch.set("a drill")
            made.switch.clear("over")
            async with asyncio.timeout(20):
                while made.desk.portfolio.halt is None:  # noqa: ASYNC110 - it sets no event
                    await asyncio.sleep(0.01)
            halt = made.desk.portfolio.halt
            assert halt == "trading failed: RuntimeError: a fault of ours; start it again"
            monkeypatch.undo()
