#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures syncweb beside nginx on one core, loaded by wrk from another one.

Usage: island web_side_by_side.py FOLDER_OF_PROGRAMS
`web` calls this.
"""

import contextlib
import http.client
import os
import pathlib
import re
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
NTP_PORT, WEB_PORT, NGINX_PORT = 11123, 18080, 18081  # free on the island's own network
ROUNDS = 3
WRK = ("wrk", "--threads", "1", "--connections", "32", "--duration", "4s")
STREAMS = 1000
ADDRESSES = 50  # of the streams' clients, since syncweb limits the connections of each
LEAST_RATE = 5000  # a second
MOST_MEMORY_KB = 30_000
PATIENCE_S = 20


def fail(message):
    print(f"web: {message}", file=sys.stderr)
    sys.exit(3)


@contextlib.contextmanager
def running(cores, *command):
    words = ["taskset", "--cpu-list", str(cores), *(str(word) for word in command)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()


def get(port, path):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()


def wait_for(port, path):
    """Returns the body, once the server sends one."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            status, body = get(port, path)
            if status == 200:
                return body
        time.sleep(0.05)
    return fail(f"no server answers on port {port}")


def rate(core, port, path):
    """Returns wrk's answers a second."""
    command = ("taskset", "--cpu-list", str(core), *WRK, f"http://127.0.0.1:{port}{path}")
    report = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in report or "Socket errors" in report:
        fail(f"wrk met errors on port {port}:\n{report}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", report).group(1))


def memory_kb(process):
    """Returns the proportional set size and the resident one."""
    rollup = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="utf-8")
    return tuple(int(re.search(rf"^{name}:\s+(\d+) kB", rollup, re.MULTILINE).group(1)) for name in ("Pss", "Rss"))


@contextlib.contextmanager
def idle_streams():
    """Opens the streams, and goes on when each has had a heartbeat."""
    with selectors.DefaultSelector() as selector, contextlib.ExitStack() as stack:
        for number in range(STREAMS):
            client = stack.enter_context(socket.socket())
            client.bind((f"127.0.1.{number % ADDRESSES + 1}", 0))
            client.connect(("127.0.0.1", WEB_PORT))
            client.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{WEB_PORT}\r\n\r\n".encode())
            selector.register(client, selectors.EVENT_READ)
        beating = set()
        deadline = time.monotonic() + PATIENCE_S
        while len(beating) < STREAMS:
            if time.monotonic() > deadline:
                fail(f"only {len(beating)} of {STREAMS} streams have heartbeats")
            for key, _ in selector.select(1):
                received = key.fileobj.recv(65536)
                if not received:
                    fail("a stream was ended")
                if b"event: beat" in received:
                    beating.add(key.fd)
        yield


def nginx_config(folder):
    config = folder / "nginx.conf"
    config.write_text(
        f"""daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  default_type application/json;
  server {{ listen 127.0.0.1:{NGINX_PORT}; root {folder}; }}
}}
""",
        encoding="utf-8",
    )
    return config


def compare(server_core, client_core, folder):
    words = ("--no-clock", "--local", "--bind", "127.0.0.1", "--port", NTP_PORT, "--user", "root")
    state = ("--state-dir", folder / "state", "--control", folder / "control")
    web = ("--bind", "127.0.0.1", "--port", WEB_PORT, "--tls-port", "0", "--user", "root")
    web_state = ("--control", folder / "control", "--state-dir", folder / "web")
    with running(client_core, PROGRAMS / "sntpd", *words, *state), running(
        server_core, PROGRAMS / "syncweb", *web, *web_state
    ) as syncweb:
        body = wait_for(WEB_PORT, "/time")
        (folder / "time").write_bytes(body)
        folder.chmod(0o755)
        before = memory_kb(syncweb)
        with idle_streams():
            after = memory_kb(syncweb)
        # nginx starts a worker, which ends with it.
        with running(server_core, "nginx", "-c", nginx_config(folder), "-g", "user root;"):
            wait_for(NGINX_PORT, "/time")
            pairs = []
            for _ in range(ROUNDS):
                pairs.append((rate(client_core, WEB_PORT, "/time"), rate(client_core, NGINX_PORT, "/time")))
    return body, before, after, pairs


def main():
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        fail("needs two cores")
    with tempfile.TemporaryDirectory() as name:
        body, before, after, pairs = compare(cores[0], cores[-1], pathlib.Path(name))
    ours, theirs = (statistics.median(pair[i] for pair in pairs) for i in range(2))
    grown = [late - early for early, late in zip(before, after)]
    print(f"`{' '.join(WRK)}`, one core for the server and one for wrk, connections kept, {ROUNDS} rounds each:")
    print(f"  syncweb, GET /time:                 {ours:10,.0f} a second")
    print(f"  nginx, a static file of {len(body)} bytes:  {theirs:10,.0f} a second")
    print(f"  ratio:                              {ours / theirs:10.2f}")
    print(f"{STREAMS:,} idle event streams: {grown[0]:,} kB of PSS and {grown[1]:,} kB of RSS more than {before[1]:,} kB of RSS")
    is_good = ours >= LEAST_RATE and max(grown) < MOST_MEMORY_KB
    print(f"required: {LEAST_RATE:,} a second, and less than {MOST_MEMORY_KB:,} kB: {'met' if is_good else 'NOT met'}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
