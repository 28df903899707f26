#!/usr/bin/env python3
"""Checks --help: at most 24 lines of 80 columns, an example, and the options that the man page has.

Usage: help_and_man.py FOLDER_OF_PROGRAMS FOLDER_OF_PAGES
"""

import pathlib
import re
import subprocess
import sys

LINES, COLUMNS = 24, 80


def options_in_help(text):
    return set(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", text))


def options_on_page(source):
    """Returns the options in the list heads: `.It Fl -bind Ar address`, `.It Fl h , -help`."""
    found = set()
    for head in re.findall(r"^\.It (Fl .*)$", source, re.MULTILINE):
        for word in re.sub(r"\b(?:Ar|Cm|Op|Oo|Ns)\b.*?(?=\bFl\b|,|$)", "", head).split():
            if word not in ("Fl", ",", "|"):
                found.add("-" + word)
    return found


def faults_of_form(name, text):
    lines = text.splitlines()
    if len(lines) > LINES:
        yield f"--help has {len(lines)} lines, more than {LINES}"
    for line in lines:
        if len(line) > COLUMNS:
            yield f"--help has a line of more than {COLUMNS} columns: {line}"
    if not re.search(rf"example.*\b{name} ", text, re.IGNORECASE | re.DOTALL):
        yield "--help has no example"


def faults_of_page(text, source):
    help_options, page_options = options_in_help(text), options_on_page(source)
    for option in sorted(help_options - page_options):
        yield f"{option} is in --help, and not on the man page"
    for option in sorted(page_options - help_options):
        yield f"{option} is on the man page, and not in --help"


def commands_in_help(text):
    """Returns the commands that have a --help of their own."""
    named = re.search(r"^(?:.* )?Commands, each with --help: (.*)$", text, re.MULTILINE)
    return named[1].split(", ") if named else []


def faults(program, pages):
    texts = []
    commands = [[]]
    for command in commands:
        run = subprocess.run([program, *command, "--help"], capture_output=True, text=True, timeout=10, check=False)
        if run.returncode != 0 or run.stderr:
            yield f"{' '.join(command)} --help exits with {run.returncode}, and says on stderr: {run.stderr!r}"
        yield from (" ".join([*command, fault]) for fault in faults_of_form(program.name, run.stdout))
        texts.append(run.stdout)
        if not command:
            commands += [[name] for name in commands_in_help(run.stdout)]
    page = next(pages.glob(f"{program.name}.[1-8]"), None)
    if page is None:
        yield "has no man page"
        return
    yield from faults_of_page("\n".join(texts), page.read_text(encoding="utf-8"))


def main():
    programs, pages = map(pathlib.Path, sys.argv[1:])
    found = [f"{p.name}: {fault}" for p in sorted(programs.iterdir()) for fault in faults(p, pages)]
    if not any(programs.iterdir()):
        found.append(f"{programs}: no programs")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
