#!/usr/bin/env python3
"""Checks which files include which. Usage: include_rules.py ROOT. Prints a line per breach; exits 1 if there is one."""

import pathlib
import re
import sys

# A folder may always include itself. A file belongs to the first folder here that contains it.
MAY_INCLUDE = {
    "libsync/core": [],
    "libsync/policy": ["libsync/core"],
    "libsync/hub": ["libsync/core", "libsync/policy", "libsync/ports", "libsync/drivers", "libsync/record"],
    "libsync/ports": ["libsync/core"],
    "libsync/record": ["libsync/core"],
    "libsync/drivers": ["libsync/core", "libsync/ports"],
    "libsync/analysis": ["libsync/core", "libsync/record"],
    "libsync/posix": ["libsync/core", "libsync/ports", "libsync/record"],
    "firmware": ["libsync/core", "libsync/policy", "libsync/ports", "libsync/drivers"],
}

# A tool may include all of the library and what the tools have in common, but nothing of another tool.
LIBRARY = [folder for folder in MAY_INCLUDE if folder.startswith("libsync/")]
COMMON_TO_TOOLS = "tools/common"

# Code for devices uses only those standard headers that need no heap, locale or operating system, and that
# GCC 10 has.
FREESTANDING_STD = set(
    """algorithm array bit chrono climits compare concepts cstddef cstdint initializer_list iterator
    limits numeric optional span string_view tuple type_traits utility variant""".split()
)
STD = {
    "libsync/core": FREESTANDING_STD,
    "libsync/policy": FREESTANDING_STD,
    "libsync/ports": FREESTANDING_STD,
    "libsync/drivers": FREESTANDING_STD,
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def is_within(path, folder):
    return path == folder or path.startswith(folder + "/")


def folder_of(path):
    parts = path.split("/")
    if parts[0] == "tools" and len(parts) > 2:
        return "/".join(parts[:2])
    return next((folder for folder in MAY_INCLUDE if is_within(path, folder)), None)


def folders_for(folder):
    if folder == COMMON_TO_TOOLS:
        return [folder, *LIBRARY]
    if folder.startswith("tools/"):
        return [folder, COMMON_TO_TOOLS, *LIBRARY]
    return [folder, *MAY_INCLUDE[folder]]


def breach_of_quoted(root, folder, target):
    if not (root / target).is_file():
        return "is not a path from the root"
    if folder_of(target) not in folders_for(folder):
        return f"is not for {folder}"
    return None


def breach_of_angled(root, folder, target):
    if (root / target).is_file():
        return "is ours: include it in quotes"
    if folder in STD and target not in STD[folder]:
        return f"is not in the subset of std for {folder}"
    return None


def breaches_of_file(root, path):
    folder = folder_of(path)
    if folder is None:
        yield f"{path}: its folder has no rule"
        return
    lines = (root / path).read_text(encoding="utf-8").splitlines()
    if path.endswith(".hpp") and "#pragma once" not in lines:
        yield f"{path}: may be included once only: it lacks #pragma once"
    is_first = True
    header = path.removesuffix(".cpp") + ".hpp"
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        if not include:
            continue
        quoted, angled = include.groups()
        if is_first and path.endswith(".cpp") and (root / header).is_file() and quoted != header:
            yield f"{path}:{number}: {header} comes first, which shows that it compiles alone"
        is_first = False
        breach = breach_of_quoted(root, folder, quoted) if quoted else breach_of_angled(root, folder, angled)
        if breach:
            yield f"{path}:{number}: {quoted or angled} {breach}"


def breaches(root):
    root = pathlib.Path(root)
    for top in ("libsync", "tools", "firmware"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".hpp", ".cpp"):
                yield from breaches_of_file(root, path.relative_to(root).as_posix())


def main():
    found = list(breaches(sys.argv[1]))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
