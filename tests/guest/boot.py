#!/usr/bin/env python3
"""Boots a guest for each test, two at once for each processor, and reports the results.

Usage: island boot.py FOLDER_OF_PROGRAMS MEMORY_DISK TEST...
Runs under tests/integration/island, with chronyd on port 123 for the guests. QEMU's exit status says nothing about the
guest: the verdict is the last word on its second serial line. The output of both lines is kept in build/guest/logs.
"""

import asyncio
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUEST = ROOT / "build/guest/root"
KERNEL = ROOT / "build/guest/kernel"
LOGS = ROOT / "build/guest/logs"
CHRONYD = ROOT / "build/peers/root/usr/sbin/chronyd"
PROGRAMS = pathlib.Path(sys.argv[1])
DISK = pathlib.Path(sys.argv[2])
PATIENCE_S = 600  # Takes about 15 s on an idle machine.

# The chips' time at the start: far from true time, and later than the programs' build.
CHIPS_TIME = "2036-03-04T05:06:07"


def only(pattern):
    (path,) = GUEST.glob(pattern)
    return path


def qemu(test, console, words):
    return (
        *("qemu-system-arm", "-M", "vexpress-a9", "-m", "256M", "-display", "none", "-monitor", "none", "-no-reboot"),
        *("-kernel", KERNEL, "-dtb", only("usr/lib/linux-image-*/vexpress-v2p-ca9.dtb")),
        *("-initrd", DISK, "-append", f"console=ttyAMA0 panic=-1 guest_test={test}"),
        *("-serial", f"file:{console}", "-serial", f"file:{words}"),
        *("-device", "ds1338,address=0x68", "-rtc", f"base={CHIPS_TIME}"),
        *("-nic", "user,model=lan9118"),
        # Without it the first random number takes ten seconds.
        *("-device", "virtio-rng-device"),
    )


def lines_of(path):
    return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.exists() else []


async def end_of(command, errors):
    """Returns whether it ended in time, and kills it if it did not."""
    with open(errors, "wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(str(word) for word in command),
            env={**os.environ, "QEMU_AUDIO_DRV": "none"},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        await asyncio.wait_for(process.wait(), PATIENCE_S)
        return True
    except asyncio.TimeoutError:
        return False
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def fault_of(test):
    """Returns a report if the test failed, and nothing if it passed."""
    console, words, errors = (LOGS / f"{test}.{kind}" for kind in ("console", "words", "qemu"))
    in_time = await end_of(qemu(test, console, words), errors)
    said = lines_of(words)
    if said and said[-1] == "guest: passed":
        return ""
    if said and said[-1] == "guest: failed":
        return "\n".join(said)
    fault = "the guest ended without a verdict" if in_time else f"the guest has not ended within {PATIENCE_S} s"
    return "\n".join([*lines_of(console)[-20:], *lines_of(errors), *said, fault])


@contextlib.contextmanager
def chronyd(folder):
    config = folder / "chrony.conf"
    config.write_text(
        f"local stratum 1\nallow\ncmdport 0\nbindcmdaddress /\npidfile {folder}/chronyd.pid\n", encoding="utf-8"
    )
    with open(LOGS / "chronyd", "wb") as log, subprocess.Popen(
        [CHRONYD, "-x", "-d", "-u", "root", "-f", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log
    ) as process:
        try:
            yield
        finally:
            process.terminate()


def say(words):
    print(f"run: {words}", file=sys.stderr, flush=True)


def why_not(test):
    if test.startswith("rtcset_") and not (PROGRAMS / "rtcset").exists():
        return "there is no rtcset in this build"
    return None


async def passes(test, places):
    if reason := why_not(test):
        say(f"{test} skipped: {reason}")
        return True
    async with places:
        start = time.monotonic()
        fault = await fault_of(test)
    if fault:
        print(fault, flush=True)
    say(f"{test} {'FAILED' if fault else 'ok'}, {time.monotonic() - start:.0f} s")
    return not fault


async def main(tests):
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    LOGS.mkdir(exist_ok=True)
    # A guest waits half of the time.
    places = asyncio.Semaphore(2 * os.cpu_count())
    with tempfile.TemporaryDirectory() as folder, chronyd(pathlib.Path(folder)):
        passed = await asyncio.gather(*(passes(test, places) for test in tests))
    failed = [test for test, good in zip(tests, passed) if not good]
    if failed:
        say(f"failed: {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(sys.argv[3:])))
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit(3)
