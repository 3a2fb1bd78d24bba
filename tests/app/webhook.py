"""A webhook for tests: what arrived, what it answers, and how to wait for it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Webhook:
    """What arrived at a webhook, and how to wait for it."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, str]] = []
        self.status = 200
        self.arrived = threading.Semaphore(0)

    def wait(self) -> dict[str, str]:
        assert self.arrived.acquire(timeout=20)
        return self.bodies[-1]


@contextmanager
def webhook() -> Iterator[tuple[Webhook, str]]:
    """Give a webhook and its apprise address."""
    hook = Webhook()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.bodies.append(json.loads(body))
            self.send_response(hook.status)
            self.end_headers()
            hook.arrived.release()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield hook, f"json://127.0.0.1:{server.server_port}/a-secret"
    server.shutdown()
    thread.join()
    server.server_close()
