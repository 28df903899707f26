#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the devices' HTTP against peers that break off, are silent or talk nonsense, in QEMU, in real time.

Usage: island http_real_test.py --programs FOLDER --images FOLDER --board BOARD [TEST...]
"""

import contextlib
import http.client
import json
import re
import socket
import struct
import threading
import time

import real_hub

PORT = 8080  # of the island, which QEMU passes on to the device's port 80


def reset(connection):
    """Closes it so that the peer is told by RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class RudeWebServer:
    """Stands in for syncweb on port 80. It treats each connection by the next of `manners`, functions that take the
    connection and the request's body, and the last of them from then on."""

    def __init__(self, *manners):
        self.manners = list(manners)
        self.bodies = []
        self.listener = socket.create_server(("0.0.0.0", 80))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.settimeout(real_hub.PATIENCE_S)
                manner = self.manners.pop(0) if len(self.manners) > 1 else self.manners[0]
                with contextlib.suppress(OSError):
                    body = self._read_request(connection)
                    self.bodies.append(body)
                    manner(connection, body)

    @staticmethod
    def _read_request(connection):
        request = b""
        while b"\r\n\r\n" not in request:
            if not (more := connection.recv(4096)):
                raise OSError("no request")
            request += more
        head, body = request.split(b"\r\n\r\n", 1)
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields[b"content-length"]):
            body += connection.recv(4096)
        assert fields[b"host"] == real_hub.ADDRESS.encode(), fields
        assert fields[b"content-type"] == b"application/json", fields
        return body

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(real_hub.PATIENCE_S)


def break_off(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{")
    reset(connection)


def end_early(connection, _):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
    connection.close()


def talk_nonsense(connection, _):
    connection.sendall(b"220 mail.example ESMTP\r\n" + bytes(range(256)))
    connection.close()


def accept_in_chunks(connection, _):
    for byte in b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n":
        connection.sendall(bytes([byte]))
    connection.settimeout(real_hub.PATIENCE_S)
    connection.recv(1)  # the device may keep the connection
    connection.close()


class Client(real_hub.RealHubTest):
    def test_a_press_is_the_same_at_each_try_until_an_answer_is_whole(self):
        web = RudeWebServer(break_off, end_early, talk_nonsense, accept_in_chunks)
        self.addCleanup(web.close)
        self.hub.start_sntpd("--local")
        button = self.start("button")
        button.wait_for("reliable")
        instant = button.press()
        button.wait_for("^delivery: status 200, 0 waiting")
        self.assertEqual(len(web.bodies), 4)
        self.assertEqual(len(set(web.bodies)), 1, web.bodies)
        self.assert_right(json.loads(web.bodies[0]), instant)
        self.stop(button)


class Server(real_hub.RealHubTest):
    """The app `clock` has a server."""

    def setUp(self):
        super().setUp()
        self.hub.start_sntpd("--local")
        self.clock = self.start("clock", network=f"user,hostfwd=tcp:127.0.0.1:{PORT}-:80")
        # A connection before the device has an address would wait for QEMU's retransmissions.
        real_hub.wait_until(self.hub.replies, lambda: self.clock.console)
        real_hub.wait_until(self.has_time, lambda: self.clock.console)

    def has_time(self):
        self.clock.read()
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.get()[0] == 200
        return False

    def get(self, path="/time", method="GET", body=None):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)) as connection:
            connection.request(method, path, body=body)
            response = connection.getresponse()
            return response.status, response.read()

    def talk(self, request):
        """Returns all that comes back until the end of the connection."""
        with socket.create_connection(("127.0.0.1", PORT), timeout=real_hub.PATIENCE_S) as connection:
            connection.sendall(request)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while more := connection.recv(4096):
                    answer += more
        return answer

    def test_tells_the_time(self):
        begin = time.time_ns()
        status, body = self.get()
        instant = real_hub.Instant(begin, time.time_ns())
        told = json.loads(body)
        self.assertEqual(status, 200)
        self.assertFalse(instant.contradicts(real_hub.unix_ns(told["time"]), round(told["bound_s"] * 10**9)), told)
        self.stop(self.clock)

    def test_silent_and_slow_clients_stall_nobody(self):
        with contextlib.ExitStack() as stack:
            for beginning in (b"", b"GET /time HT", b"POST /set HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"):
                silent = stack.enter_context(socket.create_connection(("127.0.0.1", PORT)))
                silent.sendall(beginning)
            # All connections are taken; one of the silent gives way as soon as it has been silent for a second.
            real_hub.wait_until(self.has_time, "an answer")
            self.assertIsNone(self.clock.process.poll())
        self.stop(self.clock)

    def test_refuses_what_is_no_request_and_goes_on(self):
        host = b"Host: 127.0.0.1:8080\r\n"
        for request, status in (
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\n\r\n", b"400"),
            (b"GET /" + b"x" * 3000 + b" HTTP/1.1\r\n", b"414"),
            (b"POST /set HTTP/1.1\r\n" + host + b"Content-Length: 100000\r\n\r\n" + b"x" * 3000, b"413"),
            (b"POST /set HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n", b"501"),
            (b"GET / HTTP/3.0\r\n" + host + b"\r\n", b"505"),
            (b"GET / HTTP/1.1\r\n" + host + b"X: 1\r\n" * 2000 + b"\r\n", b"431"),
        ):
            answer = real_hub.wait_until(lambda request=request: self.talk(request), request[:40])
            self.assertEqual(answer[:13], b"HTTP/1.1 " + status + b" ", request[:40])
            self.assertIn(b"Connection: close\r\n", answer)
        self.assertEqual(self.get()[0], 200)
        self.stop(self.clock)

    def test_answers_requests_in_one_segment_in_their_order(self):
        host = b"Host: 127.0.0.1:8080\r\n"
        answer = self.talk(
            b"GET /nowhere HTTP/1.1\r\n" + host + b"\r\n"
            b"HEAD /time HTTP/1.1\r\n" + host + b"\r\n"
            b"GET /.well-known/time HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n"
        )
        statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)
        self.assertEqual(statuses, [b"404", b"200", b"204"], answer)
        self.stop(self.clock)

    def test_survives_clients_that_reset(self):
        for cut in range(0, 60, 3):
            connection = socket.create_connection(("127.0.0.1", PORT))
            connection.sendall(b"GET /time HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\n\r\n"[:cut])
            reset(connection)
        real_hub.wait_until(self.has_time, "an answer")
        self.stop(self.clock)


if __name__ == "__main__":
    real_hub.main()
