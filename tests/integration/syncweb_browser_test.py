#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests the web page in Chromium, with the real syncweb and sntpd.

Usage: island syncweb_browser_test.py FOLDER_OF_PROGRAMS [TEST...]
Runs on an island, as hub_test.py does. The browser connects to loopback only. Pictures of the pages are kept
in build/screenshots.
"""

import contextlib
import datetime
import http.client
import json
import os
import signal
import subprocess
import time
import unittest

import hub_test as hubs
import networks
import webdriver

PORT = 8080
SITE = f"http://127.0.0.1:{PORT}"
DRIVER_PORT = 9515
# The largest error of a hub that a phone has set over loopback.
TOLERANCE_S = 0.010
AXE = hubs.ROOT / "build/axe/package/axe.min.js"
PICTURES = hubs.ROOT / "build/screenshots"
PARTS = hubs.ROOT / "tests/syncweb/pages/parts_test.js"
PHONE = (390, 844)
DESKTOP = (1280, 900)

# Makes a page believe that the phone's clock is off, from before its first script runs.
WRONG_CLOCK = """
const RightDate = Date;
const now = () => RightDate.now() + %d;
globalThis.Date = class extends RightDate {
  constructor(...words) { super(...(words.length ? words : [now()])); }
  static now() { return now(); }
};
"""


class Web(hubs.Hub):
    """Runs a hub, its web page and a browser."""

    def setUp(self):
        super().setUp()
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)

    def start_hub(self, *options):
        self.stack.enter_context(self.hub(*options))
        self.ask("status")

    def start_reliable_hub(self):
        self.start_hub()
        now = datetime.datetime.now(datetime.timezone.utc).isoformat()
        self.ask("--uncertainty", "0.01", "set", now)

    def syncweb(self, *options):
        words = (hubs.PROGRAMS / "syncweb", "--port", PORT, "--tls-port", 0, "--control", self.control)
        places = () if "--permit" in options else ("--permit", "127.0.0.0/8")
        automatic = () if "--automatic" in options else ("--automatic", "192.0.2.1")
        state = ("--state-dir", self.folder / "web")
        # Only root and a group that is not here may feed this sntpd.
        return self.running(*words, "--user", "root", *state, *places, *automatic, *options)

    def start_web(self, *options):
        self.stack.enter_context(self.syncweb(*options))
        self.wait_until_served()

    def wait_until_served(self):
        """Waits until syncweb answers and has heard sntpd."""
        deadline = time.monotonic() + webdriver.PATIENCE_S
        while True:
            with contextlib.suppress(OSError, KeyError, ValueError):
                if self.get("/api/state")["status"] is not None:
                    return
            self.assertLess(time.monotonic(), deadline, self.output())
            time.sleep(0.02)

    def get(self, path):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)) as connection:
            connection.request("GET", path)
            return json.load(connection.getresponse())

    def start_browser(self, ahead_ms=0, **options):
        if not hasattr(self, "browsers"):
            self.browsers = self.stack.enter_context(webdriver.driver(DRIVER_PORT))
        browser = self.browsers(**options)
        browser.set_window(*PHONE)
        if ahead_ms:
            browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=WRONG_CLOCK % ahead_ms)
        return browser

    def assert_is_ahead(self, expected_s):
        """Checks how far the served time is ahead of this machine's."""
        self.assertAlmostEqual(self.ask("status")["ahead_s"], expected_s, delta=TOLERANCE_S)
        self.assertAlmostEqual(self.served()["offset_s"], expected_s, delta=TOLERANCE_S)

    def assert_page_is_right(self, browser):
        """Checks the shown time, which is behind by a tenth at most, against the hub's."""
        ahead_ms = self.ask("status")["ahead_s"] * 1000
        shown = browser.run(
            "const right = globalThis.RightDate ?? Date;"
            "return [document.getElementById('utc').textContent, document.getElementById('time').textContent,"
            " document.getElementById('tenth').textContent, Date.now()]"
        )
        wall_ms = shown[3] - getattr(browser, "ahead_ms", 0)
        second = float(shown[1].rpartition(":")[2]) + float(shown[2])
        behind_s = ((wall_ms + ahead_ms) / 1000 - second) % 60
        self.assertLess((behind_s + 0.02) % 60, 0.02 + 0.1 + 0.05, shown)


class Syncing(Web):
    def test_a_phone_that_is_off_sets_the_hub_by_hand(self):
        self.start_hub()
        self.start_web()
        phone = self.start_browser(ahead_ms=3217)
        phone.ahead_ms = 3217
        phone.open(SITE)
        phone.wait_for_text("#state", "Not set")
        self.assertFalse(phone.is_shown("#when"), "no time is shown as right")
        phone.wait_for_text("#difference", "This phone says")
        phone.click("#sync")
        phone.wait_for_text("#result", "The hub took the time of this phone")
        phone.wait_for_text("#state", "Reliable")
        phone.wait_for_text("#difference", "agree within")
        self.assertIn("hand, from 127.0.0.1", phone.text("#quality"))
        self.assert_is_ahead(3.217)
        self.assert_page_is_right(phone)
        self.assertEqual(self.ask("status")["source"], "manual:127.0.0.1")

    def test_where_the_hub_lets_phones_do_it_one_sets_it_unasked(self):
        self.start_hub()
        self.start_web("--automatic", "127.0.0.0/8")
        phone = self.start_browser(ahead_ms=3217)
        phone.open(SITE)
        phone.wait_for_text("#result", "by itself")
        phone.wait_for_text("#state", "Reliable")
        self.assertEqual(self.ask("status")["source"], "phone:127.0.0.1")
        self.assert_is_ahead(3.217)

    def test_a_step_of_more_than_a_day_is_shown_first(self):
        self.start_hub()
        self.start_web()
        ahead_s = -400 * 86400
        phone = self.start_browser(ahead_ms=ahead_s * 1000)
        phone.open(SITE)
        phone.wait_for_text("#difference", "This phone says")
        phone.click("#sync")
        phone.wait_for_text("dialog", "Set the hub to this time?")
        dialogue = phone.text("dialog")
        for year in (time.gmtime().tm_year, time.gmtime(time.time() + ahead_s).tm_year):
            self.assertIn(str(year), dialogue, "both times are shown")
        phone.click("dialog button.quiet")
        phone.wait_for_text("#result", "left as it was")
        self.assertFalse(self.ask("status")["synchronised"])
        phone.click("#sync")
        phone.wait_for_text("dialog", "400 days apart")
        phone.click("dialog button:not(.quiet)")
        phone.wait_for_text("#result", "The hub took the time of this phone")
        self.assert_is_ahead(ahead_s)

    def test_a_page_from_where_nothing_may_be_set_offers_no_button(self):
        self.start_reliable_hub()
        self.start_web("--permit", "192.0.2.1")
        phone = self.start_browser()
        phone.open(SITE)
        phone.wait_for_text("#no-right", "can be read, but not set")
        phone.wait_for_text("#difference", "agree within")
        self.assertFalse(phone.is_shown("#sync"))


class Placing(Web):
    BERLIN = {"latitude": 52.51628, "longitude": 13.37771, "accuracy": 8}

    def phone(self, setting):
        phone = self.start_browser()
        phone.devtools("Browser.setPermission", permission={"name": "geolocation"}, setting=setting)
        phone.devtools("Emulation.setGeolocationOverride", **self.BERLIN)
        phone.open(SITE)
        phone.wait_for_text("#place", "does not know where it is")
        phone.click("#place button")
        return phone

    def test_the_place_is_stored_if_the_person_agrees(self):
        self.start_reliable_hub()
        self.start_web()
        phone = self.phone("granted")
        phone.wait_for_text("#place", "52.51628° N, 13.37771° E, to within 8 m")
        place = self.get("/api/place")
        self.assertEqual((place["latitude"], place["longitude"], place["accuracy_m"]), (52.51628, 13.37771, 8))

    def test_nothing_is_stored_if_the_person_does_not(self):
        self.start_reliable_hub()
        self.start_web()
        phone = self.phone("denied")
        phone.wait_for_text("#place", "it was not allowed to")
        self.assertIsNone(self.get("/api/state")["settings"]["place"])

    def test_without_https_the_page_says_why_it_cannot(self):
        networks.add_pair("isle0", "10.1.0.1/24")
        self.addCleanup(lambda: networks.delete_pair("isle0"))
        self.start_reliable_hub()
        self.start_web("--permit", "10.1.0.1")
        phone = self.start_browser()
        phone.open(f"http://10.1.0.1:{PORT}")
        phone.wait_for_text("#place", "Browsers tell a phone’s place only to pages that came by HTTPS")


class Views(Web):
    def test_without_javascript_the_server_shows_the_state(self):
        self.start_reliable_hub()
        self.start_web()
        browser = self.start_browser()
        browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
        browser.open(SITE)
        deadline = time.monotonic() + webdriver.PATIENCE_S
        while True:
            root = browser.devtools("DOM.getDocument")["root"]
            html = browser.devtools("DOM.getOuterHTML", nodeId=root["nodeId"])["outerHTML"]
            if root["documentURL"] == f"{SITE}/plain" and "Reliable" in html:
                break
            self.assertLess(time.monotonic(), deadline, html)
        self.assertRegex(html, r'<p class="clock">\d\d:\d\d:\d\d</p>')
        self.assertIn("Time sources", html)

    def test_the_parts_that_compute_are_right(self):
        self.start_reliable_hub()
        self.start_web()
        browser = self.start_browser()
        browser.open(SITE)
        script = PARTS.read_text(encoding="utf-8")
        self.assertEqual(browser.run(f"return (async () => {{ {script} }})()"), [])

    def test_the_browser_has_nothing_to_complain_of(self):
        self.start_reliable_hub()
        self.start_web()
        browser = self.start_browser()
        for path, selector in (("/", "#sources .rows"), ("/presses", "#presses p"), ("/plain", ".clock")):
            browser.open(SITE + path)
            browser.wait_for(path, lambda selector=selector: browser.is_shown(selector))
        complaints = [one for one in browser.errors() if "Password forms should have" not in one]
        self.assertEqual(complaints, [])


class Reconnecting(Web):
    def test_the_page_goes_on_after_its_server_was_started_again(self):
        self.start_reliable_hub()
        with self.syncweb():
            self.wait_until_served()
            browser = self.start_browser()
            browser.open(SITE)
            browser.wait_for_text("#state", "Reliable")
            browser.run("document.title = 'still the same page'")
        self.start_web()
        self.ask("set", "2030-01-02T03:04:05Z")
        browser.wait_for_text("#activity", "set by hand")
        self.assertEqual(browser.run("return document.title"), "still the same page")

    def test_a_stream_that_falls_silent_is_noticed_and_replaced(self):
        self.start_reliable_hub()
        self.start_web()
        browser = self.start_browser()
        browser.open(SITE)
        browser.wait_for_text("#state", "Reliable")
        (process,) = self.processes("syncweb")
        os.kill(process, signal.SIGSTOP)
        try:
            browser.wait_for_text("#state", "The hub is away")
            self.assertIn("Nothing has been heard of the hub since", browser.text("#quality"))
        finally:
            os.kill(process, signal.SIGCONT)
        browser.wait_for_text("#state", "Reliable")

    def processes(self, name):
        """Returns those on this island that run a program."""
        found = []
        for line in subprocess.run(["ps", "-eo", "pid=,comm="], capture_output=True, text=True, check=True).stdout.splitlines():
            number, command = line.split(None, 1)
            with contextlib.suppress(OSError):
                if command == name and os.readlink(f"/proc/{number}/ns/net") == os.readlink("/proc/self/ns/net"):
                    found.append(int(number))
        return found

    def test_without_streams_the_page_polls(self):
        self.start_reliable_hub()
        self.start_web()
        browser = self.start_browser()
        browser.devtools("Network.enable")
        browser.devtools("Network.setBlockedURLs", urls=["*/api/events?*"])
        browser.open(SITE)
        browser.wait_for_text("#state", "Reliable")
        self.ask("set", "2030-01-02T03:04:05Z")
        browser.wait_for_text("#activity", "set by hand")


class Looks(Web):
    """Pictures for people, and what axe-core finds for those who do not see them."""

    def pages(self):
        self.start_reliable_hub()
        self.start_web()
        browser = self.start_browser()
        for name, path, selector in (
            ("time", "/", "#difference"),
            ("presses", "/presses", "#presses p"),
            ("plain", "/plain?still", ".clock"),
        ):
            browser.open(SITE + path)
            browser.wait_for(path, lambda selector=selector: browser.is_shown(selector))
            yield name, browser

    def test_pictures(self):
        PICTURES.mkdir(parents=True, exist_ok=True)
        for name, browser in self.pages():
            for width, height in (PHONE, DESKTOP):
                for is_dark in (False, True):
                    browser.set_window(width, height, is_dark)
                    path = PICTURES / f"{name}-{width}-{'dark' if is_dark else 'light'}.png"
                    browser.screenshot(path)
                    with self.subTest(picture=path.name):
                        self.assertGreater(path.stat().st_size, 8000)
                        scrolls = browser.run("return document.documentElement.scrollWidth > innerWidth")
                        self.assertFalse(scrolls, "nothing is wider than the window")

    def test_accessibility(self):
        axe = AXE.read_text(encoding="utf-8")
        for name, browser in self.pages():
            for is_dark in (False, True):
                browser.set_window(*PHONE, is_dark)
                browser.run(axe)
                found = browser.run("return axe.run()")
                with self.subTest(page=name, is_dark=is_dark):
                    self.assertGreater(len(found["passes"]), 10)
                    violations = [
                        (one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]
                    ]
                    self.assertEqual(violations, [])


if __name__ == "__main__":
    unittest.main(argv=[hubs.sys.argv[0], *hubs.sys.argv[2:]])
