# SPDX-License-Identifier: MIT
"""Drives Chromium by chromedriver (W3C WebDriver, https://www.w3.org/TR/webdriver2/), with what the tests of
the web page need of it."""

import base64
import contextlib
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # section 12.1
PATIENCE_S = 60
# Where the island has its own tmpfs: on a disk, it takes seconds to delete the profiles of the browsers.
MEMORY = "/run"
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # root runs the tests
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
)


class WebDriverError(Exception):
    """An error that chromedriver answered."""


class Browser:
    """One session: one window of a browser that has never been used before."""

    def __init__(self, port, profile, arguments=()):
        self.address = f"http://127.0.0.1:{port}"
        self.session = ""
        options = {"args": [*ARGUMENTS, f"--user-data-dir={profile}", *arguments]}
        capabilities = {
            "browserName": "chrome",
            "pageLoadStrategy": "eager",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        created = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.session = f"/session/{created['sessionId']}"

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.address + self.session + path, data, {"Content-Type": "application/json"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as error:
            raise WebDriverError(json.load(error)["value"]["message"]) from error

    def end(self):
        with contextlib.suppress(WebDriverError, OSError):
            self._call("DELETE", "")

    def open(self, url):
        self._call("POST", "/url", {"url": url})

    def reload(self):
        self._call("POST", "/refresh", {})

    def url(self):
        return self._call("GET", "/url")

    def run(self, script, *arguments):
        """Returns what the body of a function returns in the page; a promise is awaited."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def devtools(self, command, **parameters):
        """Gives a command of the DevTools protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def find(self, selector):
        return self._call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self._call("POST", f"/element/{self.find(selector)}/click", {})

    def type(self, selector, text):
        self._call("POST", f"/element/{self.find(selector)}/value", {"text": text})

    def text(self, selector):
        """Returns the text that is shown."""
        return self._call("GET", f"/element/{self.find(selector)}/text")

    def is_shown(self, selector):
        return self._call("GET", f"/element/{self.find(selector)}/displayed")

    def cookies(self):
        return {cookie["name"]: cookie for cookie in self._call("GET", "/cookie")}

    def errors(self):
        """Returns what the browser has complained of since the last call, such as blocked scripts."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def wait_for(self, what, holds):
        """Waits until `holds` returns something true, and returns that. An element may not be there yet."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            result = None
            with contextlib.suppress(WebDriverError):
                result = holds()
            if result:
                return result
            if time.monotonic() > deadline:
                raise AssertionError(f"{what}: not within {PATIENCE_S} s; the page says: {self._all_text()}")
            time.sleep(0.05)

    def _all_text(self):
        with contextlib.suppress(WebDriverError):
            return self.text("body")
        return "nothing that can be read"

    def wait_for_text(self, selector, part):
        return self.wait_for(f"{selector} says {part}", lambda: part in self.text(selector) and self.text(selector))

    def set_window(self, width, height, is_dark=False):
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, path):
        """Takes the whole page, also what one must scroll to."""
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def driver(port):
    """Runs chromedriver; yields a function that starts a browser, which its caller ends."""
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/lib/chromium"}
    with tempfile.TemporaryDirectory(dir=MEMORY, ignore_cleanup_errors=True) as folder, contextlib.ExitStack() as stack:
        environment |= {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder, "TMPDIR": folder}
        log = stack.enter_context(open(os.path.join(folder, "log"), "wb"))
        process = stack.enter_context(
            subprocess.Popen(["chromedriver", f"--port={port}"], env=environment, stdout=log, stderr=log)
        )
        stack.callback(process.terminate)
        _wait_until_ready(port)

        def start(**options):
            return Browser(port, tempfile.mkdtemp(dir=folder), **options)

        yield start


def _wait_until_ready(port):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=PATIENCE_S) as response:
                if json.load(response)["value"]["ready"]:
                    return
        except OSError:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.02)
