# SPDX-License-Identifier: MIT
"""Creates interfaces of an island, and networks behind them, for the other tests here."""

import contextlib
import json
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


def wait_until_pair_stays(name):
    """Waits until both ends have the link-local addresses that the kernel adds seconds after they are up. A browser that
    loads a page fails when an address comes (ERR_NETWORK_CHANGED)."""
    for end in (name, name + "p"):
        while not _has_settled(end):
            time.sleep(0.02)


def _has_settled(end):
    shown = subprocess.run(["ip", "-json", "address", "show", "dev", end], check=True, capture_output=True)
    (state,) = json.loads(shown.stdout)
    link_local = [address for address in state["addr_info"] if address["scope"] == "link"]
    return state["operstate"] == "UP" and link_local and not any(address.get("tentative") for address in link_local)


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
