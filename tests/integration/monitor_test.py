#!/usr/bin/env python3
"""Tests what Debian's ntpq and ntpstat show of a hub, and which clients are shown nothing.

Usage: island monitor_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs under tests/integration/island, so port 123 is free, the only one that the two query. The peers come from
build/peers/root, where `peers` unpacks them.
"""

import contextlib
import json
import os
import pathlib
import re
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
PATIENCE_S = 60

LOOPBACKS = ("127.0.0.1", "::1")
UPSTREAM_PORT = 11124
UPSTREAM = f"127.0.0.1:{UPSTREAM_PORT},minpoll=1,maxpoll=1"
SILENT = "127.0.0.9:11125"
NEIGHBOUR = "192.168.4.1"  # an address of this island other than loopback

PEER_ENVIRONMENT = {
    **os.environ,
    "PATH": f"{PEERS}/usr/bin:{PEERS}/usr/sbin:{os.environ['PATH']}",
    "PYTHONPATH": f"{PEERS}/usr/lib/python3/dist-packages",
    "LD_LIBRARY_PATH": str(next(PEERS.glob("usr/lib/*/ntp"))),
}

CONTROL, CLIENT = 6, 3
RESPONSE, ERROR = 0x80, 0x40
READ_STATUS, READ_VARIABLES = 1, 2
WRITING = (3, 5, 6, 8, 9, 31)  # RFC 9327, section 2: variables, clock, trap; ntpd's configuration
NO_PERMISSION = 1


def control(operation, data=b"", association=0):
    return struct.pack("!BBHHHHH", 2 << 3 | CONTROL, operation, 7, 0, association, 0, len(data)) + data


class Monitored(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run(["ip", "address", "replace", f"{NEIGHBOUR}/24", "dev", "lo"], check=True)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.socket = self.folder / "control"

    @contextlib.contextmanager
    def running(self, *command):
        with open(self.folder / "output", "ab") as output, subprocess.Popen(
            [str(word) for word in command],
            env=PEER_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                yield
            finally:
                process.terminate()

    @contextlib.contextmanager
    def hub(self, *options, is_unset=False):
        state = self.folder / "state"
        if not is_unset and "--server" not in options:
            options = ("--local", *options)
        with self.running(PROGRAMS / "sntpd", "--no-clock", "--control", self.socket, "--state-dir", state, *options):
            self.wait_until("the hub serves", lambda: self.ask(control(READ_STATUS)) or True)
            yield

    def chronyd(self):
        config = self.folder / "chrony.conf"
        config.write_text(
            f"local stratum 1\nallow\nport {UPSTREAM_PORT}\ncmdport 0\nbindcmdaddress /\n"
            f"pidfile {self.folder}/chronyd.pid\n",
            encoding="utf-8",
        )
        return self.running("chronyd", "-x", "-d", "-u", "root", "-f", config)

    def output(self):
        return (self.folder / "output").read_text(encoding="utf-8")

    def wait_until(self, what, holds):
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if holds():
                    return
            time.sleep(0.05)
        raise AssertionError(f"{what}: not within {PATIENCE_S} s\n{self.output()}")

    def wait_until_followed(self):
        self.wait_until("chronyd is followed", lambda: b"stratum=2," in self.ask(control(READ_VARIABLES)))

    def ask(self, request, address="127.0.0.1"):
        """Returns the reply to one datagram."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as asker:
            asker.connect((address, 123))
            asker.settimeout(PATIENCE_S)
            asker.send(request)
            return asker.recv(2048)

    def is_ignored(self, request, address="127.0.0.1"):
        """Returns whether a client's request sent after it is answered first. Both go to the same thread in order."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.connect((address, 123))
            asker.settimeout(PATIENCE_S)
            asker.send(request)
            asker.send(struct.pack("!B39xQ", 4 << 3 | CLIENT, 7))
            return asker.recv(2048)[0] & 7 != CONTROL

    def run_peer(self, *command):
        finished = subprocess.run(
            command,
            env=PEER_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return finished.returncode, finished.stdout

    def ntpq(self, *commands, address="127.0.0.1"):
        words = [word for command in commands for word in ("-c", command)]
        status, said = self.run_peer("ntpq", "-n", *words, address)
        self.assertEqual(status, 0, said)
        return said

    def peers(self, address="127.0.0.1"):
        """Returns the lines of `ntpq -p` by remote."""
        header, _, *lines = self.ntpq("peers", address=address).splitlines()
        names = ["remote", *header.split()[1:]]
        rows = [dict(zip(["tally", *names], [line[0], *line[1:].split()])) for line in lines]
        return {row["remote"]: row for row in rows}

    def associations(self):
        """Returns the lines of `ntpq -c as` in order."""
        _, header, _, *lines = self.ntpq("as").splitlines()
        return [dict(zip(header.split(), line.split())) for line in lines]

    def variables(self, command="rv", address="127.0.0.1"):
        said = self.ntpq(command, address=address)
        found = dict(re.findall(r'([\w.]+)=("[^"]*"|[^,\s]+)', said))
        return {"said": said, **found}

    def clients(self):
        command = [PROGRAMS / "sntpctl", "--control", self.socket, "--json", "clients"]
        asked = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
        return {client["address"]: client for client in json.loads(asked.stdout)["clients"]}

    def ntpstat(self):
        return self.run_peer("ntpstat")


class Following(Monitored):
    """A hub that follows one server, while another never answers."""

    def assert_shown(self, address):
        row = self.peers(address)["127.0.0.1"]
        self.assertEqual((row["tally"], row["refid"], row["st"], row["t"]), ("*", "127.127.1.1", "1", "u"), row)
        self.assertEqual(row["poll"], "2", row)
        self.assertRegex(row["when"], r"^(-|\d\d?)$", row)  # "-": less than a second ago
        self.assertTrue(0 < int(row["reach"], 8) < 256, row)
        self.assertTrue(0 <= float(row["delay"]) < 1000, row)
        self.assertLess(abs(float(row["offset"])), 1000, row)
        self.assertTrue(0 <= float(row["jitter"]) < 1000, row)

        system = self.variables(address=address)
        self.assertIn("associd=0 status=0615 leap_none, sync_ntp, 1 event, clock_sync", system["said"])
        self.assertEqual((system["leap"], system["stratum"], system["refid"]), ("00", "2", "127.0.0.1"))
        self.assertEqual((system["peer"], system["tc"]), ("1", "1"))
        self.assertTrue(0 < float(system["rootdelay"]) < 1000, system)
        # No dispersion is left if the last round trip was longer than others and so covers the whole bound.
        self.assertTrue(0 <= float(system["rootdisp"]) < 1000, system)
        self.assertLess(abs(float(system["offset"])), 1000, system)
        self.assertLess(abs(float(system["frequency"])), 500, system)
        self.assertRegex(system["version"], r'^"sntpd \d+\.\d+\.\d+"$')

    def assert_ntpstat_is_content(self):
        status, said = self.ntpstat()
        self.assertEqual(status, 0, said)
        self.assertIn("synchronised to NTP server (127.0.0.1) at stratum 2", said)
        bound_ms = int(re.search(r"time correct to within (\d+) ms", said).group(1))
        self.assertLess(bound_ms, 1000)
        self.assertIn("polling server every 2 s", said)

    def test_ntpq_and_ntpstat_show_what_is_so(self):
        for workers in (0, 2):
            with self.subTest(workers=workers), self.chronyd():
                with self.hub("--workers", workers, "--server", UPSTREAM, "--server", SILENT):
                    self.wait_until_followed()
                    for address in LOOPBACKS:
                        self.assert_shown(address)
                    self.assert_ntpstat_is_content()

    def test_ntpq_tells_of_each_association(self):
        with self.chronyd(), self.hub("--server", UPSTREAM, "--server", SILENT):
            self.wait_until_followed()
            first, second = self.associations()
            self.assertEqual((first["assid"], first["status"]), ("1", "961a"))
            self.assertEqual((first["conf"], first["reach"], first["auth"]), ("yes", "yes", "none"))
            self.assertEqual((first["condition"], first["last_event"], first["cnt"]), ("sys.peer", "sys_peer", "1"))
            self.assertEqual((second["assid"], second["condition"]), ("2", "reject"))

            peer = self.variables("rv &1")
            self.assertIn("associd=1 status=961a conf, reach, sel_sys.peer, 1 event, sys_peer", peer["said"])
            self.assertEqual((peer["srcadr"], peer["srcport"], peer["dstadr"]), ("127.0.0.1", "11124", "127.0.0.1"))
            self.assertEqual((peer["hmode"], peer["pmode"], peer["hpoll"], peer["ppoll"]), ("3", "4", "1", "1"))
            self.assertEqual((peer["leap"], peer["stratum"], peer["flash"]), ("00", "1", "00"))
            silent = self.variables("rv &2")
            self.assertEqual((silent["srcadr"], silent["stratum"], silent["refid"]), ("127.0.0.9", "16", "INIT"))
            self.assertIn("peer_stratum peer_unreach", silent["said"])
            row = self.peers()["127.0.0.9"]
            self.assertEqual((row["tally"], row["refid"], row["st"], row["reach"]), (" ", ".INIT.", "16", "0"))

            self.assertIn("system peer mode:   client", self.ntpq("sysinfo"))
            self.assertIn("127.0.0.1       127.0.0.1        1 u", self.ntpq("opeers"))
            self.assertEqual(self.ntpq("rv 0 stratum,tc").strip(), "stratum=2, tc=1")
            self.assertIn("UNKNOWNVAR", self.run_peer("ntpq", "-c", "rv 0 leap,foo")[1])


class NotFollowing(Monitored):
    def test_a_hub_that_does_not_know_the_time_says_so(self):
        with self.hub("--server", SILENT):
            status, said = self.ntpstat()
            self.assertEqual(status, 1, said)
            self.assertIn("unsynchronised", said)
            system = self.variables()
            self.assertIn("status=c016 leap_alarm, sync_unspec, 1 event, restart", system["said"])
            self.assertEqual((system["leap"], system["stratum"], system["refid"]), ("11", "16", "INIT"))
            self.assertEqual(self.peers()["127.0.0.9"]["reach"], "0")

    def test_a_server_whose_name_has_no_address_is_shown_by_name(self):
        with self.hub("--server", "nowhere.invalid"):
            row = self.peers()["nowhere.invalid"]
            self.assertEqual((row["tally"], row["refid"], row["st"], row["reach"]), (" ", ".DNS.", "16", "0"), row)

    def test_a_hub_without_sources_is_its_own_clock(self):
        with self.hub():
            status, said = self.ntpstat()
            self.assertEqual(status, 0, said)
            self.assertIn("synchronised to local net at stratum 10", said)
            system = self.variables()
            self.assertIn("leap_none, sync_local", system["said"])
            self.assertEqual((system["stratum"], system["refid"], system["peer"]), ("10", "127.127.1.1", "0"))
            self.assertIn("No association", self.ntpq("peers"))

    def test_a_phone_that_feeds_the_hub_is_shown_as_a_clock(self):
        sample = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "source": 'phone:192.168.4.17",refid=',
            "offset_s": 0.5,
            "uncertainty_s": 0.1,
        }
        feed = [PROGRAMS / "sntpctl", "--control", self.socket, "feed"]
        with self.hub(is_unset=True):
            self.assertEqual(self.ntpstat()[0], 1)
            said = json.dumps(sample)
            subprocess.run(feed, input=said, text=True, capture_output=True, check=True, timeout=PATIENCE_S)
            self.wait_until("the phone is followed", lambda: b"peer=33," in self.ask(control(READ_VARIABLES)))
            row = self.peers()["phone(192.168.4"]
            self.assertEqual((row["tally"], row["refid"], row["st"], row["t"]), ("*", ".PHON.", "0", "l"), row)
            self.assertEqual(self.variables("rv &1")["srchost"], '"phone(192.168.4.17__refid=)"')
            self.assertIn("sync_other", self.ntpq("rv"))
            self.assertEqual(self.ntpstat()[0], 0)


class Access(Monitored):
    def test_only_loopback_is_answered(self):
        with self.hub():
            for operation in (READ_STATUS, READ_VARIABLES, *WRITING):
                self.assertTrue(self.is_ignored(control(operation), address=NEIGHBOUR), operation)
            self.assertFalse(self.is_ignored(control(READ_STATUS)))

    def test_others_are_if_they_are_allowed(self):
        config = self.folder / "sntpd.toml"
        config.write_text('monitor = ["192.168.4.0/24"]\n', encoding="utf-8")
        for options in (("--monitor", "192.168.4.0/24"), ("--config", config)):
            with self.subTest(options=options), self.hub(*options):
                self.assertFalse(self.is_ignored(control(READ_STATUS), address=NEIGHBOUR))
                self.assertFalse(self.is_ignored(control(READ_STATUS)))

    def test_whoever_is_denied_the_time_is_denied_this(self):
        denied = "127.0.0.2"
        with self.hub("--deny", denied), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.bind((denied, 0))
            asker.sendto(control(READ_STATUS), ("127.0.0.1", 123))
            self.wait_until("it has come", lambda: denied in self.clients())
            client = self.clients()[denied]
            self.assertEqual((client["requests"], client["refused"]), (1, 1))
            asker.setblocking(False)
            with self.assertRaises(BlockingIOError):
                asker.recv(2048)

    def test_what_would_write_is_refused_and_changes_nothing(self):
        with self.hub():
            before = self.variables("rv 0 leap,stratum,refid,reftime,offset,frequency")
            for operation in WRITING:
                reply = self.ask(control(operation, b"stratum=1,leap=3\0\0\0\0"))
                self.assertEqual(len(reply), 12, "no longer than the request")
                _, bits, sequence, status, _, _, count = struct.unpack("!BBHHHHH", reply)
                self.assertEqual((bits, sequence), (RESPONSE | ERROR | operation, 7))
                self.assertEqual((status >> 8, count), (NO_PERMISSION, 0))
            self.assertEqual(self.variables("rv 0 leap,stratum,refid,reftime,offset,frequency"), before)
            self.assertIn("BADOP", self.run_peer("ntpq", "-c", "mrulist")[1])

    def test_requests_are_counted(self):
        with self.hub():
            for _ in range(3):
                self.ask(control(READ_STATUS))
            client = self.clients()["127.0.0.1"]
            self.assertEqual((client["version"], client["refused"]), (2, 0))
            self.assertGreaterEqual(client["requests"], 3)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
