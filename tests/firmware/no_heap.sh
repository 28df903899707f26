#!/bin/sh
# SPDX-License-Identifier: MIT
# no_heap.sh OBJDUMP OBJECT...: fails if an object needs the heap (operators new and delete, malloc), the C++
# runtime (exceptions, RTTI, pure virtual calls, guards, destructors at exit) or texts of the library's
# exceptions. All of our sources are checked, but not inline functions that nothing calls.
objdump=$1
shift
symbols=$("$objdump" -t "$@") || exit 2
printf '%s\n' "$symbols" | awk '
  /file format/ { file = $1 }
  /\*UND\*/ && $NF ~ /^(_Z(nw|na|dl|da)[jmPR]|(m|c|re)alloc$|free$|__cxa_|_ZSt[0-9]+__throw_|_ZTV.*cxxabi|__gxx_|_Unwind_|atexit$|__aeabi_atexit$|__dso_handle$)/ {
    print "heap or runtime: " file " " $NF
    found = 1
  }
  END { exit found }'
