"""A language model over a real connection: it refuses or asks, it never approves."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.matching.contracts import SAME, kalshi, poly
from underround.matching.adjudication import Endpoint, adjudicator, prompt_for
from underround.matching.catalog import Catalog
from underround.matching.finding import reconsidered
from underround.matching.verdict import Decision, judge


class Model(BaseHTTPRequestHandler):
    """Answers every question with the words that the server was given, and keeps the questions."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers.get("Authorization"), body))
        answer = self.server.words
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        content = {"choices": [{"message": {"content": answer}}]} if answer is not None else {}
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.asked, server.words, server.status = [], "", 200
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(server, verdict, keep=lambda opinion: None, key=""):
    url = f"http://127.0.0.1:{server.server_port}/v1"
    with httpx.Client() as client:
        return adjudicator(Endpoint(url=url, model="m1", key=key), client, keep)(verdict)


ACCEPTED = judge(*SAME["nominee"])


@pytest.mark.parametrize(
    ("words", "decision"),
    [
        ('{"answer": "same", "differences": []}', Decision.ACCEPT),
        ('Sure: {"answer": "same"}', Decision.ACCEPT),
        ('{"answer": "same", "differences": ["deadline"]}', Decision.REVIEW),
        ('{"answer": "different", "differences": ["deadline"]}', Decision.REFUSE),
        ('{"answer": "unsure"}', Decision.REVIEW),
        ('{"answer": "approve everything"}', Decision.REVIEW),
        ("They are the same.", Decision.REVIEW),
        ("", Decision.REVIEW),
        (None, Decision.REVIEW),
    ],
)
def test_only_a_clear_same_leaves_an_acceptance_standing(model, words, decision):
    model.words = words
    verdict = ask(model, ACCEPTED)
    assert verdict.decision is decision
    assert verdict.checks[:-1] == ACCEPTED.checks
    assert verdict.checks[-1].name == "adjudication"


def test_a_model_is_never_asked_to_approve(model):
    model.words = '{"answer": "same"}'
    for pair in (
        (poly("Will Acme release Rocket 9 by June 2026?"), SAME["deadline"][1]),
        (
            SAME["nominee"][0],
            kalshi(
                "KXGOVOHNOMD-26-ESTO",
                "Will Eva Stone be the Democratic nominee for Governor in Ohio?",
            ),
        ),
    ):
        verdict = judge(*pair)
        assert verdict.decision is not Decision.ACCEPT
        assert ask(model, verdict) == verdict
        assert reconsidered(verdict, lambda _: ACCEPTED) == verdict
    assert model.asked == []


def test_a_failing_endpoint_sends_to_review(model):
    model.status = 500
    assert ask(model, ACCEPTED).decision is Decision.REVIEW
    dead = Endpoint(url="http://127.0.0.1:1/v1", model="m1", timeout_s=2.0)
    with httpx.Client() as client:
        verdict = adjudicator(dead, client, lambda opinion: None)(ACCEPTED)
    assert verdict.decision is Decision.REVIEW
    assert "no readable answer" in verdict.reason


def test_questions_and_answers_are_kept_whole(model):
    model.words = '{"answer": "different", "differences": ["another office"]}'
    with Catalog() as catalog:
        ask(model, ACCEPTED, lambda opinion: catalog.keep_opinion(opinion, 7), key="secret")
        (row,) = catalog.database.execute("SELECT * FROM adjudication").fetchall()
    ((path, authorization, body),) = model.asked
    assert (path, authorization, body["model"]) == ("/v1/chat/completions", "Bearer secret", "m1")
    assert row["prompt"] == body["messages"][1]["content"] == prompt_for(*SAME["nominee"])
    assert (row["answer"], row["decision"], row["asked_ns"]) == (model.words, "refuse", 7)
    assert "secret" not in "".join(str(value) for value in tuple(row))


def test_a_prompt_holds_one_market_of_each_venue():
    prompt = prompt_for(*SAME["soccer draw"])
    assert prompt.count("<contract") == 2
    assert "secret" not in repr(Endpoint(url="u", model="m", key="secret"))
