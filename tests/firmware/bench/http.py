# SPDX-License-Identifier: MIT
"""HTTP/1.1 (RFC 9112) over the bench's TCP: a server, and a client for asking devices."""

from dataclasses import dataclass, field
from typing import Callable

from . import frames
from .simulation import SECOND
from .tcp import Connection, TcpHost

_REASONS = {200: "OK", 204: "No Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    body: bytes
    source: int  # the address
    connection: Connection


@dataclass
class Response:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)  # of one that was received: names in lower case


def parse_message(data: bytes) -> tuple[str, dict[str, str], bytes, bytes] | None:
    """Returns first line, headers, body and what follows; None if more must come."""
    head, separator, rest = data.partition(b"\r\n\r\n")
    if not separator:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    size = int(headers.get("content-length", "0"))
    if len(rest) < size:
        return None
    return first, headers, rest[:size], rest[size:]


class HttpServer:
    """`handler` returns the response, or None for none at all: it may reset the connection or leave it silent."""

    def __init__(self, tcp: TcpHost, port: int, handler: Callable[[Request], Response | None]):
        self.tcp = tcp
        self.port = port
        self.handler = handler
        self.closes_each = False  # after every response
        self.connections_accepted = 0
        self.start()

    def start(self) -> None:
        self.tcp.listen(self.port, self._accept)

    def stop(self) -> None:
        """Ends as a killed process does: who calls is refused, who is connected reset."""
        self.tcp.stop_listening(self.port)
        for connection in [each for each in self.tcp.connections.values() if each.port == self.port]:
            connection.abort()

    def _accept(self, connection: Connection) -> None:
        self.connections_accepted += 1
        data = b""

        def on_bytes(more: bytes) -> None:
            nonlocal data
            data += more
            while (message := parse_message(data)) is not None:
                first, headers, body, data = message
                self._answer(connection, first, headers, body)

        connection.on_bytes = on_bytes

    def _answer(self, connection: Connection, first: str, headers: dict[str, str], body: bytes) -> None:
        method, target = (first.split(" ") + ["", ""])[:2]
        response = self.handler(Request(method, target, headers, body, connection.peer[0], connection))
        if response is None:
            return
        is_last = self.closes_each or headers.get("connection", "").lower() == "close"
        lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        lines += [f"Content-Length: {len(response.body)}"] + (["Connection: close"] if is_last else [])
        connection.send("\r\n".join(lines).encode() + b"\r\n\r\n" + response.body)
        if is_last:
            connection.close()


def request(
    tcp: TcpHost,
    address: int,
    method: str,
    target: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    port: int = 80,
    timeout: int = 10 * SECOND,
) -> Response | None:
    """Asks a device and runs the simulation until it has answered; None if it has not in time."""
    simulation = tcp.host.simulation
    answer: list[Response] = []
    connection = tcp.connect(address, port)
    received = b""

    def take(is_over: bool) -> None:
        message = parse_message(received)
        if answer or message is None:
            return
        first, fields, content, rest = message
        if "content-length" not in fields:
            if not is_over:
                return
            content = rest
        answer.append(Response(int(first.split(" ")[1]), content, fields))

    def on_bytes(data: bytes) -> None:
        nonlocal received
        received += data
        take(is_over=False)

    lines = [f"{method} {target} HTTP/1.1", f"Host: {frames.ip_text(address)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    text = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    connection.on_bytes = on_bytes
    connection.on_end = lambda: take(is_over=True)
    connection.on_open = lambda: connection.send(text)
    simulation.run_while(lambda: not answer and connection.state != "closed", timeout, step=SECOND // 1000)
    connection.close()
    return answer[0] if answer else None
