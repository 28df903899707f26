#!/bin/sh
# SPDX-License-Identifier: MIT
# no_soft_float.sh OBJDUMP OBJECT...: fails if a function calls the compiler's floating-point helpers
# (libgcc's __adddf3, __floatsidf, ...; Arm's __aeabi_dadd, __aeabi_i2d, ...). Each function has a section of
# its own; those from the standard library's headers do not count.
objdump=$1
shift
relocations=$("$objdump" -r "$@") || exit 2
printf '%s\n' "$relocations" | awk '
  /^RELOCATION RECORDS FOR/ {
    ours = $4 !~ /_Z+N?K?(St|9__gnu_cxx)/ || $4 ~ /isletime/
    section = $4
  }
  ours && $3 ~ /^(__[a-z]+[sdtx]f([sdt][if])?[0-9]?|__aeabi_(c?[df]r?(add|sub|mul|div|neg|cmp)[a-z]*|[df]2[a-z]+|u?[il]2[df]))([+-].*)?$/ {
    print "floating point: " section " " $3
    found = 1
  }
  END { exit found }'
