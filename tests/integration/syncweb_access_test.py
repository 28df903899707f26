#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests by curl and bare sockets who may do what on syncweb: the PIN, pages of other sites, names that are not
the hub's, its own certificate, and the captive portal, each over restarts.

Usage: island syncweb_access_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs under tests/integration/island, so ports 80 and 443 are free and nobody is disturbed.
"""

import contextlib
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import networks

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
PATIENCE_S = 60
HUB = "127.0.0.1"
FORM = "application/x-www-form-urlencoded"
# An island of somebody who is not root has no other user than root.
USER = ("--user", "isletime") if pathlib.Path("/run/passwd").exists() else ()
OWNER = 0 if USER else 65534


class Reply:
    """The status, the fields (in lower case) and the body of a response."""

    def __init__(self, text):
        head, _, self.body = text.partition("\r\n\r\n")
        lines = head.split("\r\n")
        self.status = int(lines[0].split()[1])
        fields = [line.partition(": ") for line in lines[1:]]
        self.fields = {name.lower(): value for name, _, value in fields}

    def __getitem__(self, name):
        return self.fields.get(name, "")


class Web(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        self.state = self.folder / "state"
        self.messages = ""

    @contextlib.contextmanager
    def running(self, *options):
        """Yields when it serves; its messages are in self.log."""
        command = [PROGRAMS / "syncweb", "--control", self.folder / "none", *USER, *options]
        if "--state-dir" not in options:
            command += ["--state-dir", self.state]
        with subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                self.messages = self.read_until_it_serves(process)
                yield process
            finally:
                process.terminate()

    def read_until_it_serves(self, process):
        """The messages until the last port serves: that of HTTPS, of IPv6 if there are two."""
        last = "serving https://127" if "--bind" in process.args else "serving https://[::]"
        messages = ""
        while last not in messages:
            line = process.stderr.readline()
            self.assertTrue(line, f"it ends: {messages}")
            messages += line
        return messages

    def local(self, *options):
        return self.running("--bind", HUB, *options)

    def curl(self, *words, prefix=()):
        command = [*prefix, "curl", "--silent", "--show-error", "--include", "--max-time", str(PATIENCE_S), *words]
        done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return Reply(done.stdout.decode())

    def raw(self, request):
        """The status of the response to these bytes."""
        with socket.create_connection((HUB, 80), PATIENCE_S) as connection:
            connection.sendall(request)
            with connection.makefile("rb") as reader:
                return int(reader.readline().split()[1])


class Pin(Web):
    PIN = "31415926"

    def setUp(self):
        super().setUp()
        self.file = self.folder / "pin"
        made = subprocess.run(
            [PROGRAMS / "syncweb", "--make-pin"], input=self.PIN + "\n", capture_output=True, text=True, check=True
        )
        self.assertNotIn(self.PIN, made.stdout)
        self.file.write_text(made.stdout, encoding="utf-8")
        self.file.chmod(0o600)

    def log_in(self, pin, *options):
        return self.curl("--data-urlencode", f"pin={pin}", "--data", "next=/presses", *options, f"http://{HUB}/login")

    def reset(self, cookie):
        cookies = ("--cookie", cookie) if cookie else ()
        return self.curl("--json", "{}", *cookies, f"http://{HUB}/api/presses/reset").status

    def test_a_change_needs_it_until_logged_out_or_restarted(self):
        with self.local("--pin-file", self.file):
            self.assertEqual(self.reset(""), 403)
            reply = self.log_in(self.PIN)
            self.assertEqual((reply.status, reply["location"]), (303, "/presses"))
            cookie = reply["set-cookie"].partition(";")[0]
            self.assertIn("HttpOnly; SameSite=Strict", reply["set-cookie"])
            self.assertEqual(self.reset(cookie), 200)
            self.assertEqual(self.reset(cookie[:-1] + "x"), 403)
            self.curl("--cookie", cookie, "--header", f"Content-Type: {FORM}", "--data", "", f"http://{HUB}/logout")
            self.assertEqual(self.reset(cookie), 403)
        with self.local("--pin-file", self.file):
            self.assertEqual(self.reset(cookie), 403)

    def test_wrong_ones_are_limited_by_address_and_in_all(self):
        with self.local("--pin-file", self.file):
            refused = 0
            deadline = time.monotonic() + PATIENCE_S
            while refused < 5:
                reply = self.log_in("00000000")
                refused += reply.status == 403
                self.assertIn(reply.status, (403, 429))
                self.assertLess(time.monotonic(), deadline)
            reply = self.log_in(self.PIN)
            self.assertEqual(reply.status, 429, "even the right one")
            self.assertGreater(int(reply["retry-after"]), 1)
            self.assertEqual(self.curl(f"http://{HUB}/login").status, 200, "it still answers")

    def test_over_tls_the_cookie_is_of_tls_alone(self):
        with self.local("--pin-file", self.file):
            certificate = ("--cacert", self.state / "certificate.pem")
            reply = self.curl(*certificate, "--data", f"pin={self.PIN}", f"https://{HUB}/login")
            cookie = reply["set-cookie"]
            self.assertTrue(cookie.startswith("__Host-isletime=") and cookie.endswith("; Secure"), cookie)
            self.assertEqual(self.reset(cookie.partition(";")[0]), 403, "over plain HTTP")

    def test_a_file_that_others_may_read_is_refused_at_the_start(self):
        self.file.chmod(0o644)
        command = [PROGRAMS / "syncweb", "--port", "0", "--pin-file", self.file, "--state-dir", self.state, *USER]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn(str(self.file), done.stderr)


class Names(Web):
    def test_another_sites_page_may_post_nothing(self):
        post = ("--header", f"Content-Type: {FORM}", "--data", "", f"http://{HUB}/logout")
        with self.local():
            self.assertEqual(self.curl(*post).status, 303, "a device sends no Origin")
            self.assertEqual(self.curl("--header", f"Origin: http://{HUB}", *post).status, 303)
            for origin in ("http://evil.test", "null", f"https://{HUB}", f"http://{HUB}:8080"):
                self.assertEqual(self.curl("--header", f"Origin: {origin}", *post).status, 403, origin)
            self.assertEqual(self.curl("--header", "Sec-Fetch-Site: cross-site", *post).status, 403)
            plain = ("--header", "Content-Type: text/plain", "--data", "{}", f"http://{HUB}/logout")
            self.assertEqual(self.curl(*plain).status, 415)

    def test_a_name_that_is_not_the_hubs_is_misdirected(self):
        with self.local("--name", "time.example.org"):
            for name in (HUB, "localhost", "time.example.org", socket.gethostname() + ".local"):
                self.assertEqual(self.curl("--header", f"Host: {name}", f"http://{HUB}/login").status, 303, name)
            for name in ("evil.test", "127.0.0.2", f"{HUB}:8080", "localhost.evil.test"):
                self.assertEqual(self.curl("--header", f"Host: {name}", f"http://{HUB}/login").status, 421, name)

    def test_without_one_clear_name_there_is_no_answer(self):
        with self.local():
            for head in (b"", b"Host: \r\n", b"Host: 127.0.0.1\r\nHost: evil.test\r\n", b"Host: 127.0.0.1, evil\r\n"):
                self.assertEqual(self.raw(b"GET /login HTTP/1.1\r\n" + head + b"\r\n"), 400, head)
            self.assertEqual(self.raw(b"GET http://evil.test/login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 421)


class Certificate(Web):
    def shown(self, *words):
        return subprocess.run(
            ["openssl", "x509", "-noout", "-in", self.state / "certificate.pem", *words],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def test_is_made_once_and_names_the_hub(self):
        certificate = ("--cacert", self.state / "certificate.pem")
        with self.local("--name", "time.example.org"):
            self.assertEqual(self.curl(*certificate, f"https://{HUB}/login").status, 303)
            self.assertEqual(self.curl(*certificate, "https://localhost/login").status, 303)
            named = ("--resolve", f"time.example.org:443:{HUB}", "https://time.example.org/login")
            self.assertEqual(self.curl(*certificate, *named).status, 303)
            first = self.shown("-fingerprint", "-sha256")
            status = (self.state / "certificate.pem").stat()
            self.assertEqual(status.st_mode & 0o7777, 0o600)
            self.assertEqual(status.st_uid, OWNER)
        with self.local("--name", "time.example.org"):
            self.assertEqual(self.curl(*certificate, f"https://{HUB}/login").status, 303)
        self.assertEqual(self.shown("-fingerprint", "-sha256"), first)

    def test_gets_the_address_of_a_new_interface_and_keeps_it(self):
        with self.local():
            first = self.shown("-fingerprint")
        networks.add_pair("ap0", "192.168.4.1/24")
        self.addCleanup(networks.delete_pair, "ap0")
        with self.local():
            second = self.shown("-fingerprint")
            self.assertNotEqual(second, first)
            self.assertIn("IP Address:192.168.4.1", self.shown("-ext", "subjectAltName"))
        networks.delete_pair("ap0")
        with self.local():
            self.assertEqual(self.shown("-fingerprint"), second, "interfaces come and go")

    def test_torn_by_a_crash_is_replaced(self):
        with self.local():
            pass
        file = self.state / "certificate.pem"
        file.write_bytes(file.read_bytes()[:400])
        with self.local():
            self.assertIn("new certificate: the file of the old one is broken", self.messages)
            self.assertEqual(self.curl("--cacert", file, f"https://{HUB}/login").status, 303)

    def test_serves_though_it_cannot_be_kept(self):
        for options in ("nr_inodes=1", "ro"):
            with self.subTest(options=options):
                state = self.folder / options
                state.mkdir()
                mount = ["mount", "-t", "tmpfs", "-o", f"mode=755,uid={OWNER},{options}", "none", state]
                subprocess.run(mount, check=True)
                self.addCleanup(subprocess.run, ["umount", state], check=True)
                with self.local("--state-dir", state):
                    self.assertEqual(self.curl("--insecure", f"https://{HUB}/login").status, 303)
                    self.assertIn(str(state / "certificate.pem"), self.messages)


class Portal(Web):
    ADDRESS = "192.168.4.1"
    WISHES = {
        "captive.apple.com/hotspot-detect.html": (200, "Success"),
        "connectivitycheck.gstatic.com/generate_204": (204, ""),
        "www.msftconnecttest.com/connecttest.txt": (200, "Microsoft Connect Test"),
        "detectportal.firefox.com/success.txt": (200, "success\n"),
        "nmcheck.gnome.org/check_network_status.txt": (200, "NetworkManager is online"),
    }

    @contextlib.contextmanager
    def phones(self):
        """Yields a function that gets a URL from an address on the access point's network."""
        networks.add_pair("ap0", f"{self.ADDRESS}/24")
        self.addCleanup(networks.delete_pair, "ap0")
        with networks.far_network("ap0p", "192.168.4.17/24") as there:
            for last in (18, 19):
                words = ("ip", "address", "add", f"192.168.4.{last}/24", "dev", "ap0p")
                subprocess.run([*there, *words], check=True)

            def get(last, url, *words):
                source = ("--interface", f"192.168.4.{last}", "--connect-to", f"::{self.ADDRESS}:80")
                return self.curl(*source, *words, f"http://{url}", prefix=there)

            yield get

    def assert_led(self, reply):
        self.assertEqual((reply.status, reply["location"]), (302, f"http://{self.ADDRESS}/portal"))

    def test_leads_each_phone_to_the_page_once(self):
        with self.phones() as get:
            self.lead_through_the_portal(get)
            with self.running("--portal"):
                # A restart forgets who has seen the page.
                self.assert_led(get(17, "captive.apple.com/hotspot-detect.html"))

    def lead_through_the_portal(self, get):
        with self.running("--portal"):
            for url in self.WISHES:
                self.assert_led(get(17, url))
            page = get(17, f"{self.ADDRESS}/portal")
            self.assertEqual(page.status, 200)
            self.assertIn(f'<a href="http://{self.ADDRESS}/">', page.body)
            self.assertNotIn("<script", page.body)
            self.assertTrue(get(17, f"{self.ADDRESS}/qr.svg").body.startswith("<svg"))
            self.assert_led(get(17, "captive.apple.com/"))
            self.assertEqual(get(17, f"{self.ADDRESS}/portal/done").status, 200)
            for url, (status, body) in self.WISHES.items():
                reply = get(17, url)
                self.assertEqual(reply.status, status, url)
                self.assertIn(body, reply.body, url)
            self.assert_led(get(18, "captive.apple.com/hotspot-detect.html"))
            self.assert_led(get(17, "example.org/"))
            posted = get(17, "example.org/logout", "--header", f"Content-Type: {FORM}", "--data", "")
            self.assertEqual(posted.status, 421)

    def test_answers_no_foreign_name_without_the_option_or_from_elsewhere(self):
        with self.phones() as get:
            with self.running():
                self.assertEqual(get(17, "captive.apple.com/").status, 421)
            with self.running("--portal", "--automatic", "eth9", "--permit", "lo"):
                self.assertEqual(get(17, "captive.apple.com/").status, 421)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
