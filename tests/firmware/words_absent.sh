#!/bin/sh
# SPDX-License-Identifier: MIT
# words_absent.sh PATTERN PATH...: fails if a C++ source at one of the paths, files or folders, has the extended
# regular expression outside of comments and texts. Names of files must be without blanks.
PATTERN=$1
export PATTERN
shift
files=$(find "$@" -type f \( -name '*.hpp' -o -name '*.cpp' \)) || exit 2
if [ -z "$files" ]; then
  echo "words_absent.sh: no sources in $*" >&2
  exit 2
fi
# shellcheck disable=SC2086
awk '
  {
    code = $0
    if (code !~ /^ *#/) gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    sub(/\/\/.*/, "", code)
  }
  code ~ ENVIRON["PATTERN"] {
    print FILENAME ":" FNR ":" $0
    found = 1
  }
  END { exit found }' $files
