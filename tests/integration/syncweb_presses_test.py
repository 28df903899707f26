#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests that syncweb keeps every press that it has acknowledged, whatever happens to it or to its disk.

Usage: island syncweb_presses_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs under tests/integration/island, so that its port is free and it can mount small disks.
"""

import contextlib
import csv
import http.client
import json
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
PATIENCE_S = 60
PORT = 18080
KILLS = 20
START_S = 1_770_091_506  # 2026-02-03T04:05:06Z


def rfc3339(unix_ms):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(unix_ms // 1000)) + f".{unix_ms % 1000:03}Z"


class Device:
    """A button: it sends each press until that is acknowledged, on one connection as long as it lasts."""

    def __init__(self, name, is_older):
        self.name = name
        self.is_older = is_older
        self.acknowledged = []  # Unix times in ms
        self.unexpected = []
        self.connection = None

    def request(self, number, unix_ms):
        if self.is_older:
            return ("GET", f"/btn?msec={unix_ms}&sender={self.name}&prevdur=3&ip=127.0.0.1", None, {})
        body = {
            "sender": self.name,
            "boot": "b1",
            "number": number,
            "time": rfc3339(unix_ms),
            "uncertainty_s": 0.0012,
            "reliable": True,
        }
        return ("POST", "/api/press", json.dumps(body), {"Content-Type": "application/json"})

    def send(self, number, unix_ms):
        """Returns the status and the body, or nothing if there is no answer."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE_S)
            self.connection.request(*self.request(number, unix_ms))
            response = self.connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def press_until(self, stop):
        for number in range(1_000_000):
            unix_ms = START_S * 1000 + number * 2500 + 7
            while True:
                answer = self.send(number, unix_ms)
                if answer is not None and answer[0] == 200:
                    self.acknowledged.append(unix_ms)
                    break
                if answer is not None and answer[0] != 503:
                    self.unexpected.append(answer)
                if stop.is_set():
                    return
                stop.wait(0.005)
            if stop.is_set():
                return


class Presses(unittest.TestCase):
    def device(self, name="button", is_older=False):
        device = Device(name, is_older)
        self.addCleanup(device.close)
        return device

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        # In memory, for the disk of the machine may be busy for others. What a killed process leaves is the same.
        self.mount(self.folder, "mode=755,size=64m")
        self.state = self.folder / "web"

    def mount(self, folder, options):
        folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], check=True)
        self.addCleanup(subprocess.run, ["umount", folder], check=True)

    @contextlib.contextmanager
    def syncweb(self, *options):
        """Runs it until the end of the block, at the latest."""
        command = (
            *(PROGRAMS / "syncweb", "--port", PORT, "--tls-port", 0, "--bind", "127.0.0.1"),
            *("--permit", "127.0.0.0/8", "--control", self.folder / "none", "--state-dir", self.state),
            *("--user", "root"),  # the only one that an island must have
            *options,
        )
        with open(self.folder / "output", "ab") as output, subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        ) as process:
            try:
                self.wait_until_served(process)
                yield process
            finally:
                process.terminate()

    def wait_until_served(self, process):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), timeout=PATIENCE_S):
                return
            self.assertIsNone(process.poll(), self.output())
            self.assertLess(time.monotonic(), deadline, self.output())
            time.sleep(0.005)

    def output(self):
        return (self.folder / "output").read_text(encoding="utf-8")

    def get(self, path):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE_S)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def stored(self):
        """Returns all presses, page by page."""
        presses, last = [], 0
        while True:
            status, body = self.get(f"/api/presses?after={last}")
            self.assertEqual(status, 200, body)
            page = json.loads(body)
            presses += page["presses"]
            if not page["more"]:
                return presses
            last = page["last"]

    def exported(self):
        """Returns the rows of /presses.csv, part by part."""
        rows, path = [], "/presses.csv?after=0"
        while path:
            with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{path}", timeout=PATIENCE_S) as response:
                rows += csv.DictReader(response.read().decode().splitlines())
                link = response.headers["Link"]
            path = link and re.fullmatch('<(.*)>; rel="next"', link)[1]
        return rows


class Killed(Presses):
    def acknowledged(self, devices):
        return sum(len(device.acknowledged) for device in devices)

    def wait_for_acknowledged(self, devices, number):
        deadline = time.monotonic() + PATIENCE_S
        while self.acknowledged(devices) < number:
            self.assertLess(time.monotonic(), deadline, self.output())
            time.sleep(0.005)

    def test_every_acknowledged_press_is_there_exactly_once(self):
        seed = random.randrange(2**32)
        chance = random.Random(seed)
        devices = [self.device(f"button-{i}", is_older=i == 3) for i in range(4)]
        stop = threading.Event()
        threads = [threading.Thread(target=device.press_until, args=(stop,)) for device in devices]
        try:
            for kill in range(KILLS):
                with self.syncweb() as process:
                    if kill == 0:
                        for thread in threads:
                            thread.start()
                    if kill % 2 == 1:  # after some presses; otherwise at any instant, also while it starts
                        self.wait_for_acknowledged(devices, kill + 2)
                    time.sleep(chance.uniform(0, 0.3))
                    process.send_signal(signal.SIGKILL)
                    process.wait()
            with self.syncweb():
                stop.set()
                for thread in threads:
                    thread.join(PATIENCE_S)
                presses = self.stored()
                rows = self.exported()
        finally:
            stop.set()

        self.assertEqual([press["id"] for press in presses], list(range(1, len(presses) + 1)))
        self.assertGreater(self.acknowledged(devices), KILLS, "hardly any press came through between the kills")
        for device in devices:
            self.assertEqual(device.unexpected, [], f"seed {seed}")
            found = [round(press["unix"] * 1000) for press in presses if press["sender"] == device.name]
            self.assertEqual(len(found), len(set(found)), f"{device.name}: a press is there twice; seed {seed}")
            lost = set(device.acknowledged) - set(found)
            self.assertEqual(lost, set(), f"{device.name}: acknowledged and lost; seed {seed}")
            # The last may have been stored without its acknowledgement having arrived.
            self.assertLessEqual(len(found), len(device.acknowledged) + 1)
        self.assertEqual(len(rows), len(presses))
        self.assertNotIn("damaged", self.output())


class Disk(Presses):
    def test_a_full_disk_is_one_message_and_devices_are_told_to_try_again(self):
        self.mount(self.state, "mode=755,size=400k")
        filler = self.state / "filler"
        device = self.device()
        with self.syncweb():
            self.assertEqual(device.send(0, START_S * 1000)[0], 200)
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while file.write(b"x" * 1000):
                    pass
            number = 1
            while (answer := device.send(number, START_S * 1000 + number))[0] == 200:
                number += 1
            for _ in range(3):
                answer = device.send(number, START_S * 1000 + number)
                self.assertEqual((answer[0], json.loads(answer[1])["error"]), (503, "disk-full"))
            self.assertEqual(len(self.stored()), number)
            filler.unlink()
            answer = device.send(number, START_S * 1000 + number)
            self.assertEqual((answer[0], json.loads(answer[1])["duplicate"]), (200, False))
        self.assertEqual(self.output().count("presses.db"), 1, self.output())

    def test_a_disk_that_cannot_be_written_is_one_message_and_time_is_still_served(self):
        self.mount(self.state, "mode=755,ro")
        device = self.device(is_older=True)
        with self.syncweb():
            for _ in range(3):
                answer = device.send(0, START_S * 1000)
                self.assertEqual((answer[0], json.loads(answer[1])["error"]), (503, "no-store"))
            self.assertEqual(json.loads(self.get("/time")[1])["error"], "unsynchronised")
        self.assertEqual(self.output().count("Read-only file system"), 1, self.output())

    def test_a_damaged_file_is_kept_and_a_new_one_begun(self):
        self.mount(self.state, "mode=755,size=2m")
        with self.syncweb():
            self.assertEqual(self.get("/api/presses")[0], 200)  # it has opened them
        database = self.state / "presses.db"
        database.write_bytes(b"x" * 8192)
        device = self.device()
        with self.syncweb():
            self.assertEqual(device.send(0, START_S * 1000)[0], 200)
            self.assertEqual(len(self.stored()), 1)
        self.assertEqual((self.state / "presses-damaged-1.db").read_bytes(), b"x" * 8192)
        self.assertIn("presses-damaged-1.db", self.output())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
