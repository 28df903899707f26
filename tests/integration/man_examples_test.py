#!/usr/bin/env python3
"""Runs the EXAMPLES of the man pages unchanged.

Usage: island man_examples_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs under tests/integration/island, which gets the addresses that the examples name. Each command must
succeed; one that runs until interrupted must have printed something by then, and exit without an error.
"""

import itertools
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
FAKES = PROGRAMS.parent / "tests"
PEERS = ROOT / "build/peers/root"
ADDRESSES = ("192.168.4.1/24", "fd00:4::1/64")
PATIENCE_S = 60


def examples_of(page):
    """Returns the section's commands and, by name, its files: literal blocks that begin with `# NAME`."""
    section = re.search(r"^\.Sh EXAMPLES\n(.*?)^\.Sh ", page.read_text(encoding="utf-8"), re.M | re.S).group(1)
    commands = re.findall(r"^\.Dl (.*)$", section, re.M)
    blocks = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", section, re.M | re.S)
    return commands, {block.split()[1]: block for block in blocks}


class ManExamples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        for address in ADDRESSES:
            subprocess.run(["ip", "address", "add", address, "dev", "lo"], check=True)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.numbers = itertools.count(1)

    def start(self, command):
        """Starts the command. Its output, and that of its children, goes to a file of its own, as do the files that
        it writes."""
        self.output = self.folder / f"output{next(self.numbers)}"
        environment = {
            **os.environ,
            "PATH": f"{PROGRAMS}:{FAKES}:{PEERS}/usr/sbin:{os.environ['PATH']}",
            "XDG_RUNTIME_DIR": str(self.folder),
        }
        with open(self.output, "wb") as output:
            process = subprocess.Popen(
                # The command must not find or control a hub of this machine.
                ["unshare", "--mount", "sh", "-c", f"mount -t tmpfs none /run && exec {command}"],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.addCleanup(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        process.kill()
        process.wait()

    def lines_written(self):
        """Counts the lines of the program that was started last, and of the files that programs wrote."""
        files = [path for path in self.folder.iterdir() if path.is_file() and path.suffix != ".toml"]
        files = [path for path in files if path == self.output or not path.name.startswith("output")]
        return sum(path.read_bytes().count(b"\n") for path in files)

    def wait_until(self, is_reached, process):
        deadline = time.monotonic() + PATIENCE_S
        while not is_reached() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertIsNone(process.poll(), self.output.read_text())
        self.assertTrue(is_reached(), self.output.read_text())

    def wait_for_lines(self, process, count):
        self.wait_until(lambda: self.lines_written() >= count, process)

    def wait_until_served(self, process):
        self.wait_until(lambda: "serving" in self.output.read_text(), process)

    def assert_works(self, command):
        process = self.start(command)
        # It serves, or there are so many lines: a header and a sample; two past events; an event.
        if command.startswith("sntpd"):
            self.wait_until_served(process)
            process.send_signal(signal.SIGINT)
        for beginning in ("ntpprobe --monitor", "sntpctl --follow", "curl --no-buffer"):
            if command.startswith(beginning):
                self.wait_for_lines(process, 2)
                process.send_signal(signal.SIGINT)
        status = process.wait(PATIENCE_S)
        if command.startswith("curl --no-buffer"):
            status += signal.SIGINT  # curl does not catch it
        self.assertEqual(status, 0, f"{command}\n{self.output.read_text()}")

    def test_sntpd(self):
        commands, files = examples_of(ROOT / "man/sntpd.8")
        self.assertGreater(len(commands), 3)
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        for command in commands:
            with self.subTest(command=command):
                self.assert_works(command)

    def test_ntpprobe(self):
        commands, _ = examples_of(ROOT / "man/ntpprobe.1")
        self.assertGreater(len(commands), 3)
        hub = self.start("sntpd --local")
        self.wait_until_served(hub)
        for command in commands:
            with self.subTest(command=command):
                self.assert_works(command)

    def test_sntpctl(self):
        commands, _ = examples_of(ROOT / "man/sntpctl.8")
        self.assertGreater(len(commands), 3)
        hub = self.start("sntpd --local")
        self.wait_until_served(hub)
        daemon = self.start(f"canned_sntpd {self.folder}/isletime/sntpd.sock")
        self.wait_for_lines(daemon, 1)
        for command in commands:
            if "driftlog" in command:
                self.log_clocks()
            with self.subTest(command=command):
                self.assert_works(command)

    def log_clocks(self):
        """Writes records of a hub and a camera as driftlog would on a machine whose clock is not corrected."""
        run = [PROGRAMS / "driftlog", "simulate", "-d", "7d", "-i", "10m"]
        rows = subprocess.run(run, capture_output=True, text=True, check=True).stdout
        camera = rows.split("\n", maxsplit=1)[1].replace("simulated:clock", "ccapi:https://192.168.4.9")
        hub = rows.replace("simulated:clock", "ntp:192.168.4.1")
        (self.folder / "run.csv").write_text(hub, encoding="utf-8")
        (self.folder / "rtc.csv").write_text(rows.replace("simulated:clock", "rtc:/dev/i2c-1"), encoding="utf-8")
        (self.folder / "both.csv").write_text(hub + camera, encoding="utf-8")

    def test_syncweb(self):
        """Its examples stand with the requests that they show, in all sections."""
        commands = re.findall(r"^\.Dl (.*)$", (ROOT / "man/syncweb.8").read_text(encoding="utf-8"), re.M)
        commands = [command for command in commands if command.startswith(("curl", "htpdate"))]
        self.assertGreater(len(commands), 20)
        hub = self.start(f"sntpd --no-clock --local --control {self.folder}/isletime/sntpd.sock")
        self.wait_until_served(hub)
        page = self.start(f"syncweb --user root --permit 192.168.4.0/24 --state-dir {self.folder}/web")
        self.wait_for_lines(page, 2)
        self.assert_works("curl --silent --retry 10 http://192.168.4.1/health")  # 503 until it has found the hub
        for command in commands:
            with self.subTest(command=command):
                self.assert_works(command)

    def test_rtcset(self):
        """No battery clock may be set here, so the test only checks that every command line is understood."""
        commands, _ = examples_of(ROOT / "man/rtcset.8")
        self.assertGreater(len(commands), 3)
        for command in commands:
            with self.subTest(command=command):
                ours = next(part for part in command.split(" | ") if part.startswith("rtcset"))
                words = ours.replace("rtcset", f"{PROGRAMS}/rtcset --dry-run", 1).split()
                run = subprocess.run(words, input='{"drift_ppm":1.5}', capture_output=True, text=True,
                                     timeout=PATIENCE_S, check=False)
                self.assertIn(run.returncode, (0, 1, 3), run.stderr)

    def test_driftlog(self):
        """There is no battery clock, camera or other machine, so the test only checks that they are understood."""
        commands, _ = examples_of(ROOT / "man/driftlog.1")
        self.assertGreater(len(commands), 3)
        self.log_clocks()
        for command in commands:
            with self.subTest(command=command):
                if re.match("driftlog (fit|plot|simulate) ", command):
                    self.assert_works(command.split(" | rtcset")[0])
                    continue
                words = shlex.split(command.split(" >")[0].replace(" -d 2d", ""))
                run = subprocess.run([PROGRAMS / words[0], "-d", "0", "-t", "1", *words[1:]], capture_output=True,
                                     text=True, timeout=PATIENCE_S, check=False, cwd=self.folder)
                self.assertIn(run.returncode, (0, 1, 3), run.stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
