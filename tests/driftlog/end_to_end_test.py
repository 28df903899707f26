#!/usr/bin/env python3
"""Logs of clocks with a known drift must contain that drift, and driftlog must not believe a stranger's camera.

Usage: end_to_end_test.py FOLDER_OF_PROGRAMS
"""

import concurrent.futures
import csv
import io
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

import simulated_clocks
from simulated_clocks import Clock

PROGRAM = pathlib.Path(sys.argv[1]).resolve() / "driftlog"
PPM = 300


def driftlog(*arguments, **more):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120, check=False, **more)


def log_rows(count, *arguments):
    """Runs driftlog until it has logged `count` rows with an offset, interrupts it, and returns its lines."""
    lines = []
    with subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, text=True) as program:
        for line in program.stdout:
            lines.append(line)
            if len(rows_of("".join(lines))) >= count:
                program.send_signal(signal.SIGINT)
                break
        program.stdout.read()
    return "".join(lines)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


class EndToEnd(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.clock = Clock(PPM)

    def camera(self, **how):
        port = simulated_clocks.serve_web(lambda path: simulated_clocks.camera_answer(self.clock, path), **how)
        return f"127.0.0.1:{port}"

    def certificate(self, name):
        path = self.folder / name
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            + ["-subj", f"/CN={name}", "-days", "2", "-keyout", path, "-out", path.with_suffix(".crt")],
            check=True,
            capture_output=True,
        )
        path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
        return path

    def test_the_drift_of_every_clock_is_within_its_interval(self):
        web = simulated_clocks.serve_web(lambda path: simulated_clocks.web_answer(self.clock, 0.0, path))
        sources = [
            f"ntp:127.0.0.1:{simulated_clocks.serve_ntp(self.clock)}",
            f"ccapi:http://{self.camera()}",
            f"http://127.0.0.1:{web}",
        ]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            records = list(pool.map(lambda source: log_rows(16, "-i", "1", source), sources))
        for source, record in zip(sources, records):
            fit = json.loads(driftlog("fit", "--json", "--confidence", "0.9999", "-", input=record).stdout)
            self.assertEqual(fit["source"], source)
            self.assertLessEqual(fit["drift_ppm_low"], PPM)
            self.assertGreaterEqual(fit["drift_ppm_high"], PPM)

    def test_a_camera_is_believed_by_the_certificate_that_it_made_itself(self):
        camera = self.camera(certificates=[self.certificate("camera")])
        row = rows_of(driftlog("-d", "0", f"ccapi:https://{camera}").stdout)[0]
        self.assertEqual(row["error"], "")
        self.assertLess(abs(float(row["offset_s"])), float(row["uncertainty_s"]) + 0.1)

    def test_another_camera_in_its_place_is_not(self):
        camera = self.camera(certificates=[self.certificate("camera"), self.certificate("stranger")])
        run = driftlog("-d", "0", f"ccapi:https://{camera}")
        self.assertEqual(rows_of(run.stdout)[0]["error"], "certificate")
        self.assertIn("another than when it was first asked", run.stderr)
        self.assertEqual(run.returncode, 1)

    def test_a_web_server_needs_one_that_somebody_vouches_for(self):
        camera = self.camera(certificates=[self.certificate("camera")])
        self.assertEqual(rows_of(driftlog("-d", "0", f"https://{camera}").stdout)[0]["error"], "certificate")

    def test_a_camera_that_asks_for_a_password_is_told_it_by_digest(self):
        camera = self.camera(login=("photographer", "s3cret"))
        run = driftlog("-d", "0", f"ccapi:http://photographer:s3cret@{camera}")
        self.assertEqual(rows_of(run.stdout)[0]["error"], "")
        self.assertNotIn("s3cret", run.stdout + run.stderr)
        refused = driftlog("-d", "0", f"ccapi:http://photographer:guess@{camera}")
        self.assertEqual(rows_of(refused.stdout)[0]["error"], "not-permitted")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
