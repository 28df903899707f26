#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the MQTT section of sntpctl(8) with mosquitto, a broker that asks for a password.

Usage: island mqtt_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs on an island, as peers_test.py does, and uses its peers.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import unittest

import peers_test as peers

TOPIC = "syhub/ntp/status"
PASSWORD = "gentle-breeze"


def lines_of_the_page():
    page = (peers.ROOT / "man/sntpctl.8").read_text(encoding="utf-8")
    section = re.search(r"^\.Sh MQTT\n(.*?)^\.Sh ", page, re.M | re.S).group(1)
    return re.findall(r"^\.Dl (.*)$", section, re.M)


class Mosquitto(peers.Peers):
    def setUp(self):
        super().setUp()
        self.following, self.each_minute = lines_of_the_page()
        passwords = self.file("passwords", f"hub:{PASSWORD}")
        self.assert_good(peers.run("mosquitto_passwd", "-U", passwords))
        passwords.chmod(0o644)  # mosquitto reads it as a user of its own
        self.folder.chmod(0o755)
        self.configuration = self.file(
            "mosquitto.conf", "listener 1883 127.0.0.1", "allow_anonymous false", f"password_file {passwords}"
        )
        self.environment = {
            **peers.PEER_ENVIRONMENT,
            "PATH": f"{peers.PROGRAMS}:{peers.PEER_ENVIRONMENT['PATH']}",
            "XDG_CONFIG_HOME": str(self.folder),
        }

    def options(self, password):
        self.file("mosquitto_pub", "-u hub", f"-P {password}")

    @contextlib.contextmanager
    def broker(self):
        with peers.running("mosquitto", "-v", "-c", self.configuration) as process:
            peers.wait_for_line(process, "running")
            yield process

    @contextlib.contextmanager
    def hub(self):
        with peers.running(peers.PROGRAMS / "sntpd", "--no-clock", "--local", "--port", "11123") as process:
            peers.wait_for_line(process, "serving")
            yield

    @contextlib.contextmanager
    def publishing(self, command):
        """Runs a line of the page; its processes are one group, which is stopped whole."""
        with subprocess.Popen(
            command, shell=True, env=self.environment, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:  # fmt: skip
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def subscriber(self, messages):
        return peers.running(
            "mosquitto_sub", "-h", "127.0.0.1", "-u", "hub", "-P", PASSWORD, "-t", TOPIC, "-C", messages
        )

    def assert_publishes(self, command):
        self.options(PASSWORD)
        with self.broker() as broker, self.hub(), self.subscriber(1) as subscriber:
            peers.wait_for_line(broker, "Sending SUBACK")
            with self.publishing(command):
                printed, _ = subscriber.communicate(timeout=peers.PATIENCE_S)
        status = json.loads(printed)
        self.assertEqual(status["reply"], "status")
        self.assertEqual(status["stratum"], 10)
        self.assertFalse(status["reliable"])

    def test_shows_every_change(self):
        self.assert_publishes(self.following)

    def test_shows_the_status_once_a_minute(self):
        self.assert_publishes(self.each_minute)

    def test_refuses_a_wrong_password(self):
        self.options("rough")
        with self.broker(), self.hub(), self.publishing(self.each_minute) as process:
            peers.wait_for_line(process, "not authori")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
