#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests that it is the interface on which a phone arrives that decides what its time counts for.

Usage: island syncweb_places_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs on an island, as peers_test.py does: a hub with an access point, ap0, and another network, wlan0, with a
phone on each.
"""

import json
import subprocess
import sys
import time
import unittest

import networks
import peers_test as peers

ACCESS_POINT, ELSEWHERE = "192.168.4.1", "192.168.7.1"


class Places(peers.Peers):
    def setUp(self):
        super().setUp()
        for name, hub, phone in (("ap0", ACCESS_POINT, "192.168.4.17"), ("wlan0", ELSEWHERE, "192.168.7.20")):
            networks.add_pair(name, f"{hub}/24")
            self.addCleanup(networks.delete_pair, name)
            there = networks.far_network(f"{name}p", f"{phone}/24")
            setattr(self, name, self.enterContext(there))
        self.control = self.folder / "control"
        hub = self.enterContext(
            peers.running(peers.PROGRAMS / "sntpd", "--no-clock", "--control", self.control, *self.state("hub"))
        )
        peers.wait_for_line(hub, "serving")
        # Only root and a group that is not here may feed this sntpd.
        web = self.enterContext(
            peers.running(peers.PROGRAMS / "syncweb", "--user", "root", "--tls-port", 0, "--control", self.control,
                          *self.state("web"))
        )  # fmt: skip
        peers.wait_for_line(web, "serving")
        ready = ("curl", "--silent", "--fail", "--retry", 10, f"http://{ACCESS_POINT}/health")
        self.assert_good(peers.run(*ready))  # 503 until it has found the hub

    def state(self, name):
        return "--state-dir", self.folder / name

    def post(self, phone, hub, path, body):
        asked = (*phone, "curl", "--silent", "--json", json.dumps(body), f"http://{hub}{path}")
        return json.loads(subprocess.run(asked, capture_output=True, check=True, timeout=peers.PATIENCE_S).stdout)

    def sync(self, phone, hub, by, ahead_s):
        """Returns the answer to a phone whose clock is ahead of this machine's, and sets how well it can be measured."""
        sent_ms = (time.time() + ahead_s) * 1000
        exchange = self.post(phone, hub, "/api/timesync/exchange", {})
        got_ms = (time.time() + ahead_s) * 1000
        # Half of the round trip, in which a process starts and ends, and a millisecond for what is rounded.
        self.tolerance_s = (got_ms - sent_ms) / 2000 + 0.001
        stamps = {"number": exchange["number"], "t1": sent_ms, "t4": got_ms}
        report = {"session": exchange["session"], "stamps": [stamps], "by": by}
        return self.post(phone, hub, "/api/timesync/client", report)

    def status(self):
        shown = peers.run(peers.PROGRAMS / "sntpctl", "--control", self.control, "--json", "status")
        self.assert_good(shown)
        return json.loads(shown.stdout)

    def test_a_phone_on_the_access_point_sets_the_hub_by_itself(self):
        self.assertEqual(self.sync(self.ap0, ACCESS_POINT, "page", 3.217)["verdict"], "adopt")
        status = self.status()
        self.assertEqual((status["source"], status["kind"]), ("phone:192.168.4.17", "phone-on-access-point"))
        self.assertTrue(status["reliable"])
        self.assertAlmostEqual(status["ahead_s"], 3.217, delta=self.tolerance_s)

    def test_a_phone_elsewhere_may_only_look(self):
        for by, error in (("page", "not-automatic"), ("hand", "not-permitted")):
            self.assertEqual(self.sync(self.wlan0, ELSEWHERE, by, 3.217)["error"], error)
        self.assertFalse(self.status()["synchronised"])
        look = self.sync(self.wlan0, ELSEWHERE, "look", 3.217)
        self.assertAlmostEqual(look["offset_s"], 3.217, delta=self.tolerance_s)

    def test_calling_the_access_points_address_from_elsewhere_is_of_no_use(self):
        subprocess.run([*self.wlan0, "ip", "route", "add", f"{ACCESS_POINT}/32", "via", ELSEWHERE], check=True)
        for by, error in (("page", "not-automatic"), ("hand", "not-permitted")):
            self.assertEqual(self.sync(self.wlan0, ACCESS_POINT, by, 3.217)["error"], error)
        self.assertFalse(self.status()["synchronised"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
