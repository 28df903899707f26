#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests whom syncweb becomes when root starts it, in which folder it keeps its state, and that it says so.

Usage: island syncweb_state_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs on an island, as peers_test.py does, whose /var/lib is empty at first.
"""

import contextlib
import json
import pathlib
import pwd
import shutil
import subprocess
import sys
import unittest
import urllib.request

import peers_test as peers

SYSTEM_FOLDERS = pathlib.Path("/var/lib")
NOBODY = 65534
PORT = 18080


def has_user(name):
    with contextlib.suppress(KeyError):
        pwd.getpwnam(name)
        return True
    return False


def ask(path, body=None):
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", content, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=peers.PATIENCE_S) as response:
        return response.status


def send_press(number=1):
    time = f"2026-02-03T04:05:0{number}Z"
    return ask("/api/press", {"sender": "b", "number": number, "time": time, "uncertainty_s": 0.001, "reliable": True})


def owners_in(folder):
    return {path.name: path.stat().st_uid for path in (folder, *folder.iterdir())}


class StartedByRoot(peers.Peers):
    def setUp(self):
        super().setUp()
        if not peers.can_become_others():
            self.skipTest("needs root, to become somebody else")
        if has_user("isletime-web") or has_user("isletime"):
            self.skipTest("needs a machine without the users of an installed isletime")
        self.folder.chmod(0o755)
        for name in ("isletime", "isletime-web"):
            self.addCleanup(shutil.rmtree, SYSTEM_FOLDERS / name, ignore_errors=True)

    @contextlib.contextmanager
    def program(self, name, *options):
        """Runs it until the end of the block; its output is in the folder then."""
        said = self.folder / f"{name}.output"
        command = (peers.PROGRAMS / name, "--bind", "127.0.0.1", *options)
        with said.open("wb") as output, subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        ) as process:
            try:
                peers.wait_until(lambda: b"serving" in said.read_bytes() or process.poll() is not None)
                self.assertIsNone(process.poll(), said.read_text(encoding="utf-8"))
                yield process
            finally:
                process.terminate()

    @contextlib.contextmanager
    def syncweb(self, *options, tls_port=0):
        with self.program("syncweb", "--port", PORT, "--tls-port", tls_port, *options):
            self.assertEqual(ask("/api/timesync/status"), 200)  # it has said all that it says at its start
            yield

    def sntpd(self):
        return self.program("sntpd", "--port", 11123, "--no-clock", "--local")

    def said(self, name):
        return (self.folder / f"{name}.output").read_text(encoding="utf-8")

    def test_its_own_folder_leaves_that_of_sntpd_to_sntpd(self):
        with self.syncweb(), self.sntpd():
            self.assertEqual(send_press(), 200)
        self.assertNotIn("remembered", self.said("sntpd"))
        self.assertIn("started", (SYSTEM_FOLDERS / "isletime/activity.jsonl").read_text(encoding="utf-8"))
        self.assertEqual(set(owners_in(SYSTEM_FOLDERS / "isletime-web").values()), {NOBODY})
        self.assertTrue((SYSTEM_FOLDERS / "isletime-web/presses.db").exists())

    def test_says_that_a_folder_of_roots_is_not_for_it(self):
        (SYSTEM_FOLDERS / "isletime-web").mkdir()
        with self.syncweb():
            pass
        self.assertIn(
            "/var/lib/isletime-web: belongs to root, and syncweb could not write there as user 65534: "
            "chown it to that user: nothing is kept there",
            self.said("syncweb"),
        )
        self.assertNotIn("Permission denied", self.said("syncweb"))

    def test_a_folder_that_it_is_given_becomes_its_own_with_what_is_kept(self):
        state = self.folder / "web"
        with self.syncweb("--user", "root", "--state-dir", state, tls_port=18443):
            self.assertEqual(send_press(1), 200)
        self.assertEqual(set(owners_in(state).values()), {0})
        with self.syncweb("--state-dir", state, tls_port=18443):
            self.assertEqual(send_press(2), 200)
        self.assertEqual(set(owners_in(state).values()), {NOBODY})
        self.assertNotIn("denied", self.said("syncweb"))

    def test_a_folder_that_holds_anything_else_is_not_taken_from_root(self):
        state = self.folder / "web"
        state.mkdir()
        (state / "precious").touch()
        with self.syncweb("--state-dir", state):
            pass
        self.assertEqual(owners_in(state), {"web": 0, "precious": 0})
        self.assertIn(f"{state}: belongs to root, and syncweb cannot write there as user 65534", self.said("syncweb"))

    def test_as_nobody_it_says_that_it_may_not_feed_and_how_to_make_its_user(self):
        with self.syncweb():
            pass
        said = self.said("syncweb")
        self.assertIn("runs as nobody, who may not feed sntpd: there is no user isletime-web: make one", said)
        self.assertIn("groupadd --system isletime-feed && useradd --system --groups isletime-feed isletime-web", said)

    def test_says_once_that_no_sntpd_answers_and_once_that_one_does(self):
        with self.syncweb():
            peers.wait_until(lambda: "no sntpd answers" in self.said("syncweb"))
            with self.sntpd():
                peers.wait_until(lambda: ": sntpd answers at /run/isletime/sntpd.sock" in self.said("syncweb"))
            peers.wait_until(lambda: self.said("syncweb").count("no sntpd answers") == 2)
        self.assertEqual(self.said("syncweb").count("sntpd answers at"), 3, self.said("syncweb"))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
