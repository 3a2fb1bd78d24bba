"""Best prices line by line: as the lines give them, in every form in which lines come."""

import gzip
import json
import random
from pathlib import Path

import pytest

from tests.oracles import kalshi_tops
from tests.recordings import recording
from underround.app.recordings.foreign_replay import ForeignReplay
from underround.app.recordings.tops import TopsWriter

A, B = "KXRAIN-A", "KXRAIN-B"


def snapshot(ticker: str = A, sid: int = 2, seq: int = 1, **sides) -> dict:
    named = {f"{side}_dollars_fp": levels for side, levels in sides.items()}
    body = {"market_ticker": ticker, **named}
    return {"type": "orderbook_snapshot", "sid": sid, "seq": seq, "msg": body}


def delta(side: str, price: str, change: str, ticker: str = A, sid: int = 2, seq: int = 2) -> dict:
    body = {"market_ticker": ticker, "price_dollars": price, "delta_fp": change, "side": side}
    return {"type": "orderbook_delta", "sid": sid, "seq": seq, "msg": body}


FULL = snapshot(yes=[["0.0800", "300.00"], ["0.2200", "5.50"]], no=[["0.5400", "20.00"]])
SESSION = [
    '{"recv_ns":1,"note":"ws_connected","detail":{"market_ticker":"KXRAIN-A"}}',
    json.dumps({"recv_ns": 2, "frame": FULL}),  # a first book
    json.dumps({"recv_ts_ns": 3, "raw": json.dumps(delta("yes", "0.2200", "1.25"))}),
    json.dumps({"recv_ms": 4, "frame": delta("yes", "0.3000", "1.00", ticker=B)}),  # no book yet
    json.dumps({"t_ms": 5, "dir": "recv", "text": json.dumps(delta("no", "0.5450", "0.01"))}),
    json.dumps({"t_ms": 5, "dir": "sent", "text": '{"id":1,"cmd":"subscribe"}'}),
    json.dumps({"seen": "at noon", **delta("yes", "0.2200", "-6.75", seq=90)}),  # a gap
    json.dumps(delta("yes", "0.0500", "7.00")),  # behind the best
    "",
    "{not JSON",
    json.dumps(delta("no", "0.5450", "-0.01")),
    json.dumps(delta("no", "0.5450", "-0.01")),  # twice: below nothing
    json.dumps({"recv_ns": 6, "note": "reconnect"}),
    json.dumps({"type": "subscribed", "id": 2, "msg": {"channel": "orderbook_delta", "sid": 9}}),
    json.dumps(snapshot(sid=9, no=[["0.5400", "20.00"]])),  # a new stream, no yes side
    json.dumps(snapshot(sid=9, seq=2, no=[["0.5400", "20.00"]])),  # and again the same
    json.dumps(delta("yes", "0.9000", "2.00", sid=9, seq=3)),  # crossed
    json.dumps({"type": "ok", "id": 3, "sid": 9, "seq": 4, "msg": {"market_tickers": [A, B]}}),
    json.dumps(snapshot(B, sid=9, seq=5)),  # a first book, empty
    json.dumps(snapshot(sid=9, seq=6)),  # emptied
    json.dumps(delta("no", "0.0150", "3.50", ticker=B, sid=9, seq=7)),
]
ROWS = f"""\
1,kalshi,{A},2200,5500000,4600,20000000
2,kalshi,{A},2200,6750000,4600,20000000
4,kalshi,{A},2200,6750000,4550,10000
6,kalshi,{A},800,300000000,4550,10000
10,kalshi,{A},800,300000000,4600,20000000
14,kalshi,{A},,,4600,20000000
16,kalshi,{A},9000,2000000,4600,20000000
19,kalshi,{A},,,,
20,kalshi,{B},,,9850,3500000
""".splitlines()


def tops(path: Path) -> list[str]:
    out = path.with_name("tops.csv")
    with out.open("w", newline="") as file:
        run = ForeignReplay()
        run.run(path, TopsWriter(file))
    header, *found = out.read_text().splitlines()
    assert (header, len(found)) == (kalshi_tops.HEADER, run.rows)
    return found


@pytest.mark.parametrize("name", ["session.jsonl", "session.jsonl.gz"])
@pytest.mark.parametrize("end", ["\n", ""])
def test_every_form_of_line(tmp_path: Path, name: str, end: str):
    content = ("\n".join(SESSION) + end).encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert tops(path) == ROWS
    assert list(kalshi_tops.rows(path)) == ROWS


def wrapped(rng: random.Random, message: dict) -> str:
    text = json.dumps(message)
    return rng.choice(
        [
            text,
            json.dumps({"recv_ns": 7, "frame": message}),
            json.dumps({"recv_ts_ns": 7, "raw": text}),
            json.dumps({"t_ms": 7, "dir": "recv", "text": text}),
            json.dumps({"local_time": 1.5, **message}),
        ]
    )


def any_session(rng: random.Random, count: int) -> list[str]:
    """Make lines with everything that may happen, in no sensible order."""
    lines = []
    for _ in range(count):
        ticker, seq = rng.choice((A, B, "KXRAIN-C")), rng.randrange(5)
        chance = rng.random()
        if chance < 0.04:
            lines.append(rng.choice(['{"recv_ns":1,"note":"gap"}', "", "<html>", "{}", "[]"]))
        elif chance < 0.12:
            sides = {
                side: [
                    [f"{rng.randrange(1, 100) / 100:.4f}", f"{rng.randrange(1, 999) / 100:.2f}"]
                    for _ in range(rng.randrange(1, 4))
                ]
                for side in ("yes", "no")
                if rng.random() < 0.7
            }
            lines.append(wrapped(rng, snapshot(ticker, rng.randrange(3), seq, **sides)))
        else:
            price, change = rng.randrange(1, 1_000) / 1_000, rng.randrange(-500, 700) / 100
            side = rng.choice(("yes", "no"))
            message = delta(side, f"{price:.4f}", f"{change:.2f}", ticker, rng.randrange(3), seq)
            lines += [wrapped(rng, message)] * rng.choice((1, 1, 1, 2))
    return lines


@pytest.mark.parametrize("seed", range(8))
def test_any_session_agrees_with_the_slow_way(tmp_path: Path, seed: int):
    path = tmp_path / "session.jsonl"
    path.write_text("\n".join(any_session(random.Random(seed), 800)))
    found = tops(path)
    assert found == list(kalshi_tops.rows(path))
    assert len(found) > 100


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    [
        "ws_raw_12markets_add_ok_2026-08-07.jsonl",
        "ws_raw_KXBTC_8markets_2026-04-18.jsonl",
        "KXBTC15M-26MAY142315-15_first1s.jsonl",
        "KXBTC15M-26MAY111500-00_last9min.jsonl.gz",
    ],
)
def test_the_reference_recordings_agree_with_the_slow_way(tmp_path: Path, name: str):
    original = recording(f"kalshi/{name}")
    path = tmp_path / name
    path.symlink_to(original)
    found = tops(path)
    assert found == list(kalshi_tops.rows(path))
    assert len(found) > 20
