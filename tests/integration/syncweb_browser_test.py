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
import re
import signal
import subprocess
import time
import unittest

import hub_test as hubs
import networks
import webdriver

PORT = 8080
TLS_PORT = 8443
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

SLOW_EXCHANGES = """
const fetchIndeed = globalThis.fetch;
globalThis.exchanges = 0;
globalThis.fetch = async (path, ...options) => {
  if (path.endsWith('/exchange')) {
    ++globalThis.exchanges;
    await new Promise((resolve) => setTimeout(resolve, 400));
  }
  return fetchIndeed(path, ...options);
};
"""

# Makes up two hours of history, which the hub itself writes once a minute.
HISTORY = """
const fetchIndeed = globalThis.fetch;
const point = (_, i) => ({unix: Date.now() / 1000 - 60 * (120 - i), offset_s: 0.004 * Math.sin(i / 9), bound_s: 0.012, reliable: true});
globalThis.histories = 0;
globalThis.fetch = (path, ...options) => {
  if (path !== '/api/history') return fetchIndeed(path, ...options);
  ++globalThis.histories;
  return Promise.resolve(Response.json({points: Array.from({length: 120}, point)}));
};
"""

# Makes what sntpd said four minutes older than it is, and lets no news come.
OLD_STATE = """
globalThis.EventSource = class extends EventTarget { close() {} };
const fetchIndeed = globalThis.fetch;
globalThis.fetch = async (path, ...options) => {
  const response = await fetchIndeed(path, ...options);
  if (path !== '/api/state') return response;
  const state = await response.json();
  for (const name of ['status', 'sources', 'clients']) state[`${name}_came_s`] += 240;
  return Response.json(state);
};
"""

# Lets a test pass the time that a page waits for: passTime(ms) moves the page's monotonic clock and runs its timers
# of at least ten seconds that have become due.
PASSED_TIME = """
globalThis.streams = 0;
globalThis.EventSource = class extends EventSource {
  constructor(...words) {
    super(...words);
    ++globalThis.streams;
    globalThis.stream = this;
  }
};
const since = performance.now.bind(performance);
const start = globalThis.setTimeout, stop = globalThis.clearTimeout;
const long = new Map();
let passed = 0;
performance.now = () => since() + passed;
globalThis.setTimeout = (work, ms) => {
  const timer = start(() => { long.delete(timer); work(); }, ms);
  if (ms >= 10_000) long.set(timer, {work, due: performance.now() + ms});
  return timer;
};
globalThis.clearTimeout = (timer) => { long.delete(timer); stop(timer); };
globalThis.passTime = (ms) => {
  passed += ms;
  for (const [timer, {work, due}] of [...long]) {
    if (due > performance.now()) continue;
    clearTimeout(timer);
    work();
  }
};
"""

# Returns what of the page is cut off, must be scrolled sideways, or leaves its section.
CLIPPED = """
const right = (element) => element.getBoundingClientRect().right;
const isClipped = (element) => right(element) > right(element.closest('section') ?? document.documentElement) + 1
  || (getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth);
return [...document.querySelectorAll('main *:not(svg *)')].filter(isClipped).map((element) => element.outerHTML.slice(0, 80));
"""


drivers = None


def setUpModule():
    """Starts the driver, from which each test gets a browser of its own."""
    global drivers
    drivers = unittest.enterModuleContext(webdriver.driver(DRIVER_PORT))


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
        self.set_hub(0)

    def set_hub(self, ahead_s):
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=ahead_s)
        self.ask("--uncertainty", "0.01", "set", now.isoformat())

    def syncweb(self, *options):
        port = () if "--port" in options else ("--port", PORT)
        tls_port = () if "--tls-port" in options else ("--tls-port", 0)
        words = (hubs.PROGRAMS / "syncweb", *port, *tls_port, "--control", self.control)
        places = () if "--permit" in options else ("--permit", "127.0.0.0/8")
        automatic = () if "--automatic" in options else ("--automatic", "192.0.2.1")
        state = ("--state-dir", self.folder / "web")
        # Only root and a group that is not here may feed this sntpd.
        return self.running(*words, "--user", "root", *state, *places, *automatic, *options)

    def start_web(self, *options):
        self.stack.enter_context(self.syncweb(*options))
        self.wait_until_served(int(options[options.index("--port") + 1]) if "--port" in options else PORT)

    def wait_until_served(self, port=PORT):
        """Waits until syncweb answers and has heard sntpd."""
        deadline = time.monotonic() + webdriver.PATIENCE_S
        while True:
            with contextlib.suppress(OSError, KeyError, ValueError):
                if self.get("/api/state", port)["status"] is not None:
                    return
            self.assertLess(time.monotonic(), deadline, self.output())
            time.sleep(0.02)

    def get(self, path, port=PORT):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=webdriver.PATIENCE_S)) as connection:
            connection.request("GET", path)
            return json.load(connection.getresponse())

    def post(self, path, body, port=PORT):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=webdriver.PATIENCE_S)) as connection:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            return json.load(connection.getresponse())

    def start_browser(self, ahead_ms=0, script="", **options):
        browser = drivers(**options)
        self.stack.callback(browser.end)
        browser.set_window(*PHONE)
        if ahead_ms:
            script = WRONG_CLOCK % ahead_ms + script
        if script:
            browser.devtools("Page.addScriptToEvaluateOnNewDocument", source=f"(() => {{ {script} }})();")
        return browser

    def assert_is_ahead(self, expected_s):
        """Checks how far the served time is ahead of this machine's."""
        self.assertAlmostEqual(self.ask("status")["ahead_s"], expected_s, delta=TOLERANCE_S)
        self.assertAlmostEqual(self.served()["offset_s"], expected_s, delta=TOLERANCE_S)

    def assert_page_is_right(self, browser):
        """Checks the shown time, which is behind by a tenth at most, against the hub's."""
        ahead_ms = self.ask("status")["ahead_s"] * 1000
        shown = browser.run(
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
        ahead_s = 400 * 86400
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

    def test_a_press_of_the_button_during_a_look_counts(self):
        self.start_hub()
        self.start_web()
        phone = self.start_browser(ahead_ms=3217, script=SLOW_EXCHANGES)
        phone.open(SITE)
        phone.wait_for("a look", lambda: phone.run("return globalThis.exchanges > 0"))
        phone.click("#sync")
        phone.wait_for_text("#result", "The hub took the time of this phone")

    def test_a_page_that_was_hidden_while_it_measured_sets_nothing(self):
        self.start_reliable_hub()
        self.start_web()
        phone = self.start_browser(ahead_ms=3217, script=SLOW_EXCHANGES)
        phone.open(SITE)
        phone.wait_for_text("#difference", "ahead of the hub")
        before = phone.run("return globalThis.exchanges")
        phone.click("#sync")
        phone.wait_for("an exchange", lambda: phone.run("return globalThis.exchanges") > before)
        phone.run("document.dispatchEvent(new Event('visibilitychange'))")
        phone.wait_for_text("#result", "the page was hidden while it measured")
        self.assertEqual(self.ask("status")["source"], "manual")

    def test_a_phone_that_shows_the_hubs_own_time_sets_it_only_if_its_person_insists(self):
        self.start_reliable_hub()
        self.start_web()
        self.served()
        phone = self.start_browser()
        phone.open(SITE)
        phone.wait_for_text("#clients", "127.0.0.1")
        # The hub was set a process's start too late.
        phone.wait_for("a comparison", lambda: "Not measured" not in phone.text("#difference"))
        phone.click("#sync")
        phone.wait_for_text("dialog", "its clock is the hub's own")
        self.assertIn("Go on only if you know that this phone got its time elsewhere", phone.text("dialog"))
        phone.click("dialog button.quiet")
        phone.wait_for_text("#result", "left as it was")
        self.assertEqual(self.ask("status")["source"], "manual")
        phone.click("#sync")
        phone.wait_for_text("dialog", "Set the hub to this time?")
        phone.click("dialog button:not(.quiet)")
        answer = phone.wait_for("an answer", lambda: "Measuring" not in phone.text("#result") and phone.text("#result"))
        self.assertNotIn("the hub's own", answer)
        self.assertNotIn("left as it was", answer)

    def test_a_page_from_where_nothing_may_be_set_offers_no_button(self):
        self.start_reliable_hub()
        self.start_web("--permit", "192.0.2.1")
        phone = self.start_browser()
        phone.open(SITE)
        phone.wait_for_text("#no-right", "can be read, but not set")
        phone.wait_for("a comparison", lambda: "Not measured" not in phone.text("#difference"))
        self.assertFalse(phone.is_shown("#sync"))


class Zones(Web):
    def phone(self, zone, script=""):
        self.start_reliable_hub()
        self.start_web()
        self.assertEqual(self.post("/api/zone", {"zone": "Europe/Berlin"}), {"zone": "Europe/Berlin"})
        phone = self.start_browser(ahead_ms=3217, script=script)
        phone.devtools("Emulation.setTimezoneOverride", timezoneId=zone)
        return phone

    def sync(self, phone):
        phone.open(SITE)
        phone.wait_for_text("#difference", "the hub")
        phone.click("#sync")
        phone.wait_for("the answer", lambda: phone.text("#zone-result"))

    def zone(self):
        return self.get("/api/state")["settings"]["zone"]

    def test_a_browser_that_hides_its_zone_changes_the_hubs_only_if_its_person_wants_it(self):
        phone = self.phone("UTC")
        self.sync(phone)
        self.assertIn("browsers do that hide their zone", phone.text("#zone-result"))
        phone.click("#zone-result button:not(.quiet)")
        phone.wait_for_text("#zone-result", "The hub keeps the zone Europe/Berlin.")
        self.assertEqual(self.zone(), "Europe/Berlin")
        self.sync(phone)
        phone.click("#zone-result button.quiet")
        phone.wait_for_text("#zone-result", "The hub’s zone is UTC now.")
        self.assertEqual(self.zone(), "UTC")

    def test_a_zone_that_is_not_taken_is_told(self):
        lie = "Date.prototype.getTimezoneOffset = () => -17;"
        phone = self.phone("Asia/Tokyo", lie)
        self.sync(phone)
        self.assertIn("not taken", phone.text("#zone-result"))
        self.assertFalse(phone.run("return document.querySelector('#zone-result button') !== null"))
        self.assertEqual(self.zone(), "Europe/Berlin")


class Placing(Web):
    BERLIN = {"latitude": 52.51628, "longitude": 13.37771, "accuracy": 8}

    def phone(self, setting, **options):
        phone = self.start_browser(**options)
        phone.devtools("Browser.setPermission", permission={"name": "geolocation"}, setting=setting)
        phone.devtools("Emulation.setGeolocationOverride", **self.BERLIN)
        return phone

    def share_place(self, phone):
        phone.wait_for_text("#place", "does not know where it is")
        # The page that leads to this one may still be shown, and has no button.
        phone.wait_for("the button", lambda: phone.find("#place button"))
        phone.click("#place button")

    def test_the_place_is_stored_if_the_person_agrees(self):
        self.start_reliable_hub()
        self.start_web()
        phone = self.phone("granted")
        phone.open(SITE)
        self.share_place(phone)
        phone.wait_for_text("#place", "52.51628° N, 13.37771° E, to within 8 m")
        place = self.get("/api/place")
        self.assertEqual((place["latitude"], place["longitude"], place["accuracy_m"]), (52.51628, 13.37771, 8))

    def test_nothing_is_stored_if_the_person_does_not(self):
        self.start_reliable_hub()
        self.start_web()
        phone = self.phone("denied")
        phone.open(SITE)
        self.share_place(phone)
        phone.wait_for_text("#place", "it was not allowed to")
        self.assertIsNone(self.get("/api/state")["settings"]["place"])

    def test_without_https_the_page_says_why_it_cannot_and_leads_there(self):
        networks.add_pair("isle0", "10.1.0.1/24")
        self.addCleanup(lambda: networks.delete_pair("isle0"))
        networks.wait_until_pair_stays("isle0")
        self.start_reliable_hub()
        self.start_web("--permit", "10.1.0.1", "--tls-port", TLS_PORT)
        # As if the person had gone on after the warning of the hub's own certificate.
        phone = self.phone("granted", arguments=["--ignore-certificate-errors"])
        phone.open(f"http://10.1.0.1:{PORT}")
        phone.wait_for_text("#place", "Browsers tell a phone’s place only to pages that came by HTTPS")
        phone.click("#place a")
        self.share_place(phone)
        self.assertEqual(phone.url(), f"https://10.1.0.1:{TLS_PORT}/")
        phone.wait_for_text("#place", "52.51628° N, 13.37771° E, to within 8 m")


class Pin(Web):
    PIN = "4711"

    def pin_file(self):
        made = subprocess.run(
            [hubs.PROGRAMS / "syncweb", "--make-pin"], input=self.PIN + "\n", capture_output=True, text=True, check=True
        )
        path = self.file("pin", made.stdout.strip())
        path.chmod(0o600)
        return path

    def test_the_pin_unlocks_what_changes_something(self):
        self.start_hub()
        self.start_web("--pin-file", self.pin_file())
        phone = self.start_browser(ahead_ms=3217)
        phone.open(SITE)
        phone.wait_for("the form", lambda: phone.is_shown("#pin"))
        self.assertFalse(phone.is_shown("#sync"))
        phone.type("#pin-field", "0000")
        phone.click("#pin button")
        phone.wait_for_text("[role=alert]", "not the PIN")
        next_page = "body:not(#before) :is(#sync, [role=alert])"
        # At most one PIN is checked a second, so the next may come too early.
        for _ in range(3):
            phone.run("document.body.id = 'before'")
            phone.type("#pin", self.PIN)
            phone.click("button")
            came = phone.wait_for("a page", lambda: phone.find(next_page) and phone.text("body"))
            if "Too many tries" not in came:
                break
            words = came.split()
            time.sleep(float(words[words.index("s") - 1]))
        phone.wait_for("the button", lambda: phone.is_shown("#sync"))
        self.assertFalse(phone.is_shown("#pin"))
        self.assertEqual(phone.url(), SITE + "/")
        (cookie,) = phone.cookies().values()
        self.assertTrue(cookie["httpOnly"])
        phone.wait_for_text("#difference", "This phone says")
        phone.click("#sync")
        phone.wait_for_text("#result", "The hub took the time of this phone")


class Portal(Web):
    """A phone whose every name leads to the hub, as where dnsmasq says address=/#/10.1.0.1."""

    PROBE = "http://connectivitycheck.gstatic.com/generate_204"

    def test_a_phone_that_joins_is_led_to_the_page_once(self):
        self.start_reliable_hub()
        self.start_web("--portal", "--port", "80")
        phone = self.start_browser(arguments=["--host-resolver-rules=MAP * 127.0.0.1"])
        phone.open(self.PROBE)
        phone.wait_for_text("h1", "the hub's own network")
        self.assertEqual(phone.url(), "http://127.0.0.1/portal")
        phone.wait_for("the QR code", lambda: phone.run("return document.images[0].naturalWidth > 0"))
        phone.click("main a")
        phone.wait_for_text("#state", "Reliable")
        self.assertEqual(phone.url(), "http://127.0.0.1/")
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", 80, timeout=webdriver.PATIENCE_S)) as connection:
            connection.request("GET", "/generate_204", headers={"Host": "connectivitycheck.gstatic.com"})
            self.assertEqual(connection.getresponse().status, 204)


class Presses(Web):
    def press(self, sender, number, seconds, **more):
        at = self.start + datetime.timedelta(seconds=seconds)
        press = {"sender": sender, "number": number, "time": at.isoformat().replace("+00:00", "Z")}
        press |= {"uncertainty_s": 0.0012, "reliable": True, **more}
        answer = self.post("/api/press", press)
        self.assertTrue(answer.get("accepted"), answer)

    def set_up_page(self):
        self.start_reliable_hub()
        self.start_web()
        self.start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=3)
        browser = self.start_browser()
        browser.open(SITE + "/presses")
        browser.wait_for_text("#presses", "Presses appear here")
        return browser

    def rows(self, browser):
        return browser.run(
            "return [...document.querySelectorAll('tbody tr')].map("
            "(row) => [...row.cells].map((cell) => (cell.querySelector('strong') ?? cell).textContent.trim()))"
        )

    def marks(self, browser):
        """Returns the marks of each press, the latest first."""
        return browser.run(
            "return [...document.querySelectorAll('tbody tr')].map("
            "(row) => [...row.querySelectorAll('.mark')].map((mark) => mark.textContent))"
        )

    def test_presses_come_in_with_their_splits(self):
        browser = self.set_up_page()
        self.press("start", 1, 0)
        browser.wait_for_text("tbody", "start")
        self.press("half", 1, 31.4567)
        self.press("half", 2, 95.31)
        self.press("finish", 1, 95.3105)
        browser.wait_for("four rows", lambda: len(self.rows(browser)) == 4)
        rows = self.rows(browser)
        self.assertEqual(rows[3], ["start", "–", "–"])
        self.assertEqual(rows[2], ["half", "31.457", "31.457"])
        self.assertEqual(rows[1][1:], ["1:03.853", "1:35.310"])
        self.assertEqual(self.marks(browser), [["too close to call: place 3 to 4"]] * 2 + [[], []])

    def test_what_is_not_certain_or_not_counted_is_told(self):
        browser = self.set_up_page()
        self.press("old", 1, 1)
        browser.wait_for_text("tbody", "old")
        browser.click("#reset")
        browser.click("dialog button:not(.quiet)")
        browser.wait_for_text("#presses", "Presses appear here")
        self.press("early", 1, 0)
        browser.wait_for_text("#not-counted", "before this run")
        self.start = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1)
        self.press("start", 1, 0)
        self.press("half", 1, 4000)
        self.press("half", 2, 4000.5)
        self.press("finish", 1, 9000.25, reliable=False)
        self.press("a-button-whose-name-is-as-long-as-the-hub-lets-a-buttons-name-be", 1, 9010, uncertainty_s=None)
        browser.wait_for("four rows", lambda: len(self.rows(browser)) == 4)
        unknown = ["order unknown"]
        self.assertEqual(self.marks(browser), [unknown, ["order unknown", "unreliable"], unknown, []])
        self.assertEqual(self.rows(browser)[1], ["finish", "1:23:20.250", "2:30:00.250"])
        self.assertIn("error bound not known", browser.text("tbody tr"))
        self.assertIn("repeated: less than 2 s after a press of the same button", browser.text("#not-counted"))
        self.assertNotIn("undefined", browser.text("main"))
        Looks.take_pictures(self, "presses", browser)
        Looks.check_accessibility(self, "presses", browser)

    def test_a_new_run_is_begun_only_if_that_is_meant(self):
        browser = self.set_up_page()
        self.press("start", 1, 0)
        browser.wait_for_text("tbody", "start")
        browser.click("#reset")
        browser.wait_for_text("dialog", "Begin a new run?")
        browser.click("dialog button.quiet")
        self.assertEqual(len(self.rows(browser)), 1)
        browser.click("#reset")
        browser.click("dialog button:not(.quiet)")
        browser.wait_for_text("#presses", "Presses appear here")
        browser.wait_for_text("#result", "A new run has begun.")
        csv = browser.run("return fetch('/presses.csv').then((response) => response.text())")
        self.assertIn("button:start", csv, "nothing is deleted")


class Views(Web):
    def test_without_javascript_the_server_shows_the_state(self):
        self.start_reliable_hub()
        self.start_web()
        browser = self.start_browser()
        browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
        browser.open(SITE)

        def plain_page():
            root = browser.devtools("DOM.getDocument")["root"]
            return root["documentURL"] == f"{SITE}/plain" and self.html(browser, root)

        html = browser.wait_for("the plain page", plain_page)
        self.assertIn("Reliable", html)
        self.assertRegex(html, r'<p class="clock">\d\d:\d\d:\d\d</p>')
        self.assertIn("Time sources", html)

    def html(self, browser, root):
        return browser.devtools("DOM.getOuterHTML", nodeId=root["nodeId"])["outerHTML"]

    def test_ages_go_on_from_when_the_hub_heard_of_them(self):
        self.start_reliable_hub()
        self.start_web()
        self.served()
        browser = self.start_browser(script=OLD_STATE)
        browser.wait_for("a client", lambda: self.get("/api/state")["clients"])
        browser.open(SITE)
        for selector in ("#quality", "#sources", "#clients"):
            browser.wait_for_text(selector, "4 min ago")

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
        # A PIN has no user name.
        complaints = [one for one in browser.errors() if SITE in one and "Password forms should have" not in one]
        self.assertEqual(complaints, [])


# Gives the page a point of its history that is of long before the others.
EARLY_POINT = """
return fetch('/api/state').then((response) => response.json()).then(({last}) => {
  const data = JSON.stringify({unix: 1770091506, offset_s: 0, bound_s: 0.01, reliable: true});
  globalThis.stream.dispatchEvent(new MessageEvent('history', {data, lastEventId: String(last + 1)}));
  return globalThis.histories > 1;
});
"""


class Reconnecting(Web):
    def test_after_a_step_of_the_hubs_clock_the_history_has_its_new_times(self):
        self.start_reliable_hub()
        self.start_web()
        browser = self.start_browser(script=HISTORY + "{" + PASSED_TIME + "}")
        browser.open(SITE)
        # The hub's own points come in addition, one a minute.
        covers_two_hours = re.compile(r"In the last (1 h 59 min|2 h)").search
        browser.wait_for("the history", lambda: covers_two_hours(browser.text("#history")))
        browser.wait_for("the history anew", lambda: browser.run(EARLY_POINT))
        browser.wait_for("two hours again", lambda: covers_two_hours(browser.text("#history")))

    def set_by_hand(self, browser):
        """Sets the hub once more, and waits until the page tells of it."""
        said = "set by hand"
        before = browser.wait_for_text("#activity", said).count(said)
        self.set_hub(100)
        browser.wait_for("news", lambda: browser.text("#activity").count(said) > before)

    def test_the_page_goes_on_after_its_server_was_started_again(self):
        self.start_reliable_hub()
        with self.syncweb():
            self.wait_until_served()
            browser = self.start_browser()
            browser.open(SITE)
            browser.wait_for_text("#state", "Reliable")
            browser.run("document.title = 'still the same page'")
        self.start_web()
        self.set_by_hand(browser)
        self.assertEqual(browser.run("return document.title"), "still the same page")

    def test_a_stream_that_falls_silent_is_noticed_and_replaced(self):
        self.start_reliable_hub()
        self.start_web()
        browser = self.start_browser(script=PASSED_TIME)
        browser.open(SITE)
        browser.wait_for_text("#state", "Reliable")
        (process,) = self.processes("syncweb")
        os.kill(process, signal.SIGSTOP)
        try:
            browser.run("passTime(16_000)")
            browser.wait_for_text("#state", "The hub is away")
            self.assertIn("Nothing has been heard of the hub since", browser.text("#quality"))
        finally:
            os.kill(process, signal.SIGCONT)
        browser.wait_for_text("#state", "Reliable")
        browser.wait_for("another stream", lambda: browser.run("return globalThis.streams") > 1)

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
        self.set_by_hand(browser)


class Looks(Web):
    """Pictures for people, and what axe-core finds for those who do not see them."""

    def pages(self):
        self.start_reliable_hub()
        self.start_web()
        self.served()
        browser = self.start_browser(script=HISTORY)
        for name, path, selector in (
            ("time", "/", "#difference"),
            ("no-presses", "/presses", "#presses p"),
            ("plain", "/plain?still", ".clock"),
        ):
            browser.open(SITE + path)
            browser.wait_for(path, lambda selector=selector: browser.is_shown(selector))
            if name == "time":
                browser.wait_for_text("#difference", "the hub")
                browser.wait_for_text("#clients", "127.0.0.1")
                self.assertIn("still to be slewed", browser.text("#history"))
            yield name, browser

    @staticmethod
    def take_pictures(test, name, browser):
        PICTURES.mkdir(parents=True, exist_ok=True)
        for width, height in (PHONE, DESKTOP):
            for is_dark in (False, True):
                browser.set_window(width, height, is_dark)
                path = PICTURES / f"{name}-{width}-{'dark' if is_dark else 'light'}.png"
                browser.screenshot(path)
                with test.subTest(picture=path.name):
                    test.assertGreater(path.stat().st_size, 8000)
                    test.assertEqual(browser.run(CLIPPED)[:3], [])

    def test_pictures(self):
        for name, browser in self.pages():
            self.take_pictures(self, name, browser)

    @staticmethod
    def check_accessibility(test, name, browser):
        axe = AXE.read_text(encoding="utf-8")
        for is_dark in (False, True):
            browser.set_window(*PHONE, is_dark)
            browser.run(axe)
            found = browser.run("return axe.run()")
            with test.subTest(page=name, is_dark=is_dark):
                test.assertGreater(len(found["passes"]), 10)
                violations = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]]
                test.assertEqual(violations, [])

    def test_accessibility(self):
        for name, browser in self.pages():
            self.check_accessibility(self, name, browser)


if __name__ == "__main__":
    unittest.main(argv=[hubs.sys.argv[0], *hubs.sys.argv[2:]])
