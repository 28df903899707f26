# SPDX-License-Identifier: MIT
"""A device in QEMU, in real time, and the real sntpd and syncweb as its hub.

Runs under tests/integration/island, so that the hub has its usual ports, 123 and 80. QEMU's user network is between
the two: the device gets its address from that, and 10.0.2.2 is the island's loopback. A test is a class of
RealHubTest, in a file NAME_real_test.py that ends with main(): it starts the hub's programs and its devices when it
wants them, and stop()s a device to judge its exit status. Everything else is ended and cleared away by itself.

Every test is right on a machine of any speed: what is waited for is an event, and a device's word about an instant
is compared with the two readings of this machine's clock between which the instant lies.
"""

import argparse
import calendar
import contextlib
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from emulated import BOARDS, Emulated

PATIENCE_S = 60
ADDRESS = "10.0.2.2"  # of the hub, for the device
MAC = "52:54:00:3f:2a:01"


def unix_ns(rfc3339):
    """Converts "2026-02-03T04:05:06.789Z", with up to nine decimals."""
    whole, fraction = re.fullmatch(r"(.{19})(?:\.(\d{1,9}))?Z", rfc3339).groups()
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return seconds * 10**9 + int((fraction or "0").ljust(9, "0"))


def wait_until(holds, what, patience_s=PATIENCE_S):
    """Returns the first true value of `holds()`."""
    deadline = time.monotonic() + patience_s
    while not (value := holds()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience_s} s: {what() if callable(what) else what}")
        time.sleep(0.005)
    return value


class Instant:
    """Something happened between two readings of this machine's clock, which is the hub's."""

    def __init__(self, after_ns, before_ns):
        self.after_ns = after_ns
        self.before_ns = before_ns

    def contradicts(self, time_ns, bound_ns):
        """The truth would be farther from the stated time than the stated bound."""
        return time_ns + bound_ns < self.after_ns or time_ns - bound_ns > self.before_ns

    def __repr__(self):
        return f"[{self.after_ns}, {self.before_ns}]"


class Device(Emulated):
    """Emulated, whose presses are instants, and which knows when it was switched on."""

    def __init__(self, *arguments, **more):
        self.switched_on_ns = time.time_ns()
        super().__init__(*arguments, **more)

    def press(self):
        """Presses the button, again and again if that is too soon after the last press. Returns the Instant."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            start = len(self.console)
            after = time.time_ns()
            super().press()
            outcome = self.wait_for(r"^press: (.*)", start=start)[1]
            if outcome == "queued":
                return Instant(after, time.time_ns())
            if not outcome.startswith("too soon"):
                raise AssertionError(outcome)
            time.sleep(0.05)
        raise AssertionError(f"no press was taken within {PATIENCE_S} s")


class Hub:
    """sntpd and syncweb on their usual ports; each can be stopped and started again."""

    def __init__(self, programs, folder):
        self.programs = programs
        self.folder = folder
        self.processes = {}
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        # The device calls the hub by this address, so it is one of the hub's.
        subprocess.run(["ip", "address", "replace", f"{ADDRESS}/32", "dev", "lo"], check=True)

    def _start(self, name, *options):
        command = [self.programs / name, "--user", "root", *options]
        with open(self.folder / f"{name}.txt", "ab") as output:
            self.processes[name] = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def control(self):
        return self.folder / "sntpd.sock"

    def start_sntpd(self, *options):
        """Its clock is this machine's, which it leaves alone. With --local that is the time; otherwise it has none
        until it is fed."""
        self._start(
            "sntpd", "--no-clock", "--control", self.control, "--state-dir", self.folder / "sntpd", *options
        )
        wait_until(lambda: self.sntpctl("status").returncode == 0, lambda: self.output("sntpd"))

    def start_syncweb(self, *options):
        self._start(
            *("syncweb", "--tls-port", "0", "--control", self.control, "--state-dir", self.folder / "web"),
            *("--permit", "127.0.0.0/8", *options),
        )

        def answers():
            if self.processes["syncweb"].poll() is not None:
                raise AssertionError(self.output("syncweb"))
            with contextlib.suppress(OSError, http.client.HTTPException):
                return self.get("/api/presses?after=0")
            return None

        wait_until(answers, lambda: self.output("syncweb"))

    def stop(self, name):
        process = self.processes.pop(name)
        process.terminate()
        process.wait(PATIENCE_S)

    def stop_all(self):
        for name in list(self.processes):
            self.stop(name)

    def output(self, name):
        return (self.folder / f"{name}.txt").read_text(encoding="utf-8", errors="replace")

    def sntpctl(self, *words, text=""):
        command = [self.programs / "sntpctl", "--control", self.control, *words]
        return subprocess.run(
            [str(word) for word in command], input=text, text=True, capture_output=True, check=False
        )

    def replies(self):
        """Returns how many NTP requests sntpd has answered."""
        return int(re.search(r"requests +(\d+) answered", self.sntpctl("status").stdout)[1])

    def feed_time(self, bound_s=0.01):
        """Tells sntpd that this machine's clock is right, as a person would. It then serves its own clock, which some
        devices do not count as reliable."""
        now = time.time_ns()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now // 10**9)) + f".{now % 10**9:09}Z"
        record = {"time": stamp, "source": "manual", "offset_s": 0.0, "uncertainty_s": bound_s}
        result = self.sntpctl("feed", text=json.dumps(record) + "\n")
        if result.returncode != 0:
            raise AssertionError(result.stdout + result.stderr)

    def get(self, path):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", timeout=PATIENCE_S)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read().decode()
            if response.status != 200:
                raise AssertionError(f"{path}: {response.status}: {body}")
            return json.loads(body)

    def presses(self):
        answer = self.get("/api/presses?after=0")
        assert not answer["more"], "more presses than one page"
        return answer["presses"]

    def wait_for_presses(self, count):
        return wait_until(lambda: len(found := self.presses()) >= count and found, f"{count} presses at syncweb")


class RealHubTest(unittest.TestCase):
    """A folder, a hub and devices for each test; the folder is kept and named if the test fails."""

    programs = pathlib.Path()
    images = pathlib.Path()
    board = ""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="isletime-real-"))
        self.folder.chmod(0o755)
        self.hub = Hub(self.programs, self.folder / "hub")
        self.devices = []
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        for device in self.devices:
            device.close()
            (device.folder / "console.txt").write_text(device.console, encoding="utf-8")
        self.hub.stop_all()
        outcome = self._outcome.result
        if any(test is self for test, _ in outcome.failures + outcome.errors):
            for device in self.devices:
                print(f"the console of {device.folder.name}:\n{device.console}", file=sys.stderr)
            print(f"{self.id()}: everything is in {self.folder}", file=sys.stderr)
            return
        shutil.rmtree(self.folder)

    def start(self, app, name="device", settings=None, **more):
        """Switches on a device whose hub is ours; `more` is for Emulated."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        settings = {"hub": ADDRESS} if settings is None else settings
        capture = ["-object", f"filter-dump,id=d0,netdev=n0,file={folder / 'network.pcap'}"]
        device = Device(self.images, app, self.board, settings, **{"mac": MAC, "folder": folder, "more": capture} | more)
        self.devices.append(device)
        return device

    def stop(self, device):
        """Asks it to end, and judges its exit status."""
        self.assertEqual(device.quit(), 0, device.console)

    def assert_right(self, press, instant):
        """The press's own word, its time and bound, allows that it was pressed at that instant."""
        time_ns = unix_ns(press["time"])
        bound_ns = round(press["uncertainty_s"] * 10**9)
        self.assertFalse(instant.contradicts(time_ns, bound_ns), f"{press}, pressed in {instant}")


def main():
    """Usage: island TEST.py --programs FOLDER --images FOLDER --board BOARD [unittest's arguments]"""
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", required=True, type=pathlib.Path)
    parser.add_argument("--images", required=True, type=pathlib.Path)
    parser.add_argument("--board", required=True, choices=BOARDS)
    options, rest = parser.parse_known_args()
    RealHubTest.programs = options.programs.resolve()
    RealHubTest.images = options.images.resolve()
    RealHubTest.board = options.board
    unittest.main(module="__main__", argv=[sys.argv[0], *rest])
