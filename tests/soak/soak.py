#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts a hub under load and in trouble for a while: nothing may be lost, leaked or wrongly answered.

Usage: island soak.py BUILD_FOLDER SECONDS RATE
Runs on an island with the hub. Its clients and upstreams are on a second island behind three links:
the crowd's, which stays, one that vanishes and comes back, and the upstreams', which flaps.
"""

import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHRONYD = ROOT / "build/peers/root/usr/sbin/chronyd"
BUILD = pathlib.Path(sys.argv[1]).resolve()
SECONDS = int(sys.argv[2])
RATE = int(sys.argv[3])
PATIENCE_S = 60

CROWD, VANISHING, UPSTREAMS = 1, 2, 3  # links: 10.LINK.0.1 is the hub's end, 10.LINK.0.2 the other
CLIENTS = {CROWD: "10.64.0.0/18", VANISHING: "10.65.0.0/24"}
STRANGERS = "198.51.100.0/24"
LIAR_PORT, SIGNED_PORT = 11124, 11125
KEYS = "1 SHA256 HEX:000102030405060708090a0b0c0d0e0f\n7 AES128 HEX:2b7e151628aed2a6abf7158809cf4f3c\n"

# How much a hub may grow once it has warmed up: it touches pages of its fixed-size tables for the first time.
# In five minutes of 100k requests/s this is less than a byte per 50 requests. A sanitizer keeps up to 256 MB
# of freed memory.
GROWTH_KB = 512
SANITIZED_GROWTH_KB = 300 * 1024

# sntpctl's exit status is 0 if the request was done and 1 if it was refused.
DONE_OR_REFUSED = (0, 1)


def run(*command, **options):
    words = [str(word) for word in command]
    return subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S, check=False, **options)


def must(*command):
    done = run(*command)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


def wait_until(what, holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {PATIENCE_S} s")
        time.sleep(0.05)


class Network:
    """The links to the other island, which exists as long as the process that holds it."""

    def __init__(self, stack):
        self.holder = stack.enter_context(started("unshare", "--net", "sleep", "infinity"))
        mine = os.readlink("/proc/self/ns/net")
        wait_until("a network", lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != mine)
        self.far("ip", "link", "set", "lo", "up")
        for link in CLIENTS:
            self.far("ip", "route", "add", "local", CLIENTS[link], "dev", "lo")
        self.far("ip", "route", "add", "local", STRANGERS, "dev", "lo")
        for link in (CROWD, VANISHING, UPSTREAMS):
            self.connect(link)
        # With this route, anything that the hub sends to a stranger would be seen.
        must("ip", "route", "add", "default", "via", f"10.{CROWD}.0.2")

    def beyond(self, *command):
        return ("nsenter", "--net", "--target", self.holder.pid, *command)

    def far(self, *command):
        must(*self.beyond(*command))

    def connect(self, link):
        must("ip", "link", "add", f"hub{link}", "type", "veth", "peer", "name", f"far{link}", "netns", self.holder.pid)
        must("ip", "address", "add", f"10.{link}.0.1/30", "dev", f"hub{link}")
        must("ip", "link", "set", f"hub{link}", "up")
        self.far("ip", "address", "add", f"10.{link}.0.2/30", "dev", f"far{link}")
        self.far("ip", "link", "set", f"far{link}", "up")
        if link in CLIENTS:
            must("ip", "route", "add", CLIENTS[link], "via", f"10.{link}.0.2")

    @staticmethod
    def cut(link):
        must("ip", "link", "delete", f"hub{link}")

    @staticmethod
    def turn(link, state):
        must("ip", "link", "set", f"hub{link}", state)


@contextlib.contextmanager
def started(*command, **options):
    words = [str(word) for word in command]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, **options) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.terminate()


class Daemon:
    """Observes the daemon through /proc."""

    def __init__(self, pid):
        self.pid = pid
        self.samples = []  # (seconds, memory in kB, descriptors)

    def memory_kb(self):
        """Returns its private memory: the share of a shared page depends on how many programs use it."""
        for line in pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Anonymous:"):
                return int(line.split()[1])
        raise RuntimeError("the kernel does not tell")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def sample(self, now):
        self.samples.append((now, self.memory_kb(), self.descriptors()))

    def between(self, begin, end):
        return [sample for sample in self.samples if begin <= sample[0] <= end]


def dropped(*prefix):
    """Returns how many datagrams the kernel of an island dropped for lack of room."""
    names, values = (
        line.split() for line in run(*prefix, "cat", "/proc/net/snmp").stdout.splitlines() if line.startswith("Udp:")
    )
    return int(values[names.index("RcvbufErrors")])


class Trouble:
    """Repeats actions until the end, each in its own thread. A failing action is an error of the soak."""

    def __init__(self):
        self.ended = threading.Event()
        self.threads = []
        self.counts = {}
        self.failures = []

    def go_on(self, name, action, every_s):
        def work():
            try:
                while not self.ended.wait(every_s):
                    action()
                    self.counts[name] = self.counts.get(name, 0) + 1
            except Exception as failure:  # pylint: disable=broad-except
                self.failures.append(f"{name}: {failure}")

        self.threads.append(threading.Thread(target=work))
        self.threads[-1].start()

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()


class Soak:
    def __init__(self, stack):
        self.stack = stack
        self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.network = Network(stack)
        self.keys = self.file("keys", KEYS)
        self.keys.chmod(0o600)
        self.failures = []
        self.upstreams = []
        self.random = random.Random(1)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def start_upstreams(self):
        for port, keys in ((123, ""), (SIGNED_PORT, f"keyfile {self.keys}\n")):
            config = self.file(
                f"chrony{port}.conf",
                f"local stratum 1\nallow\nport {port}\ncmdport 0\nbindcmdaddress /\n"
                f"pidfile {self.folder}/chronyd{port}.pid\n{keys}",
            )
            command = self.network.beyond(CHRONYD, "-x", "-d", "-u", "root", "-f", config)
            self.upstreams.append(self.stack.enter_context(started(*command, stderr=subprocess.DEVNULL)))
        liar = self.network.beyond(BUILD / "tests/soak_liar", f"10.{UPSTREAMS}.0.2", LIAR_PORT)
        self.upstreams.append(self.stack.enter_context(started(*liar)))

    def start_hub(self):
        self.control = self.folder / "control"
        self.errors = self.folder / "errors"
        upstream = f"10.{UPSTREAMS}.0.2"
        command = [BUILD / "bin/sntpd", "--no-clock", "--local", "--control", self.control]
        command += ["--workers", 2, "--state-dir", self.folder / "state", "--keys", self.keys]
        command += ["--minpoll", 1, "--maxpoll", 3]
        command += ["--server", upstream, "--server", f"{upstream}:{LIAR_PORT}"]
        command += ["--server", f"{upstream}:{SIGNED_PORT},key=1"]
        command.append("--no-rate-limit")
        with open(self.errors, "wb") as errors:
            self.hub = self.stack.enter_context(started(*command, stderr=errors))
        wait_until("sntpd serves", lambda: "serving" in self.errors.read_text(encoding="utf-8") or self.hub.poll())
        if self.hub.poll() is not None:
            raise RuntimeError("sntpd: " + self.errors.read_text(encoding="utf-8"))
        self.daemon = Daemon(self.hub.pid)

    def start_load(self, link, *options):
        command = [BUILD / "tests/soak_load", "--server", f"10.{link}.0.1", "--clients", CLIENTS[link]]
        command += ["--keys", self.keys, "--key", "7", "--signing", "--seconds", SECONDS, *options]
        return self.stack.enter_context(started(*self.network.beyond(*command), stdout=subprocess.PIPE, text=True))

    # The methods below cause the trouble during the load.

    def ask(self, statuses, *words, text=None):
        done = run(BUILD / "bin/sntpctl", "--control", self.control, *words, input=text)
        if done.returncode not in statuses:
            raise RuntimeError(f"sntpctl {words[0]}: {done.returncode}: {done.stderr.strip()}")

    def look(self):
        self.ask((0,), "--json", self.random.choice(("status", "sources", "clients", "activity")))

    def feed(self):
        host = self.random.randrange(1, 250)
        record = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "source": f"phone:10.64.0.{host}"}
        record |= {"offset_s": self.random.uniform(-3, 3), "uncertainty_s": 0.5}
        self.ask(DONE_OR_REFUSED, "feed", text=json.dumps(record) + "\n")

    def set_by_hand(self):
        self.ask(DONE_OR_REFUSED, "set", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))

    def reload(self):
        self.ask((0,), "reload")

    def hang_up(self):
        self.hub.send_signal(signal.SIGHUP)

    def talk_nonsense(self):
        """Sends nonsense and leaves in the middle of a request or a reply."""
        with socket.socket(socket.AF_UNIX) as talker:
            talker.connect(str(self.control))  # with a timeout it would not wait in the queue
            talker.settimeout(PATIENCE_S)
            with contextlib.suppress(OSError):
                talker.send(self.random.choice((self.random.randbytes(3000), b'{"request":"status","follow":true}\n', b"{")))

    def flap_upstream(self):
        stopped = self.random.choice(self.upstreams)
        stopped.send_signal(signal.SIGSTOP)
        time.sleep(self.random.uniform(0.2, 3))
        stopped.send_signal(signal.SIGCONT)

    def flap_link(self):
        self.network.turn(UPSTREAMS, "down")
        time.sleep(self.random.uniform(0.2, 2))
        self.network.turn(UPSTREAMS, "up")

    def vanish(self):
        self.network.cut(VANISHING)
        time.sleep(self.random.uniform(0.1, 1))
        self.network.connect(VANISHING)

    def run(self):
        self.start_upstreams()
        self.start_hub()
        self.reload()  # the pipe that it opens for its first background work stays open
        fds_at_rest = self.daemon.descriptors()
        began = time.monotonic()
        crowd = self.start_load(CROWD, "--rate", RATE)
        vanishing = self.start_load(VANISHING, "--rate", "500", "--only-plain", "--patience", "1")
        trouble = Trouble()
        for action, every_s in (
            (self.look, 0.1),
            (self.feed, 0.3),
            (self.set_by_hand, 2),
            (self.reload, 1),
            (self.hang_up, 0.5),
            (self.talk_nonsense, 0.05),
            (self.flap_upstream, 1),
            (self.flap_link, 3),
            (self.vanish, 1),
        ):
            trouble.go_on(action.__name__.replace("_", " "), action, every_s)
        try:
            while crowd.poll() is None and self.hub.poll() is None:
                self.daemon.sample(time.monotonic() - began)
                time.sleep(0.2)
        finally:
            trouble.end()
        if self.hub.poll() is not None:
            self.failures.append(f"sntpd ended: {self.hub.returncode}: {self.errors.read_text(encoding='utf-8')}")
            return
        self.failures += trouble.failures
        books = {link: json.loads(load.communicate(timeout=PATIENCE_S)[0]) for link, load in
                 ((CROWD, crowd), (VANISHING, vanishing))}
        fds_at_rest = min(fds_at_rest, *(sample[2] for sample in self.daemon.samples))
        with contextlib.suppress(RuntimeError):
            wait_until("descriptors", lambda: self.daemon.descriptors() <= fds_at_rest)
        fds_at_end = self.daemon.descriptors()
        self.dropped = (dropped(), dropped(*self.network.beyond()))
        self.hub.send_signal(signal.SIGTERM)
        status = self.hub.wait(PATIENCE_S)
        self.report(books, trouble.counts, fds_at_rest, fds_at_end, status)

    def expect(self, holds, what):
        if not holds:
            self.failures.append(what)

    def report(self, books, counts, fds_at_rest, fds_at_end, status):
        said = self.errors.read_text(encoding="utf-8")
        is_sanitized = run("grep", "-q", "__asan_init\\|__tsan_init", BUILD / "bin/sntpd").returncode == 0
        crowd, vanishing = books[CROWD], books[VANISHING]
        duration = self.daemon.samples[-1][0]
        early = self.daemon.between(duration * 0.3, duration * 0.5)
        late = self.daemon.between(duration * 0.8, duration)
        # Work off the event loop takes memory for a moment, which is no growth.
        kb_early, kb_late = (min(sample[1] for sample in part) for part in (early, late))
        # Descriptors of queries and control clients come and go.
        fds_at_most = max(sample[2] for sample in self.daemon.samples)
        well_formed = crowd["plain"] + crowd["signed"]
        sent = well_formed + crowd["malformed"] + crowd["strangers"] + crowd["spoofed"]
        for name, value in (
            ("seconds", f"{crowd['seconds']:.0f}"),
            ("requests", f"{sent} ({sent / crowd['seconds']:.0f} a second)"),
            ("  well formed", f"{well_formed}, of these signed {crowd['signed']}"),
            ("  malformed, wrongly signed", crowd["malformed"]),
            ("  of strangers, spoofed", crowd["strangers"] + crowd["spoofed"]),
            ("answered", f"{crowd['answered']}, of these verified {crowd['verified']}"),
            ("lost, wrongly answered", f"{crowd['lost']}, {crowd['wrong']}"),
            ("dropped by the kernel", f"{self.dropped[0]} on the hub, {self.dropped[1]} beyond"),
            ("longest wait, ms", f"{crowd['longest_wait_ms']:.1f}"),
            ("over the vanishing interface", f"{vanishing['answered']} answered, {vanishing['lost']} lost with it, "
             f"{vanishing['wrong']} wrongly"),
            ("meanwhile", ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))),
            ("memory of its own, kB", f"{kb_early} after the warm-up, {kb_late} at the end"),
            ("descriptors", f"{fds_at_rest} at rest, {fds_at_most} at most, {fds_at_end} at the end"),
            ("exit status", status),
        ):
            print(f"{name:<30} {value}")

        self.expect(crowd["lost"] == 0, f"{crowd['lost']} well-formed requests were not answered")
        self.expect(crowd["answered"] == well_formed, "as many were answered as were to be")
        self.expect(crowd["wrong"] == 0, "wrongly answered: " + crowd["first_wrong"])
        self.expect(vanishing["wrong"] == 0, "wrongly answered: " + vanishing["first_wrong"])
        self.expect(vanishing["answered"] > 0, "nothing came over the interface that vanishes")
        self.expect(crowd["verified"] == crowd["signed"] > 0, "signed requests get signed replies")
        growth = kb_late - kb_early
        self.expect(growth <= (SANITIZED_GROWTH_KB if is_sanitized else GROWTH_KB), f"memory grew by {growth} kB")
        self.expect(fds_at_end <= fds_at_rest, "descriptors stay open")
        self.expect(status == 0, f"sntpd ended with status {status}")
        self.expect("Sanitizer" not in said and "runtime error" not in said, said)
        for name in ("look", "feed", "reload", "hang up", "talk nonsense", "flap upstream", "vanish"):
            self.expect(counts.get(name, 0) > 0, f"{name}: never happened")


def main():
    # Without this handler the started processes would outlive it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
    try:
        with contextlib.ExitStack() as stack:
            soak = Soak(stack)
            soak.run()
    except RuntimeError as failure:
        print(f"soak: {failure}", file=sys.stderr)
        return 3
    for failure in soak.failures:
        print(f"soak: {failure}", file=sys.stderr)
    return 1 if soak.failures else 0


if __name__ == "__main__":
    sys.exit(main())
