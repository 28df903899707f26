#!/usr/bin/env python3
"""Clocks on loopback that drift from this machine's: an NTP server, a camera's CCAPI and a web server's Date.

Usage: simulated_clocks.py [--latency S] [--thermal FILE] [--per-degree PPM] PPM

Prints the ports, as in "ntp=40123 camera=40124 web=40125", and serves until stdin ends. The NTP server has its full
resolution, the others whole seconds. --latency: the web server waits up to this long before it answers, as over Wi-Fi.
--thermal: FILE gets the temperature for --per-degree, in thousandths of a degree, around 45 with a period of an hour.
"""

import argparse
import email.utils
import hashlib
import http.server
import json
import math
import pathlib
import random
import re
import socketserver
import ssl
import struct
import sys
import threading
import time

NTP_EPOCH = 2_208_988_800
REALM, NONCE = "camera", "0123456789abcdef"
MEAN_C, SWING_C, PERIOD_S = 45.0, 5.0, 3600.0


class Clock:
    """Gains `ppm`, and `per_degree` more for each degree above the mean."""

    def __init__(self, ppm, per_degree=0.0):
        self.ppm, self.per_degree = ppm, per_degree
        self.start = time.time()

    def degrees(self):
        return MEAN_C + SWING_C * math.sin(2 * math.pi * (time.time() - self.start) / PERIOD_S)

    def now(self):
        passed = time.time() - self.start
        degree_seconds = SWING_C * PERIOD_S / (2 * math.pi) * (1 - math.cos(2 * math.pi * passed / PERIOD_S))
        return self.start + passed + 1e-6 * (self.ppm * passed + self.per_degree * degree_seconds)


def ntp_stamp(seconds):
    return struct.pack("!Q", int((seconds + NTP_EPOCH) * 2**32) & (2**64 - 1))


def serve(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def serve_ntp(clock):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            request, socket = self.request
            received = clock.now()
            if len(request) < 48:
                return
            # Version 4, mode 4, stratum 1 with the local clock; RFC 5905, section 7.3.
            head = struct.pack("!BBbbII4s", 0x24, 1, 6, -20, 0, 0, b"LOCL")
            body = ntp_stamp(received) + request[40:48] + ntp_stamp(received) + ntp_stamp(clock.now())
            socket.sendto(head + body, self.client_address)

    return serve(socketserver.UDPServer(("127.0.0.1", 0), Handler))


def digest_answer(method, header, login):
    """Returns whether the header is the answer of RFC 7616, section 3.4.1, with qop=auth and MD5."""
    given = dict(re.findall(r'(\w+)="?([^",]*)', header))
    user, password = login
    one = md5(f"{user}:{REALM}:{password}")
    two = md5(f"{method}:{given.get('uri')}")
    expected = md5(":".join([one, NONCE, given.get("nc", ""), given.get("cnonce", ""), "auth", two]))
    return given.get("username") == user and given.get("response") == expected


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


class Server(http.server.ThreadingHTTPServer):
    """Presents the next of the certificates to each connection, and from then on the last."""

    daemon_threads = True

    def __init__(self, handler, certificates):
        super().__init__(("127.0.0.1", 0), handler)
        self.contexts = []
        for certificate in certificates:
            self.contexts.append(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
            self.contexts[-1].load_cert_chain(certificate)

    def get_request(self):
        socket, address = super().get_request()
        if self.contexts:
            context = self.contexts.pop(0) if len(self.contexts) > 1 else self.contexts[0]
            socket = context.wrap_socket(socket, server_side=True, do_handshake_on_connect=False)
        return socket, address


def serve_web(answer, certificates=(), login=None):
    """`answer` takes a path and returns headers and a body; `login` is a name and a password for digest access."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def reply(self, with_body):
            headers, body = answer(self.path)
            if certificates:
                headers = {**headers, "Connection": "close"}
            if login and not digest_answer(self.command, self.headers.get("Authorization", ""), login):
                challenge = f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm=MD5'
                headers, body = {"WWW-Authenticate": challenge}, b""
            self.send_response_only(401 if "WWW-Authenticate" in headers else 200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def do_GET(self):
            self.reply(True)

        def do_HEAD(self):
            self.reply(False)

        def log_message(self, *_):
            pass

    return serve(Server(Handler, certificates))


def camera_answer(clock, path):
    if path == "/ccapi":
        found = {"ver100": [{"path": "/ccapi/ver100/functions/datetime", "get": True, "put": True}]}
    else:
        found = {"datetime": email.utils.formatdate(int(clock.now())).replace("-0000", "+0000"), "dst": False}
    return {"Content-Type": "application/json"}, json.dumps(found).encode()


def web_answer(clock, latency, _):
    time.sleep(random.uniform(0.0, latency))
    date = email.utils.formatdate(int(clock.now()), usegmt=True)
    time.sleep(random.uniform(0.0, latency))
    return {"Date": date, "Content-Type": "text/plain"}, b"a button\n"


def write_degrees(clock, path):
    while True:
        unfinished = path.with_name(path.name + ".new")
        unfinished.write_text(f"{clock.degrees() * 1000:.0f}\n", encoding="utf-8")
        unfinished.replace(path)
        time.sleep(1.0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--thermal", type=pathlib.Path)
    parser.add_argument("--per-degree", type=float, default=0.0)
    parser.add_argument("ppm", type=float)
    options = parser.parse_args()
    clock = Clock(options.ppm, options.per_degree)
    if options.thermal:
        threading.Thread(target=write_degrees, args=(clock, options.thermal), daemon=True).start()
    ports = {
        "ntp": serve_ntp(clock),
        "camera": serve_web(lambda path: camera_answer(clock, path)),
        "web": serve_web(lambda path: web_answer(clock, options.latency, path)),
    }
    print(*(f"{name}={port}" for name, port in ports.items()), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
