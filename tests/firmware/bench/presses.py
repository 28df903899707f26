# SPDX-License-Identifier: MIT
"""A hub's collection of presses, as syncweb(8) describes `POST /api/press`, which can fail in every way it may."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timezone

from . import frames
from .http import HttpServer, Request, Response
from .simulation import SECOND
from .tcp import TcpHost

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$")
_MOST_BODY = 4096


def parse_time(text: str) -> int:
    """Returns the Unix time in nanoseconds of RFC 3339 in UTC; raises ValueError."""
    match = _TIME.match(text)
    if not match:
        raise ValueError(f"no time in UTC: {text}")
    whole = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return int(whole.timestamp()) * SECOND + int((match[2] or "0").ljust(9, "0"))


@dataclass(slots=True)
class Press:
    sender: str
    boot: str
    number: int
    time: int  # Unix, nanoseconds, as the device states it
    bound: int | None  # nanoseconds
    is_reliable: bool
    arrived: int  # in simulated time
    body: bytes


class PressHub:
    """`presses` has each accepted press once, in the order of arrival.

    `status` other than 200 is answered without keeping anything. With the probability `answer_loss` a press is kept
    and the connection ended without an answer: reset or, half of the time, silent for good.
    """

    def __init__(self, tcp: TcpHost, port: int = 80):
        self.server = HttpServer(tcp, port, self._on_request)
        self.status = 200
        self.answer_loss = 0.0
        self.presses: list[Press] = []
        self.duplicates = 0
        self.conflicts: list[str] = []  # presses that came again otherwise than before
        self.refused: list[str] = []
        self._kept: dict[tuple[str, str, int], Press] = {}
        self._random = tcp.host.simulation.random()

    def restart(self) -> None:
        self.server.tcp.forget_all()

    def _on_request(self, request: Request) -> Response | None:
        if request.target != "/api/press":
            return Response(404)
        if request.method != "POST":
            return Response(405)
        if self.status != 200:
            return Response(self.status, b'{"error":"told to by the test"}')
        response = self._judge(request)
        if response.status != 200:
            self.refused.append(f"{response.status} {response.body.decode()} {request.body[:300]!r}")
        if self.answer_loss and self._random.random() < self.answer_loss:
            if self._random.random() < 0.5:
                request.connection.abort()
            else:
                request.connection.forget()
                self._swallow(request)
            return None
        return response

    def _swallow(self, request: Request) -> None:
        """Lets nothing more of this connection be answered, not even by a reset."""
        connection = request.connection
        tcp = self.server.tcp
        tcp.connections[connection.peer, connection.port] = connection
        connection.on_segment = lambda segment: None  # type: ignore[method-assign]
        tcp.host.simulation.after(
            600 * SECOND, lambda: tcp.connections.pop((connection.peer, connection.port), None) and None
        )

    def _judge(self, request: Request) -> Response:
        def refuse(status: int, why: str) -> Response:
            return Response(status, json.dumps({"error": why}).encode())

        address = frames.ip_text(self.server.tcp.host.address)
        hosts = {f"{address}:{self.server.port}"} | ({address} if self.server.port == 80 else set())
        if request.headers.get("host") not in hosts:
            return refuse(421, f"Host is {request.headers.get('host')}")
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return refuse(415, "not JSON")
        if len(request.body) > _MOST_BODY:
            return refuse(413, "too long")
        try:
            press = self._parse(request.body)
        except (ValueError, KeyError, TypeError) as error:
            return refuse(400, str(error))
        known = self._kept.get((press.sender, press.boot, press.number))
        if known and known.body != press.body:
            self.conflicts.append(f"{known.body!r} came again as {press.body!r}")
        if known and known.time != press.time:
            return refuse(409, "the number came with another time")
        if known:
            self.duplicates += 1
        else:
            self._kept[press.sender, press.boot, press.number] = press
            self.presses.append(press)
        answer = {"accepted": True, "duplicate": known is not None, "id": len(self.presses)}
        return Response(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    def _parse(self, body: bytes) -> Press:
        fields = json.loads(body)
        sender, boot, number = fields["sender"], fields["boot"], fields["number"]
        if not (isinstance(sender, str) and 1 <= len(sender.encode()) <= 64):
            raise ValueError("sender")
        if not isinstance(boot, str) or not boot:
            raise ValueError("boot")
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise ValueError("number")
        uncertainty = fields["uncertainty_s"]
        if uncertainty is not None and not (isinstance(uncertainty, (int, float)) and uncertainty >= 0):
            raise ValueError("uncertainty_s")
        if not isinstance(fields["reliable"], bool):
            raise ValueError("reliable")
        return Press(
            sender,
            boot,
            number,
            parse_time(fields["time"]),
            None if uncertainty is None else round(uncertainty * SECOND),
            fields["reliable"],
            self.server.tcp.host.simulation.now,
            body,
        )
