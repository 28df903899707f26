#!/bin/sh
# sntpd, started by root and then without its rights, steps a clock that is wrong by decades to the host's
# time.
# shellcheck source=tests/guest/words.sh
. /words.sh

set_clock_wrong
sntpd --verbose --server "$host" >/tmp/sntpd.log 2>&1 &
hub=$!
eventually is_reliable
sntpctl status
sntpctl --json status | grep -q "\"source\":\"ntp:$host\""
ntpprobe --samples 4 --max-offset 1 "$host"

grep -q '^Seccomp:.*2$' "/proc/$hub/status"
grep -q '^Uid:.*100' "/proc/$hub/status"

kill -TERM "$hub"
wait "$hub"
