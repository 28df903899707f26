# SPDX-License-Identifier: MIT
"""Creates interfaces of an island, and networks behind them, for the other tests here."""

import contextlib
import os
import subprocess
import time


def ip(*words):
    subprocess.run(["ip", *(str(word) for word in words)], check=True)


def add_pair(name, *prefixes):
    """Creates `name` and its other end, namep, so that each has a carrier."""
    ip("link", "add", name, "type", "veth", "peer", "name", name + "p")
    for prefix in prefixes:
        ip("address", "add", prefix, "dev", name)
    for end in (name, name + "p"):
        ip("link", "set", end, "up")


def delete_pair(name):
    subprocess.run(["ip", "link", "delete", name], check=False, capture_output=True)


def _network_of(process):
    return os.readlink(f"/proc/{process}/ns/net")


@contextlib.contextmanager
def far_network(end, prefix):
    """Moves this end of a pair to a new network; yields a function that runs a command there."""
    with subprocess.Popen(["unshare", "--net", "sleep", "infinity"]) as holder:
        try:
            while _network_of(holder.pid) == _network_of("self"):
                time.sleep(0.01)
            ip("link", "set", end, "netns", holder.pid)
            there = ("nsenter", "-t", str(holder.pid), "-n")
            for words in (f"address add {prefix} dev {end}", f"link set {end} up", "link set lo up"):
                subprocess.run([*there, "ip", *words.split()], check=True)
            yield there
        finally:
            holder.kill()
