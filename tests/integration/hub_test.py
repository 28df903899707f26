#!/usr/bin/env python3
"""Tests a hub with real upstreams, names and disks: it selects, follows, falls back to its own clock and
returns, and sntpctl explains it at each point.

Usage: island hub_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs under tests/integration/island, so port 123 is free and nobody can set the clock. The peers come from
build/peers/root, where `peers` unpacks them.
"""

import contextlib
import json
import os
import pathlib
import selectors
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "build/peers/root"
PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
PATIENCE_S = 60

CHRONYD = "ntp:127.0.0.1:11124"
NTPSEC = "ntp:127.0.0.1"  # serves port 123 only

PEER_ENVIRONMENT = {
    **os.environ,
    "PATH": f"{PEERS}/usr/sbin:{os.environ['PATH']}",
    "LD_LIBRARY_PATH": str(next(PEERS.glob("usr/lib/*/ntp"))),
}


class Hub(unittest.TestCase):
    """Runs hubs and queries them."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.control = self.folder / "control"

    def file(self, name, *lines):
        path = self.folder / name
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path

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

    def hub(self, *options):
        return self.running(
            *(PROGRAMS / "sntpd", "--no-clock", "--bind", "127.0.0.1", "--port", 11123),
            *("--control", self.control),
            *(() if "--state-dir" in options else ("--state-dir", self.folder / "state")),
            *options,
        )

    def output(self):
        return (self.folder / "output").read_text(encoding="utf-8")

    def ask(self, *words):
        """Returns the reply of sntpctl as soon as a hub answers."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            command = [PROGRAMS / "sntpctl", "--control", self.control, "--json", *words]
            asked = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
            if asked.returncode == 0:
                return json.loads(asked.stdout)
            self.assertLess(time.monotonic(), deadline, asked.stderr)

    def standings(self):
        return {source["source"]: source for source in self.ask("sources")["sources"]}

    def wait_until(self, what, topic, holds):
        """Follows the topic until `holds` is true of a reply."""
        command = [PROGRAMS / "sntpctl", "--control", self.control, "--json", "--follow", topic]
        deadline = time.monotonic() + PATIENCE_S
        line = b""
        with subprocess.Popen(command, stdout=subprocess.PIPE) as follower, selectors.DefaultSelector() as selector:
            selector.register(follower.stdout, selectors.EVENT_READ)
            try:
                while selector.select(max(0, deadline - time.monotonic())):
                    line = follower.stdout.readline()
                    if holds(json.loads(line)):
                        return
            finally:
                follower.terminate()
        raise AssertionError(f"{what}: not within {PATIENCE_S} s: {line.decode()}")

    def wait_for_standings(self, what, holds):
        self.wait_until(
            what,
            "sources",
            lambda reply: holds({source["source"]: source["standing"] for source in reply["sources"]}),
        )

    def wait_until_followed(self, source):
        self.wait_until(f"{source} is followed", "status", lambda status: status["source"] == source)

    def served(self):
        probe = [PROGRAMS / "ntpprobe", "--json", "--port", "11123", "127.0.0.1"]
        measured = subprocess.run(probe, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        return json.loads(measured.stdout)


class Upstreams(Hub):
    def chronyd(self):
        config = self.file(
            "chrony.conf",
            "local stratum 1",
            "allow",
            "port 11124",
            "cmdport 0",
            "bindcmdaddress /",
            f"pidfile {self.folder}/chronyd.pid",
        )
        return self.running("chronyd", "-x", "-d", "-u", "root", "-f", config)

    def ntpsec(self):
        config = self.file("ntp.conf", "disable ntp", "tos orphan 2 orphanwait 1", "restrict 127.0.0.1")
        log = ("-p", self.folder / "ntpd.pid", "-l", self.folder / "ntpd.log")
        return self.running("ntpd", "-n", "-c", config, *log)

    def test_selects_follows_falls_back_and_returns(self):
        used = ("system-peer", "selected")
        servers = [
            word
            for source in (CHRONYD, NTPSEC)
            for word in ("--server", source.removeprefix("ntp:") + ",minpoll=1,maxpoll=1")
        ]
        with self.hub(*servers):
            self.assertFalse(self.ask("status")["synchronised"])
            self.assertIn("error", self.served(), "an unset clock is not served as right")

            with self.chronyd():
                self.wait_until_followed(CHRONYD)
                status = self.ask("status")
                self.assertEqual((status["source"], status["kind"], status["stratum"]), (CHRONYD, "ntp", 2))
                self.assertTrue(status["synchronised"] and status["reliable"])
                self.assertIn("answer", self.standings()[NTPSEC]["standing_text"])

                with self.ntpsec():
                    self.wait_for_standings("both are used", lambda now: all(state in used for state in now.values()))
                    self.assertLess(self.ask("status")["bound_s"], 0.1)
            with self.ntpsec():
                self.wait_until_followed(NTPSEC)
                self.wait_for_standings("chronyd is lost", lambda now: now[CHRONYD] == "unreachable")

            self.wait_for_standings("nobody is left", lambda now: set(now.values()) == {"unreachable"})
            self.assertEqual(self.standings()[CHRONYD]["standing_text"], "it does not answer")
            status = self.ask("status")
            self.assertEqual((status["kind"], status["stratum"], status["refid"]), ("free-run", 10, "127.127.1.1"))
            self.assertTrue(status["synchronised"], "the clock was set, and runs on")
            self.assertIn("runs on by itself", " ".join(status["warnings"]))
            self.assertEqual(self.served()["stratum"], 10)

            with self.chronyd():
                self.wait_until_followed(CHRONYD)
                status = self.ask("status")
                self.assertEqual((status["source"], status["stratum"]), (CHRONYD, 2))
                self.assertNotIn("warnings", {key for key in status if status[key]})
            events = [line["event"] for line in self.ask("activity")["lines"]]
            for event in ("synchronised", "source_selected", "source_lost", "holdover"):
                self.assertIn(event, events)


class Pool(Hub):
    PORT = 11125
    FIRST = [f"127.0.0.{n}" for n in range(2, 6)]
    OTHERS = [f"127.0.0.{n}" for n in range(6, 10)]

    def servers(self, addresses):
        binds = [word for address in addresses for word in ("--bind", address)]
        return self.running(PROGRAMS / "sntpd", "--no-clock", "--local", "--no-control", "--port", self.PORT, *binds)

    def name(self, addresses):
        """Makes pool.test resolve to all of them on this island."""
        self.hosts.write_text("".join(f"{address} pool.test\n" for address in addresses), encoding="utf-8")

    def wait_until_used(self, addresses):
        expected = {f"ntp:{address}:{self.PORT}" for address in addresses}

        def holds(now):
            used = {name for name, standing in now.items() if standing in ("system-peer", "selected", "outlier")}
            return used and used <= expected and set(now) <= expected

        self.wait_for_standings(f"{addresses} are used", holds)

    def test_uses_several_addresses_and_replaces_dead_ones(self):
        self.hosts = self.file("hosts", "127.0.0.1 localhost")
        subprocess.run(["mount", "--bind", self.hosts, "/etc/hosts"], check=True)
        self.addCleanup(subprocess.run, ["umount", "/etc/hosts"], check=True)
        with self.hub("--pool", f"pool.test:{self.PORT},minpoll=1,maxpoll=1"):
            self.assertEqual(self.standings()["ntp:pool.test:11125"]["standing"], "unresolved")
            # The name gets its address after the hub has started.
            with self.servers(self.FIRST):
                self.name(self.FIRST)
                self.wait_until_used(self.FIRST)
                self.assertEqual(len(self.standings()), 4)
            self.name(self.OTHERS + self.FIRST)
            with self.servers(self.OTHERS):
                self.wait_until_used(self.OTHERS)
                self.assertEqual(len(self.standings()), 4)


class State(Hub):
    def test_a_disk_that_cannot_be_written_is_one_warning(self):
        for options in ("mode=755,nr_inodes=1", "mode=755,ro"):
            with self.subTest(options=options):
                state = self.folder / f"state-{options}"
                state.mkdir()
                subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", state], check=True)
                self.addCleanup(subprocess.run, ["umount", state], check=True)
                before = len(self.output()) if (self.folder / "output").exists() else 0
                with self.hub("--state-dir", state):
                    for time_of_day in ("12:00:00", "13:00:00"):
                        self.ask("set", f"2030-01-01T{time_of_day}Z")
                    self.assertIn(str(state), " ".join(self.ask("status")["warnings"]))
                said = self.output()[before:]
                self.assertEqual(said.count(str(state)), 1, said)


class OwnAddresses(Hub):
    def feed(self, source):
        """Returns the name of the reason why a sample of the source is refused, or nothing."""
        now = time.time_ns()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now // 10**9)) + f".{now % 10**9:09}Z"
        sample = {"time": stamp, "source": source, "offset_s": 0.001, "uncertainty_s": 0.01, "stratum": 3}
        command = [PROGRAMS / "sntpctl", "--control", self.control, "feed"]
        fed = subprocess.run(
            command, input=json.dumps(sample), capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        return None if fed.returncode == 0 else fed.stderr

    def test_one_that_comes_while_the_hub_runs_is_known_to_be_its_own(self):
        with self.hub():
            self.ask("status")
            self.assertIsNone(self.feed("ntp:10.9.0.1:11123"))
            subprocess.run(["ip", "address", "add", "10.9.0.1/24", "dev", "lo"], check=True)
            self.assertIn("loop", self.feed("ntp:10.9.0.1:11123"))
            subprocess.run(["ip", "address", "delete", "10.9.0.1/24", "dev", "lo"], check=True)
            self.assertIsNone(self.feed("ntp:10.9.0.1:11123"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
