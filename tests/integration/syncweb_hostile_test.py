#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests that hostile clients of syncweb harm neither others nor sntpd, and that both survive each other's end.

Usage: island syncweb_hostile_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs on an island, as peers_test.py does.
"""

import concurrent.futures
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import peers_test as peers
from peers_test import can_become_others, wait_until

NTP_PORT = 11123
PORT = 18080
TLS_PORT = 18443
HUB = ("127.0.0.1", PORT)
REQUEST_TIME_S = 10  # that syncweb gives a client for one request
MARGIN_S = 4
MOST_OF_ONE_CLIENT = 100
MOST_IN_ALL = 1200
GET_TIME = b"GET /time HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n"


def ask(path, method="GET", body=None, headers=None, source="127.0.0.1"):
    """Returns the status and the body of a well-formed request."""
    connection = http.client.HTTPConnection(*HUB, timeout=5, source_address=(source, 0))
    with contextlib.closing(connection):
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read()


def press(number):
    body = {"sender": "b", "number": number, "time": "2026-02-03T04:05:06Z", "uncertainty_s": 0.001, "reliable": True}
    return ask("/api/press", "POST", json.dumps(body), {"Content-Type": "application/json"})


def connect(source="127.0.0.1", receive_buffer=None, port=PORT):
    asker = socket.socket()
    if receive_buffer:
        asker.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    asker.settimeout(peers.PATIENCE_S)
    asker.bind((source, 0))
    asker.connect(("127.0.0.1", port))
    return asker


def read_all(asker):
    """Returns what comes until the server closes the connection."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while chunk := asker.recv(65536):
            received += chunk
    return received


def read_available(asker):
    """Returns what has come, and whether the server has closed the connection."""
    received = b""
    asker.setblocking(False)
    try:
        while chunk := asker.recv(65536):
            received += chunk
    except BlockingIOError:
        return received, False
    except ConnectionError:
        pass
    finally:
        asker.settimeout(peers.PATIENCE_S)
    return received, True


def is_closed(asker):
    return read_available(asker)[1]


def send_and_read(request):
    """Returns what the server answers until it closes the connection, or is silent."""
    with connect() as asker:
        asker.settimeout(0.3)
        received = b""
        with contextlib.suppress(TimeoutError, ConnectionError):
            asker.sendall(request)
            while chunk := asker.recv(65536):
                received += chunk
        return received


class Hostile(peers.Peers):
    @contextlib.contextmanager
    def sntpd(self):
        words = ("--no-clock", "--local", "--bind", "127.0.0.1", "--port", NTP_PORT, "--user", "root")
        state = ("--state-dir", self.folder / "state", "--control", self.folder / "control")
        with peers.running(peers.PROGRAMS / "sntpd", *words, *state) as process:
            peers.wait_for_line(process, "serving")
            yield process

    def command(self, **changes):
        options = {
            "bind": "127.0.0.1", "port": PORT, "tls-port": TLS_PORT, "user": "root",
            "control": self.folder / "control", "state-dir": self.folder / "web",
        }  # fmt: skip
        for name, value in changes.items():
            options[name.replace("_", "-")] = value
        words = [f"--{name}={value}" for name, value in options.items() if value is not None]
        return [str(peers.PROGRAMS / "syncweb"), *words]

    @contextlib.contextmanager
    def syncweb(self):
        with peers.running(*self.command()) as process:
            peers.wait_for_line(process, "serving https:")
            yield process

    @contextlib.contextmanager
    def hub(self):
        with self.sntpd() as sntpd, self.syncweb() as syncweb:
            wait_until(lambda: ask("/time")[0] == 200)
            yield sntpd, syncweb

    def assert_serves(self, source="127.0.0.1"):
        self.assertEqual(ask("/time", source=source)[0], 200)

    def assert_sntpd_answers(self):
        self.assert_good(peers.run(peers.PROGRAMS / "ntpprobe", "--port", NTP_PORT, "127.0.0.1"))


def resident_kb(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


class Requests(Hostile):
    def test_malformed_requests_are_refused(self):
        requests = {
            "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
            "noise": bytes(range(256)) * 8 + b"\r\n\r\n",
            "no version": b"GET /time\r\n\r\n",
            "no Host": b"GET /time HTTP/1.1\r\n\r\n",
            "two Hosts": b"GET /time HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nHost: elsewhere\r\n\r\n",
            "NUL in the target": b"GET /time%00 HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n",
            "escape sequence": b"GET /time HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nX: \x1b[2J\r\n\r\n",
            "line end in the target": b"GET /time%0d%0aX:%20y HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n",
            "broken escape": b"GET /%f HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n",
            "negative length": b"POST /btn HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nContent-Length: -1\r\n\r\n",
            "length with words": b"POST /btn HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nContent-Length: 1x\r\n\r\nab",
            "broken chunk": b"POST /btn HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
            "unknown method": b"BREW /time HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n",
            "another host": b"GET http://elsewhere.example/time HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n",
        }
        with self.hub():
            for name, request in requests.items():
                with self.subTest(name):
                    answer = send_and_read(request)
                    self.assertNotRegex(answer, rb"^HTTP/1.1 (2|3|500)")
            self.assert_serves()

    def test_nobody_leaves_the_pages_for_files(self):
        targets = (
            "/../../../../etc/passwd", "/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2f..%2fetc/passwd", "//etc/passwd",
            "/style.css/../../../etc/passwd", "/style.css%00/etc/passwd", "/....//....//etc/passwd", "/web/certificate.pem",
            "/presses.db", "\\..\\..\\etc\\passwd", "/%c0%ae%c0%ae/etc/passwd", "file:///etc/passwd",
        )  # fmt: skip
        with self.hub():
            for target in targets:
                with self.subTest(target):
                    answer = send_and_read(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n".encode())
                    self.assertNotRegex(answer, rb"^HTTP/1.1 (2|3|500)")
                    self.assertNotIn(b"root:", answer)
            self.assert_serves()

    def test_what_is_too_large_is_refused(self):
        with self.hub():
            head = b"POST /api/press HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nContent-Type: application/json\r\n"
            for name, request, expected in (
                ("announced body", head + b"Content-Length: 16385\r\n\r\n", rb"^HTTP/1.1 413 "),
                ("endless number", head + b"Content-Length: " + b"9" * 100 + b"\r\n\r\n", rb"^HTTP/1.1 4"),
                ("chunks", head + b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n" + b"x" * 4096 + b"\r\n" + 9 * (b"1000\r\n" + b"x" * 4096 + b"\r\n") + b"0\r\n\r\n", rb"^HTTP/1.1 413 "),
                ("one field", b"GET /time HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nX: " + b"x" * 100_000, rb"^(HTTP/1.1 4|$)"),
                ("fields", b"GET /time HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n" + b"X: y\r\n" * 5000 + b"\r\n", rb"^(HTTP/1.1 4|$)"),
                ("target", b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n", rb"^(HTTP/1.1 4|$)"),
                ("parameters", b"GET /btn?" + b"a=b&" * 1000 + b" HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n", rb"^(HTTP/1.1 4|$)"),
            ):  # fmt: skip
                with self.subTest(name):
                    self.assertRegex(send_and_read(request), expected)
            self.assert_serves()

    def test_pipelined_requests_are_answered_in_order(self):
        count = 100
        with self.hub(), connect() as asker:
            requests = (f"GET /{number} HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n" for number in range(count))
            asker.sendall("".join(requests).encode() + b"GET /time HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nConnection: close\r\n\r\n")
            statuses = re.findall(rb"HTTP/1.1 (\d+) ", read_all(asker))
            self.assertEqual(statuses, [b"404"] * count + [b"200"])


class Slow(Hostile):
    def test_a_request_that_takes_too_long_is_ended_while_others_are_answered(self):
        began = time.monotonic()
        header = b"GET /time HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n"
        starts = {
            "nothing": b"",
            "part of a header": b"GET /time HTT",
            "fields": header,
            "body": b"POST /api/press HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nContent-Length: 16000\r\n\r\n",
            "chunks": b"POST /api/press HTTP/1.1\r\nHost: 127.0.0.1:18080\r\nTransfer-Encoding: chunked\r\n\r\n",
        }
        drips = {"fields": b"X: y\r\n", "body": b"x", "chunks": b"1\r\nx\r\n"}
        with self.hub(), contextlib.ExitStack() as stack:
            slow = {name: stack.enter_context(connect()) for name in starts}
            handshake = stack.enter_context(connect(port=TLS_PORT))
            for name, start in starts.items():
                slow[name].sendall(start)
            ended = {}
            next_drip = began

            def note_ends():
                nonlocal next_drip
                now = time.monotonic()
                is_to_drip = now >= next_drip
                if is_to_drip:
                    next_drip = now + 0.4
                for name, asker in {**slow, "handshake": handshake}.items():
                    if name in ended:
                        continue
                    with contextlib.suppress(ConnectionError):
                        if is_to_drip and name in drips:
                            asker.sendall(drips[name])
                    if is_closed(asker):
                        ended[name] = now - began
                self.assert_serves()
                return len(ended) == len(slow) + 1

            try:
                wait_until(note_ends, REQUEST_TIME_S + MARGIN_S + 2)
            except AssertionError:
                self.fail(f"only these were ended: {ended}")
            for name, after_s in ended.items():
                with self.subTest(name):
                    self.assertGreater(after_s, REQUEST_TIME_S - 1)
                    self.assertLess(after_s, REQUEST_TIME_S + MARGIN_S)


class Deaf(Hostile):
    def test_clients_that_read_no_events_take_little_memory_and_are_dropped(self):
        with self.hub() as (_, syncweb), contextlib.ExitStack() as stack:
            self.assertEqual(press(0)[0], 200)
            before_kb = resident_kb(syncweb)
            few = descriptors_of(syncweb) + 3
            deaf = [stack.enter_context(connect(receive_buffer=4096)) for _ in range(50)]
            reader = stack.enter_context(connect())
            for asker in (*deaf, reader):
                asker.sendall(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n")
            wait_until(lambda: descriptors_of(syncweb) > few + 40)
            received = b""
            number = 0
            deadline = time.monotonic() + 50
            while descriptors_of(syncweb) > few:
                self.assertLess(time.monotonic(), deadline, "clients that do not read are not dropped")
                number += 1
                self.assertEqual(press(number)[0], 200)
                received += read_available(reader)[0]
            if not is_sanitized():
                self.assertLess(resident_kb(syncweb) - before_kb, 10_000)
            self.assertGreater(received.count(b"event: press"), number / 2)
            self.assert_serves()


def is_sanitized():
    """An address sanitizer keeps memory that the program has freed."""
    return b"__asan_init" in (peers.PROGRAMS / "syncweb").read_bytes()


def descriptors_of(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


class Floods(Hostile):
    def test_one_client_with_thousands_of_connections_keeps_nobody_out(self):
        with self.hub(), contextlib.ExitStack() as stack:
            flood = [stack.enter_context(connect("127.0.0.2")) for _ in range(2000)]
            wait_until(lambda: sum(not is_closed(asker) for asker in flood) <= MOST_OF_ONE_CLIENT)
            self.assert_serves()
            self.assertEqual(sum(not is_closed(asker) for asker in flood), MOST_OF_ONE_CLIENT)

    def test_thousands_of_connections_of_this_machine_keep_nobody_out(self):
        with self.hub(), contextlib.ExitStack() as stack:
            for _ in range(2000):
                stack.enter_context(connect())
            self.assert_serves()
            self.assert_serves(source="127.0.0.2")

    def test_when_all_connections_are_taken_the_greediest_lose_some(self):
        with self.hub(), contextlib.ExitStack() as stack:
            flood = []
            for client in range(MOST_IN_ALL // MOST_OF_ONE_CLIENT):
                flood += [stack.enter_context(connect(f"127.0.1.{client + 1}")) for _ in range(MOST_OF_ONE_CLIENT)]
            for client in range(10):
                self.assert_serves(source=f"127.0.2.{client + 1}")
            self.assertGreater(sum(not is_closed(asker) for asker in flood), MOST_IN_ALL - 50)

    def test_a_flood_or_the_end_of_syncweb_leaves_sntpd_as_it_is(self):
        with self.hub() as (_, syncweb):
            is_enough = threading.Event()

            def flood(client):
                answered = 0
                with connect(f"127.0.3.{client + 1}") as asker:
                    while answered < 500 or not is_enough.is_set():
                        asker.sendall(GET_TIME * 20)
                        answered += asker.recv(1 << 20).count(b"HTTP/1.1 200")

            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                floods = [pool.submit(flood, client) for client in range(8)]
                try:
                    self.assert_sntpd_answers()
                finally:
                    is_enough.set()
                for future in floods:
                    future.result()
            syncweb.kill()
            syncweb.wait()
            self.assert_sntpd_answers()
            with self.syncweb():
                wait_until(lambda: ask("/time")[0] == 200)


class Hub(Hostile):
    def test_sntpd_may_be_absent_killed_and_started_again(self):
        with self.syncweb():
            self.assertEqual(ask("/time")[0], 503)
            self.assertEqual(ask("/health")[0], 503)
            with self.sntpd() as sntpd:
                wait_until(lambda: ask("/time")[0] == 200)
                self.assertEqual(ask("/health")[0], 200)
                sntpd.kill()
                wait_until(lambda: ask("/time")[0] == 503)
            with self.sntpd():
                wait_until(lambda: ask("/time")[0] == 200)

    def test_a_stream_says_that_sntpd_has_gone_and_is_back(self):
        with self.syncweb(), connect() as asker:
            asker.sendall(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n")
            received = b""

            def has(text):
                nonlocal received
                received += read_available(asker)[0]
                return text in received

            wait_until(lambda: has(b"event: hello"))  # what happened before is no event
            with self.sntpd() as sntpd:
                wait_until(lambda: has(b'event: hub\ndata: {"connected":true}'))
                sntpd.kill()
                wait_until(lambda: has(b'event: hub\ndata: {"connected":false}'))


class Starting(Hostile):
    def failure_of(self, *prefix, **changes):
        command = [*prefix, *self.command(**changes)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        self.assertEqual(ended.returncode, 3, ended.stderr)
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        return ended.stderr

    def test_says_what_is_wrong_with_a_port_or_address(self):
        with self.syncweb():
            self.assertIn("another server has this port", self.failure_of(state_dir=self.folder / "other"))
        self.assertIn("no interface of this machine has this address", self.failure_of(bind="192.0.2.1"))

    def test_ends_at_once_when_it_is_told_to(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.syncweb() as process, connect() as asker:
                asker.sendall(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n\r\n")
                asker.recv(65536)
                process.send_signal(number)
                self.assertEqual(process.wait(5), 0)

    def test_needs_root_only_for_ports_below_1024(self):
        if not can_become_others():
            self.skipTest("needs root, to become somebody else")
        (self.folder / "web").mkdir()
        os.chown(self.folder / "web", 4711, 4711)
        self.folder.chmod(0o755)
        as_somebody = ("setpriv", "--reuid=4711", "--regid=4711", "--clear-groups")
        self.assertIn("ports below 1024 need root", self.failure_of(*as_somebody, port=80, user=None))
        command = [*as_somebody, *self.command(user=None)]
        with peers.running(*command) as process:
            peers.wait_for_line(process, "serving https:")
            self.assertEqual(ask("/time")[0], 503)

    def test_gives_up_all_rights(self):
        if not can_become_others():
            self.skipTest("needs root, to become somebody else")
        self.folder.chmod(0o755)
        with peers.running(*self.command(port=80, user=None)) as process:
            peers.wait_for_line(process, "serving https:")
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            self.assertRegex(status, r"Uid:\t(65534\t){3}65534\nGid:\t(65534\t){3}65534\n")
            for held in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"):
                self.assertIn(f"{held}:\t0000000000000000\n", status)
            self.assertIn("NoNewPrivs:\t1\n", status)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
