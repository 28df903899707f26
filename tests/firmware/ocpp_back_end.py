# SPDX-License-Identifier: MIT
"""A back end for charge points: OCPP 1.6 (OCPP-J) over WebSocket (RFC 6455), by the standards and not by our code. No
I/O: a Session takes the bytes of one connection, and returns those to send."""

import base64
import hashlib
import json
import re
import time

SECOND = 1_000_000_000
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def rfc3339(unix_ns, digits=0):
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(unix_ns // SECOND))
    return text + (f".{unix_ns % SECOND:09}"[: digits + 1] if digits else "") + "Z"


def frame(payload, opcode=TEXT, first=None):
    """A frame as servers send it; `first` replaces its first byte."""
    data = payload if isinstance(payload, bytes) else payload.encode()
    head = bytes([0x80 | opcode if first is None else first])
    if len(data) < 126:
        return head + bytes([len(data)]) + data
    return head + b"\x7e" + len(data).to_bytes(2, "big") + data


class BackEnd:
    """What all connections share. `clock` returns the Unix time in nanoseconds, from which the back end's own is
    `lie` away. Attributes make it fail."""

    def __init__(self, clock):
        self.clock = clock
        self.lie = 0
        self.digits = 0  # of the fraction of a second
        self.interval = 60
        self.boot_status = "Accepted"
        self.is_mute = False  # it takes requests and says nothing
        self.errors = set()  # the actions that are answered by an error
        self.replace = None  # makes something else of each reply: a function of its bytes
        self.protocol = "ocpp1.6"
        self.key_suffix = ""
        self.requests = []  # (time of arrival, action, payload), of all connections
        self.pongs = []
        self.replies = []  # to calls of the back end
        self.closed = []  # payloads of close frames
        self.paths = []
        self.violations = []  # what a client must not do

    def of(self, action):
        return [payload for _, name, payload in self.requests if name == action]

    def stamps(self):
        """(timestamp, Wh, context) of each meter reading."""
        return [
            (value["timestamp"], int(sample["value"]), sample["context"])
            for payload in self.of("MeterValues")
            for value in payload["meterValue"]
            for sample in value["sampledValue"]
        ]

    def reply(self, action):
        now = rfc3339(self.clock() + self.lie, self.digits)
        if action == "BootNotification":
            return {"currentTime": now, "interval": self.interval, "status": self.boot_status}
        return {"currentTime": now} if action == "Heartbeat" else {}


class Session:
    def __init__(self, back_end):
        self.back_end = back_end
        self.is_open = False
        self.is_over = False  # the connection is to be closed
        self._buffer = b""

    def feed(self, data):
        self._buffer += data
        return self._take_frames() if self.is_open else self._take_request()

    def call(self, action, payload):
        return frame(json.dumps([2, "call-1", action, payload]))

    def _take_request(self):
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return b""
        self._buffer = rest
        first, *lines = head.decode("ascii").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        method, path, version = first.split(" ")
        self.back_end.paths.append(path)
        key = base64.b64decode(fields["sec-websocket-key"], validate=True)
        sound = (
            (method, version, fields["upgrade"].lower(), fields["connection"].lower()),
            (fields["sec-websocket-version"], fields["sec-websocket-protocol"], len(key), "host" in fields),
        )
        if sound != (("GET", "HTTP/1.1", "websocket", "upgrade"), ("13", "ocpp1.6", 16, True)):
            self.back_end.violations.append(head)
        accept = hashlib.sha1((fields["sec-websocket-key"] + _GUID + self.back_end.key_suffix).encode()).digest()
        self.is_open = True
        return (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {base64.b64encode(accept).decode()}\r\n"
            f"Sec-WebSocket-Protocol: {self.back_end.protocol}\r\n\r\n"
        ).encode() + self._take_frames()

    def _take_frames(self):
        out = b""
        while len(self._buffer) >= 2 and not self.is_over:
            first, second = self._buffer[:2]
            size, at = second & 0x7F, 2
            if size == 126:
                size, at = int.from_bytes(self._buffer[2:4], "big"), 4
            if len(self._buffer) < at + 4 + size:
                break
            if first & 0x70 or not first & 0x80 or not second & 0x80:
                self.back_end.violations.append(self._buffer[:2])
            mask = self._buffer[at : at + 4]
            body = self._buffer[at + 4 : at + 4 + size]
            self._buffer = self._buffer[at + 4 + size :]
            out += self._answer(first & 0xF, bytes(byte ^ mask[i % 4] for i, byte in enumerate(body)))
        return out

    def _answer(self, opcode, body):
        if opcode == PONG:
            self.back_end.pongs.append(body)
        if opcode == CLOSE:
            self.back_end.closed.append(body)
            self.is_over = True
            return frame(body[:2], CLOSE)
        if opcode != TEXT:
            return b""
        return self._answer_message(body)

    def _answer_message(self, body):
        message = json.loads(body)
        if message[0] != 2:
            self.back_end.replies.append(message)
            return b""
        _, identity, action, payload = message
        if not re.fullmatch(r"[0-9]{1,10}", identity):
            self.back_end.violations.append(body)
        self.back_end.requests.append((self.back_end.clock(), action, payload))
        if self.back_end.is_mute:
            return b""
        if action in self.back_end.errors:
            return frame(json.dumps([4, identity, "InternalError", "", {}]))
        reply = frame(json.dumps([3, identity, self.back_end.reply(action)]))
        return self.back_end.replace(reply) if self.back_end.replace else reply
