#!/usr/bin/env python3
"""Tests sntpd and ntpprobe against other NTP programs.

Usage: island peers_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs under tests/integration/island, so port 123 is free and nobody can set the clock. The peers come from
build/peers/root, where `peers` unpacks them.
"""

import contextlib
import json
import os
import pathlib
import selectors
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "build/peers/root"
PROGRAMS = pathlib.Path(sys.argv[1]).resolve()

LOOPBACKS = ("127.0.0.1", "::1")
NTP_PORT = 123  # ntpdig queries no other port, and ntpsec's ntpd serves no other.
PATIENCE_S = 60

PEER_ENVIRONMENT = {
    **os.environ,
    "PATH": f"{PEERS}/usr/bin:{PEERS}/usr/sbin:{os.environ['PATH']}",
    "PYTHONPATH": f"{PEERS}/usr/lib/python3/dist-packages",
    "LD_LIBRARY_PATH": ":".join(str(folder) for glob in ("*-gnu*/ntp", "*-gnu*") for folder in PEERS.glob(f"usr/lib/{glob}")),
}


def run(*command):
    """Returns the finished process. Its stdout includes stderr, where some programs print the result."""
    return subprocess.run(
        [str(word) for word in command],
        env=PEER_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@contextlib.contextmanager
def running(*command):
    """Runs a process and always stops it at the end."""
    with subprocess.Popen(
        [str(word) for word in command],
        env=PEER_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def wait_for_line(process, words):
    """Reads the process's output until a line contains the words."""
    output = b""
    deadline = time.monotonic() + PATIENCE_S
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while words.encode() not in output:
            ready = selector.select(max(0, deadline - time.monotonic()))
            chunk = os.read(process.stdout.fileno(), 4096) if ready else b""
            if not chunk:
                raise AssertionError(f"{process.args[0]} does not say {words!r}, but: {output.decode()}")
            output += chunk


def wait_until(is_reached, patience_s=PATIENCE_S):
    deadline = time.monotonic() + patience_s
    while not is_reached():
        if time.monotonic() > deadline:
            raise AssertionError(f"does not come true within {patience_s} s")
        time.sleep(0.02)


def can_become_others():
    """Tells whether root has the users of the whole system, and not only itself."""
    fields = pathlib.Path("/proc/self/uid_map").read_text(encoding="utf-8").split()
    return os.geteuid() == 0 and len(fields) == 3 and fields[2] == "4294967295"


def request(version, mode):
    transmit = 0x1122_3344_5566_7700 | version << 4 | mode
    return struct.pack("!B39xQ", version << 3 | mode, transmit)


def ask(address, port, query, patience_s):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as asker:
        asker.connect((address, port))
        asker.settimeout(patience_s)
        asker.send(query)
        return asker.recv(1024)


def wait_until_synchronised(address, port):
    """Waits for a server that, while starting, refuses, is silent, or replies as unsynchronised."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            reply = ask(address, port, request(4, 3), patience_s=0.2)
            if reply[0] >> 6 != 3 and 0 < reply[1] < 16:
                return
        time.sleep(0.05)
    raise AssertionError(f"{address} port {port} is not synchronised within {PATIENCE_S} s")


@contextlib.contextmanager
def sntpd(port):
    binds = [word for address in LOOPBACKS for word in ("--bind", address)]
    with running(PROGRAMS / "sntpd", "--no-clock", "--local", *binds, "--port", port) as process:
        wait_for_line(process, "serving")
        yield


class Peers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, *lines):
        path = self.folder / name
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    def assert_good(self, finished):
        self.assertEqual(finished.returncode, 0, f"{finished.args}\n{finished.stdout}")


class ChronydAsClient(Peers):
    def test_accepts_sntpd(self):
        with sntpd(11123):
            for address in LOOPBACKS:
                with self.subTest(address=address):
                    server = f"server {address} port 11123 iburst maxsamples 1"
                    # -Q measures without setting the clock. chronyd opens no command socket, because its
                    # directory is root's.
                    measured = run("chronyd", "-Q", "-u", "root", server, "bindcmdaddress /")
                    self.assert_good(measured)
                    self.assertRegex(measured.stdout, r"System clock wrong by -?0\.0\d+ seconds")


class NtpsecAsClient(Peers):
    def assert_accepts_sntpd(self, *command):
        with sntpd(NTP_PORT):
            for address in LOOPBACKS:
                with self.subTest(address=address):
                    measured = run(*command, address)
                    self.assert_good(measured)
                    # date time zone offset +/- bound address stratum leap; on a busy machine some ms off
                    self.assertRegex(measured.stdout, rf"[+-]0\.0\d+ \+/- \S+ {address} s10 no-leap")

    def test_ntpdig_accepts_sntpd(self):
        self.assert_accepts_sntpd("ntpdig")

    def test_ntpdate_accepts_sntpd(self):
        self.assert_accepts_sntpd("ntpdate", "-q")


class Dissector(Peers):
    PORT = 11123
    QUERIES = [(address, version, mode) for address in LOOPBACKS for version in (1, 2, 3, 4) for mode in (3, 1)]

    def capture(self):
        """Returns a capture file with each query and its reply."""
        path = self.folder / "capture.pcapng"
        packets = 2 * len(self.QUERIES)
        with sntpd(self.PORT), running(
            "dumpcap", "-i", "lo", "-f", f"udp port {self.PORT}", "-c", packets, "-w", path
        ) as capture:
            wait_for_line(capture, "File:")
            for address, version, mode in self.QUERIES:
                ask(address, self.PORT, request(version, mode), PATIENCE_S)
            capture.wait(PATIENCE_S)  # until it has captured them all
        return path

    def dissect(self, capture, *arguments):
        decode = ("-d", f"udp.port=={self.PORT},ntp")
        dissected = subprocess.run(
            ["tshark", "-n", "-r", capture, *decode, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        self.assertEqual(dissected.returncode, 0, dissected.stderr)
        return dissected.stdout

    def test_finds_nothing_to_object_to(self):
        capture = self.capture()
        suspicious = '_ws.malformed || _ws.expert.severity >= "Warning" || _ws.short || !ntp'
        self.assertEqual(self.dissect(capture, "-Y", suspicious, "-V"), "")

        names = ("ntp.flags.vn", "ntp.flags.mode", "ntp.flags.li", "ntp.stratum", "ntp.refid", "udp.length")
        fields = [word for name in names for word in ("-e", name)]
        replies = self.dissect(capture, "-Y", f"udp.srcport == {self.PORT}", "-T", "fields", *fields)
        expected = [
            f"{version}\t{4 if mode == 3 else 2}\t0\t10\t7f7f0101\t56" for _, version, mode in self.QUERIES
        ]
        self.assertEqual(replies.splitlines(), expected)


class Ntpprobe(Peers):
    def assert_measures(self, address, port, stratum):
        wait_until_synchronised(address, port)
        measured = run(PROGRAMS / "ntpprobe", "--json", "--port", port, address)
        self.assert_good(measured)
        sample = json.loads(measured.stdout)
        self.assertEqual(sample["stratum"], stratum, sample)
        self.assertNotIn("error", sample)
        # Both sides have the same clock, so the bound must cover the measured offset.
        self.assertLessEqual(abs(sample["offset_s"]), sample["uncertainty_s"], sample)
        self.assertLess(abs(sample["offset_s"]), 0.01, sample)

    def test_measures_chronyd(self):
        config = self.file(
            "chrony.conf",
            "local stratum 1",
            "allow",
            "port 11123",
            "cmdport 0",
            "bindcmdaddress /",
            f"pidfile {self.folder}/chronyd.pid",
        )
        with running("chronyd", "-x", "-d", "-u", "root", "-f", config):
            for address in LOOPBACKS:
                with self.subTest(address=address):
                    self.assert_measures(address, 11123, stratum=1)

    def test_measures_ntpsec(self):
        # Orphan mode serves at once, while a local reference clock takes minutes. `disable ntp` leaves the
        # clock alone, which ntpd could not set here. Without `restrict` it would limit our rate.
        restrict = [f"restrict {address}" for address in LOOPBACKS]
        config = self.file("ntp.conf", "disable ntp", "tos orphan 2 orphanwait 1", *restrict)
        with running("ntpd", "-n", "-c", config, "-p", self.folder / "ntpd.pid", "-l", self.folder / "ntpd.log"):
            for address in LOOPBACKS:
                with self.subTest(address=address):
                    self.assert_measures(address, NTP_PORT, stratum=2)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
