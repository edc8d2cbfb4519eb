"""A small server on loopback that speaks OpenAI's protocol, or misbehaves in a stated way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Endpoint:
    """replies: what the chat says, in order (the last one again and again). statuses: HTTP codes before that, in order."""

    def __init__(self, replies: list[str], statuses: list[int], sleep_s: float, raw: str | None) -> None:
        self.replies, self.statuses, self.sleep_s, self.raw = list(replies), list(statuses), sleep_s, raw
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.url = ""


def _handler(endpoint: Endpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(200, {"object": "list", "data": [{"id": "small-model", "object": "model"}]})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.requests.append(json.loads(body))
            endpoint.keys.append(str(self.headers["Authorization"]))
            time.sleep(endpoint.sleep_s)
            if endpoint.statuses:
                self._send(endpoint.statuses.pop(0), {"error": {"message": "not now"}})
                return
            reply = endpoint.replies.pop(0) if len(endpoint.replies) > 1 else endpoint.replies[0]
            message = {"role": "assistant", "content": reply}
            self._send(
                200,
                {
                    "id": "c-1",
                    "object": "chat.completion",
                    "created": 0,
                    "model": "small-model",
                    "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14},
                },
            )

        def _send(self, status: int, body: dict[str, Any]) -> None:
            data = (endpoint.raw if endpoint.raw is not None else json.dumps(body)).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "text/html" if endpoint.raw is not None else "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                return  # the client gave up, as it should when we are slow

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


@contextmanager
def serving(
    *replies: str, statuses: list[int] | None = None, sleep_s: float = 0.0, raw: str | None = None
) -> Iterator[Endpoint]:
    endpoint = Endpoint(list(replies) or ["sitting"], statuses or [], sleep_s, raw)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(endpoint))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
